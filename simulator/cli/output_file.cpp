// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace tenfold::cli {

namespace fs = std::filesystem;

namespace {
bool isSpecial(const std::string& path) {
    std::error_code ignored;
    const auto status = fs::status(path, ignored);
    return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

std::string draftOf(const std::string& path) {
    return isSpecial(path) ? path : path + ".part";
}

std::string reasonOf(int error) {
    return error != 0 ? std::strerror(error) : "it did not take all of it";
}
}  // namespace

std::string whyNotWritable(const std::string& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return "it is a folder";
    const std::string draft = draftOf(path);
    const bool wasThere = fs::exists(draft, ignored);
    errno = 0;
    std::ofstream out(draft, std::ios::binary | std::ios::app);
    if (!out) return reasonOf(errno);
    out.close();
    if (!wasThere) std::remove(draft.c_str());
    return "";
}

std::string writeFile(const std::string& path, const std::string& text) {
    const std::string draft = draftOf(path);
    errno = 0;
    std::ofstream out(draft, std::ios::binary);
    out << text;
    out.close();
    bool isWritten = !out.fail();
    int error = errno;
    if (isWritten && draft != path && std::rename(draft.c_str(), path.c_str()) != 0) {
        isWritten = false;
        error = errno;
    }
    if (isWritten) return "";
    if (draft != path) std::remove(draft.c_str());
    return reasonOf(error);
}

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/run_folder.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

namespace tenfold::supervisor {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kPrefix = "tenfold-run-";

void removeLeftovers(const fs::path& base) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(base, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.rfind(kPrefix, 0) != 0) continue;
        int pid = 0;
        const char* first = name.data() + kPrefix.size();
        const auto parsed = std::from_chars(first, name.data() + name.size(), pid);
        if (parsed.ec != std::errc{} || pid <= 0) continue;
        if (::kill(pid, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
    }
}
}  // namespace

RunFolder::RunFolder() {
    const fs::path base = fs::temp_directory_path();
    removeLeftovers(base);
    m_path = base / (std::string(kPrefix) + std::to_string(::getpid()));
    fs::create_directories(m_path);
    fs::permissions(m_path, fs::perms::owner_all);
}

RunFolder::~RunFolder() {
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

}  // namespace tenfold::supervisor

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/programs.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <stdexcept>

#include "reference-server/supervisor/real/owner.h"

namespace tenfold::supervisor::real {

namespace fs = std::filesystem;

namespace {

bool isProgram(const fs::path& file) {
    return ::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file);
}

/// Debian keeps each version of PostgreSQL in a folder of its own, the newest last here.
std::vector<fs::path> debianFolders() {
    std::vector<std::pair<int, fs::path>> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
        const std::string name = entry.path().filename();
        int version = 0;
        std::from_chars(name.data(), name.data() + name.size(), version);
        found.emplace_back(version, entry.path() / "bin");
    }
    std::sort(found.begin(), found.end());
    std::vector<fs::path> folders;
    for (const auto& [version, folder] : found) folders.push_back(folder);
    return folders;
}

std::vector<fs::path> places(bool isPostgres) {
    if (const char* only = std::getenv("TENFOLD_PROGRAMS")) return {only};
    std::vector<fs::path> all;
    if (isPostgres) {
        all = debianFolders();
        std::reverse(all.begin(), all.end());
    }
    const char* path = std::getenv("PATH");
    std::istringstream in(path ? path : "");
    for (std::string folder; std::getline(in, folder, ':');)
        if (!folder.empty()) all.emplace_back(folder);
    // Servers stand where the search path of an ordinary user does not lead.
    for (const char* folder : {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"})
        all.emplace_back(folder);
    return all;
}

fs::path find(const char* program, const char* title, const char* package) {
    for (const auto& folder : places(false))
        if (isProgram(folder / program)) return folder / program;
    throw std::runtime_error(std::string(title) + " is not installed (no program " + program +
                             "): apt-get install " + package);
}

}  // namespace

fs::path postgresFolder() {
    for (const auto& folder : places(true))
        if (isProgram(folder / "postgres") && isProgram(folder / "initdb") &&
            isProgram(folder / "pg_basebackup"))
            return folder;
    throw std::runtime_error(
        "PostgreSQL is not installed (no programs postgres, initdb and pg_basebackup): apt-get "
        "install postgresql");
}

fs::path pgbouncerProgram() {
    return find("pgbouncer", "PgBouncer", "pgbouncer");
}

fs::path redisProgram() {
    return find("redis-server", "Redis", "redis-server");
}

std::string whatIsMissing(const std::vector<std::string>& components) {
    std::string missing;
    for (const auto& component : components) {
        try {
            if (component == "database") postgresFolder();
            if (component == "pooler") pgbouncerProgram();
            if (component == "cache") redisProgram();
            ownerOf(component);
        } catch (const std::exception& e) {
            missing += (missing.empty() ? "" : "\n") + std::string(e.what());
        }
    }
    return missing;
}

std::string versionIn(const std::string& text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] < '0' || text[at] > '9') continue;
        const auto end = std::min(text.find_first_not_of("0123456789.", at), text.size());
        const std::string number = text.substr(at, end - at);
        if (number.find('.') != std::string::npos && number.back() != '.') return number;
        at = end;
    }
    return "";
}

}  // namespace tenfold::supervisor::real

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/owner.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace tenfold::supervisor::real {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const fs::path& path, const char* what, int error) {
    throw std::runtime_error(path.string() + " could not be " + what + ": " +
                             std::generic_category().message(error));
}

void give(const fs::path& path, const Owner& owner) {
    if (owner.isOther && ::lchown(path.c_str(), owner.uid, owner.gid) != 0)
        fail(path, "given to its user", errno);
}

}  // namespace

Owner ownerOf(const std::string& component) {
    if (::geteuid() != 0) return {::geteuid(), ::getegid(), false};
    const std::vector<const char*> names = component == "cache"
                                               ? std::vector<const char*>{"redis", "nobody"}
                                               : std::vector<const char*>{"postgres"};
    for (const char* name : names)
        if (const passwd* user = ::getpwnam(name)) return {user->pw_uid, user->pw_gid, true};
    throw std::runtime_error(
        "there is no user postgres, which PostgreSQL and PgBouncer run as when root starts them: "
        "apt-get install postgresql");
}

void makeFolder(const fs::path& folder, const Owner& owner) {
    if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail(folder, "made", errno);
    give(folder, owner);
}

void writeFile(const fs::path& file, const std::string& text, const Owner& owner) {
    // Renamed into place: whoever reads it again at this moment reads all of it.
    const fs::path draft = file.string() + ".part";
    {
        std::ofstream out(draft, std::ios::trunc);
        out << text;
        out.flush();
        if (!out) fail(draft, "written", errno);
    }
    ::chmod(draft.c_str(), S_IRUSR | S_IWUSR);
    give(draft, owner);
    if (::rename(draft.c_str(), file.c_str()) != 0) fail(file, "written", errno);
}

void copyTree(const fs::path& from, const fs::path& to, const Owner& owner) {
    makeFolder(to, owner);
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(from)) {
        const fs::path target = to / entry.path().filename();
        if (entry.is_directory()) {
            copyTree(entry.path(), target, owner);
        } else if (entry.is_regular_file()) {
            fs::copy_file(entry.path(), target, fs::copy_options::overwrite_existing, error);
            if (error) fail(target, "copied", error.value());
            give(target, owner);
        }
    }
}

}  // namespace tenfold::supervisor::real

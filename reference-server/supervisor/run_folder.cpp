// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace tenfold::supervisor {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kPrefix = "tenfold-run-";

/// Whether nobody runs in this folder any more.
bool isLeftOver(const fs::path& folder, pid_t owner) {
    const int fd = ::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC);
    // Without a lock it is being made at this moment, or nobody got as far as locking it.
    if (fd < 0) return ::kill(owner, 0) != 0 && errno == ESRCH;
    const bool isFree = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    ::close(fd);
    return isFree;
}

void removeLeftovers(const fs::path& base) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(base, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.rfind(kPrefix, 0) != 0 || entry.is_symlink(ignored)) continue;
        pid_t pid = 0;
        const char* first = name.data() + kPrefix.size();
        const auto parsed = std::from_chars(first, name.data() + name.size(), pid);
        if (parsed.ec != std::errc{} || pid <= 0) continue;
        if (isLeftOver(entry.path(), pid)) fs::remove_all(entry.path(), ignored);
    }
}

[[noreturn]] void fail(const fs::path& folder, int error) {
    throw std::runtime_error(fmt::format("the folder of the run, {}, could not be made: {}",
                                         folder.string(), std::generic_category().message(error)));
}
}  // namespace

RunFolder::RunFolder(const fs::path& wanted) {
    const char* set = std::getenv("TMPDIR");
    const fs::path base = !wanted.empty() ? wanted : set && *set ? set : "/tmp";
    removeLeftovers(base);
    m_path = base / (std::string(kPrefix) + std::to_string(::getpid()));
    // A number goes on at the end when this process has a run already.
    for (int i = 2; ::mkdir(m_path.c_str(), S_IRWXU) != 0; ++i) {
        if (errno != EEXIST || i > 100) fail(m_path, errno);
        m_path = base / fmt::format("{}{}-{}", kPrefix, ::getpid(), i);
    }
    // Locked before it has its name: who finds the lock finds it held.
    const fs::path draft = m_path / "lock.part";
    m_lockFd = ::open(draft.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (m_lockFd < 0 || ::flock(m_lockFd, LOCK_EX | LOCK_NB) != 0 ||
        ::rename(draft.c_str(), (m_path / "lock").c_str()) != 0) {
        const int error = errno;
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
        if (m_lockFd >= 0) ::close(m_lockFd);
        fail(m_path, error);
    }
}

void RunFolder::letOthersThrough() const {
    if (::chmod(m_path.c_str(), S_IRWXU | S_IXGRP | S_IXOTH) != 0) fail(m_path, errno);
}

RunFolder::~RunFolder() {
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
    ::close(m_lockFd);
}

}  // namespace tenfold::supervisor

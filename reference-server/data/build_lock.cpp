// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/build_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace tenfold::data {

BuildLock::BuildLock(const std::filesystem::path& folder)
    : m_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (m_fd >= 0 && ::flock(m_fd, LOCK_EX) != 0 && errno == EINTR) {
    }
    // Without a lock (a file system that has none) it is built twice, and still renamed whole.
}

BuildLock::~BuildLock() {
    if (m_fd >= 0) ::close(m_fd);
}

}  // namespace tenfold::data

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace tenfold::data {

/// One process at a time, and one thread at a time within it. The folder itself is locked, so no
/// file is left over; the kernel gives the lock back when its holder dies.
class BuildLock {
public:
    explicit BuildLock(const std::filesystem::path& folder);
    ~BuildLock();
    BuildLock(const BuildLock&) = delete;
    BuildLock& operator=(const BuildLock&) = delete;

private:
    int m_fd;
};

}  // namespace tenfold::data

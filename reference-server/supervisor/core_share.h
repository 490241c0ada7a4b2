// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sched.h>

namespace tenfold::supervisor {

/// While it lives, what the calling thread starts runs on its part of the host's cores: a real
/// database on those that are its own (hardware::coresOfRealDatabase), everything else on the
/// others. Where the kernel refuses, all share all.
class CoreShare {
public:
    explicit CoreShare(bool isDatabase);
    ~CoreShare();
    CoreShare(const CoreShare&) = delete;
    CoreShare& operator=(const CoreShare&) = delete;

private:
    cpu_set_t m_before{};
    bool m_isChanged = false;
};

}  // namespace tenfold::supervisor

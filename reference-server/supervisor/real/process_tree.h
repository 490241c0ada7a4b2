// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace tenfold::supervisor::real {

/// CPU time of a process, its children, theirs, and those that have ended and been waited for.
class ProcessTree {
public:
    explicit ProcessTree(pid_t root) : m_root(root) {}
    /// ms so far; never less than before.
    double cpuMs();

private:
    pid_t m_root;
    double m_most = 0;
};

}  // namespace tenfold::supervisor::real

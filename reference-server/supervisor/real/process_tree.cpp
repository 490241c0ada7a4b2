// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/process_tree.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace tenfold::supervisor::real {

namespace {

struct Times {
    double ownMs = 0;
    double endedChildrenMs = 0;
};

Times timesOf(const std::string& folder) {
    Times times;
    std::ifstream file(folder + "stat");
    std::string text;
    std::getline(file, text);
    const auto close = text.rfind(')');
    if (close == std::string::npos) return times;
    std::istringstream in(text.substr(close + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) in >> skipped;  // state to the major faults of children
    double user = 0, system = 0, childUser = 0, childSystem = 0;
    in >> user >> system >> childUser >> childSystem;
    static const double tickMs = 1000.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
    times.endedChildrenMs = (childUser + childSystem) * tickMs;
    // The scheduler's own account is in ns, of the first thread: all there is in PostgreSQL, and
    // what works in the others.
    std::uint64_t ns = 0;
    std::ifstream exact(folder + "schedstat");
    times.ownMs = exact >> ns ? static_cast<double>(ns) / 1e6 : (user + system) * tickMs;
    return times;
}

double sumOf(pid_t pid, bool isRoot) {
    const std::string folder = "/proc/" + std::to_string(pid) + "/";
    const Times times = timesOf(folder);
    double sum = times.ownMs + times.endedChildrenMs;
    std::ifstream children(folder + "task/" + std::to_string(pid) + "/children");
    if (isRoot || children)
        for (pid_t child = 0; children >> child;) sum += sumOf(child, false);
    return sum;
}

}  // namespace

double ProcessTree::cpuMs() {
    m_most = std::max(m_most, sumOf(m_root, true));
    return m_most;
}

}  // namespace tenfold::supervisor::real

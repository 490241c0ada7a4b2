// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/host_usage.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace tenfold::supervisor {

std::optional<double> HostUsage::sinceLast() {
    std::ifstream stat("/proc/stat");
    std::string cpu;
    std::uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0,
                  steal = 0;
    stat >> cpu >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
    const std::uint64_t busy = user + nice + system + irq + softirq + steal;
    const std::uint64_t total = busy + idle + iowait;
    std::optional<double> share;
    // Counters of a core may step back a little; that must not become a huge unsigned number.
    if (m_total > 0 && total > m_total && busy >= m_busy)
        share = std::min(1.0,
                         static_cast<double>(busy - m_busy) / static_cast<double>(total - m_total));
    m_busy = busy;
    m_total = total;
    return share;
}

}  // namespace tenfold::supervisor

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/host_usage.h"

#include <fstream>
#include <string>

namespace tenfold::supervisor {

double HostUsage::sinceLast() {
    std::ifstream stat("/proc/stat");
    std::string cpu;
    std::uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0,
                  steal = 0;
    stat >> cpu >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
    const std::uint64_t busy = user + nice + system + irq + softirq + steal;
    const std::uint64_t total = busy + idle + iowait;
    const double share = total > m_total && m_total > 0 ? static_cast<double>(busy - m_busy) /
                                                              static_cast<double>(total - m_total)
                                                        : 0.0;
    m_busy = busy;
    m_total = total;
    return share;
}

}  // namespace tenfold::supervisor

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/core_share.h"

#include "simulator/hardware/host_cores.h"

namespace tenfold::supervisor {

CoreShare::CoreShare(bool isDatabase) {
    if (::sched_getaffinity(0, sizeof m_before, &m_before) != 0) return;
    const int all = CPU_COUNT(&m_before);
    const int ofDatabase = hardware::coresOfRealDatabase(all);
    if (ofDatabase == 0) return;
    cpu_set_t mine;
    CPU_ZERO(&mine);
    int seen = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &m_before)) continue;
        // The last ones: interrupts tend to be served by the first.
        const bool isOfDatabase = seen++ >= all - ofDatabase;
        if (isOfDatabase == isDatabase) CPU_SET(cpu, &mine);
    }
    m_isChanged = ::sched_setaffinity(0, sizeof mine, &mine) == 0;
}

CoreShare::~CoreShare() {
    if (m_isChanged) ::sched_setaffinity(0, sizeof m_before, &m_before);
}

}  // namespace tenfold::supervisor

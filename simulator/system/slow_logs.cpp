// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/slow_logs.h"

#include "simulator/load/endpoints.h"
#include "simulator/system/design_state.h"

namespace tenfold::system {

using measure::Stage;

void SlowLogs::begin(Request& r, std::uint32_t index) {
    if (index >= m_logs.size()) m_logs.resize(index + 1);
    m_logs[index] = {};
    r.log = &m_logs[index];
    r.log->add(Stage::auth, static_cast<double>(r.authMs));
    r.log->add(Stage::gatewayQueue, static_cast<double>(r.queueMs));
}

void SlowLogs::ended(const Request& r, const std::string& instance, Nanos now) {
    if (!r.log) return;
    const bool isAuthAsked = r.design->isCentral && r.authMs > 0;
    auto nodes = measure::nodesPassed(*r.log, {instance, true, isAuthAsked, r.design->hasPooler});
    if (!m_slowest.wants(r.log->totalMs(), nodes)) return;
    measure::SlowRequest slow;
    slow.endpoint = load::endpoints()[r.endpoint].id;
    slow.status = r.status;
    slow.endedMs = static_cast<double>(now) / 1e6;
    slow.nodes = std::move(nodes);
    slow.log = *r.log;
    m_slowest.keep(std::move(slow));
}

}  // namespace tenfold::system

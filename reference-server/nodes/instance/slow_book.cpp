// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/slow_book.h"

#include <utility>
#include <vector>

namespace tenfold::nodes {

namespace {
constexpr std::size_t kLongestTarget = 120;
}  // namespace

void SlowBook::ended(const Ended& what, const api::Trace& trace) {
    auto nodes = measure::nodesPassed(trace.log, what.way);
    const double totalMs = trace.log.totalMs();
    const std::lock_guard lock(m_mutex);
    if (!m_slowest.wants(totalMs, nodes)) return;
    measure::SlowRequest r;
    r.endpoint = what.endpoint;
    r.request = std::string(what.method) + " " + std::string(what.target.substr(0, kLongestTarget));
    r.status = what.status;
    r.endedMs = what.atMs;
    r.nodes = std::move(nodes);
    r.log = trace.log;
    m_slowest.keep(std::move(r));
}

measure::SlowRequests SlowBook::take() {
    const std::lock_guard lock(m_mutex);
    return m_slowest.take();
}

}  // namespace tenfold::nodes

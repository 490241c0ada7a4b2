// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/request_book.h"

#include <utility>

#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

RequestBook::RequestBook() : m_endpoints(load::endpoints().size()) {}

void RequestBook::opened(std::uint64_t version) {
    std::lock_guard lock(m_mutex);
    ++m_open;
    ++m_arrived;
    ++m_openByVersion[version];
}

void RequestBook::close(std::uint64_t version) {
    --m_open;
    ++m_completed;
    if (--m_openByVersion[version] == 0) m_openByVersion.erase(version);
}

void RequestBook::closed(std::uint64_t version, std::size_t endpoint, const api::Trace& trace,
                         std::size_t bytes, const std::string& reason) {
    std::lock_guard lock(m_mutex);
    close(version);
    auto& e = m_endpoints[endpoint];
    e.counts.merge(trace.counts);
    e.counts.bytes += bytes;
    ++e.counts.requests;
    e.where.merge(trace.where);
    if (!reason.empty()) ++m_rejected[reason];
}

void RequestBook::closedOther(std::uint64_t version) {
    std::lock_guard lock(m_mutex);
    close(version);
}

void RequestBook::turnedAway(const std::string& reason) {
    std::lock_guard lock(m_mutex);
    ++m_arrived;
    ++m_completed;
    if (!reason.empty()) ++m_rejected[reason];
}

int RequestBook::open() const {
    std::lock_guard lock(m_mutex);
    return m_open;
}

int RequestBook::openBefore(std::uint64_t version) const {
    std::lock_guard lock(m_mutex);
    int n = 0;
    for (const auto& [v, count] : m_openByVersion)
        if (v < version) n += count;
    return n;
}

void RequestBook::takeInto(measure::Sample& sample, measure::NodeSample& node) {
    std::lock_guard lock(m_mutex);
    for (std::size_t i = 0; i < m_endpoints.size(); ++i) {
        auto& e = m_endpoints[i];
        if (e.counts.requests == 0) continue;
        auto& out = sample.endpoints[std::string(load::endpoints()[i].id)];
        out.server = std::exchange(e.counts, {});
        out.where = std::exchange(e.where, {});
    }
    node.inUse = m_open;
    node.arrived = std::exchange(m_arrived, 0);
    node.completed = std::exchange(m_completed, 0);
    node.rejected = std::exchange(m_rejected, {});
}

}  // namespace tenfold::nodes

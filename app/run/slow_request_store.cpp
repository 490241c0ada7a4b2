// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/slow_request_store.h"

#include <utility>

namespace tenfold::app {

void SlowRequestStore::add(measure::SlowRequests slow) {
    for (auto& r : slow.requests) {
        const auto request = std::make_shared<const measure::SlowRequest>(std::move(r));
        const double totalMs = request->log.totalMs();
        for (const auto& node : request->nodes) {
            const auto it = m_byNode.find(node);
            const bool isKept = it == m_byNode.end()
                                    ? m_byNode.size() < kMostNodes
                                    : it->second->log.totalMs() <= totalMs ||
                                          it->second->endedMs + kNewsMs < request->endedMs;
            if (isKept) m_byNode[node] = request;
        }
    }
}

std::shared_ptr<const measure::SlowRequest> SlowRequestStore::of(const std::string& node) const {
    const auto it = m_byNode.find(node);
    return it == m_byNode.end() ? nullptr : it->second;
}

}  // namespace tenfold::app

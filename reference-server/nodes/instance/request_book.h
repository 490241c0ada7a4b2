// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "reference-server/api/trace.h"
#include "simulator/measure/sample.h"

namespace tenfold::nodes {

/// What this instance has counted since the last slot, and which requests are open.
class RequestBook {
public:
    RequestBook();

    void opened(std::uint64_t version);
    /// `endpoint`: index into load::endpoints(). `reason`: empty, or why it was turned away.
    void closed(std::uint64_t version, std::size_t endpoint, const api::Trace& trace,
                std::size_t bytes, const std::string& reason);
    /// A request that is no endpoint's (health, metrics, a wrong path).
    void closedOther(std::uint64_t version);

    /// A request that was turned away before anybody looked at what it asks. `reason`: empty when
    /// it was the client's mistake, which says nothing about this instance.
    void turnedAway(const std::string& reason);

    int open() const;
    /// Requests open that entered with a version before this one.
    int openBefore(std::uint64_t version) const;
    /// Moves what was counted into a sample and starts afresh.
    void takeInto(measure::Sample& sample, measure::NodeSample& node);

private:
    void close(std::uint64_t version);
    struct Counted {
        measure::ServerCounts counts;
        measure::StageTimes where;
    };
    mutable std::mutex m_mutex;
    std::vector<Counted> m_endpoints;
    std::map<std::string, std::uint64_t> m_rejected;
    std::map<std::uint64_t, int> m_openByVersion;
    int m_open = 0;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
};

}  // namespace tenfold::nodes

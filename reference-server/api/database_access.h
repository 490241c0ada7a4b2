// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reference-server/api/connection_pool.h"
#include "simulator/hardware/profile.h"
#include "simulator/scenario/design.h"

namespace tenfold::api {

/// The pools of one version of the design: to the primary and to each replica, direct or through
/// the pooler. A pool that the version before has too is shared, not opened anew: two pools to one
/// database would for a while want twice the connections it has.
class DatabaseAccess {
public:
    struct Target {
        std::string id;
        int port = 0;
        std::string database = "shop";
        bool isReal = false;  // PostgreSQL itself, which must be asked for its position
        bool operator==(const Target&) const = default;
    };
    struct Plan {
        Target primary;
        std::vector<Target> replicas;
        int size = 10;
        double waitMs = 1000;
        bool operator==(const Plan&) const = default;
    };
    /// What the start and prepare lines' "peers" say, under a design.
    static Plan planFrom(const nlohmann::json& peers, const scenario::Design& design,
                         const hardware::HardwareProfile& hardware);

    explicit DatabaseAccess(Plan plan, const DatabaseAccess* before = nullptr);

    const Plan& plan() const { return m_plan; }
    ConnectionPool& primary() { return *m_primary; }
    std::size_t replicas() const { return m_replicas.size(); }
    ConnectionPool& replica(std::size_t i) { return *m_replicas[i].pool; }
    /// The furthest position a replica is known to have applied.
    std::uint64_t appliedLsn(std::size_t i) const { return m_replicas[i].applied->load(); }
    void noteApplied(std::size_t i, std::uint64_t lsn);
    /// Round robin.
    std::size_t nextReplica() { return m_next.fetch_add(1) % m_replicas.size(); }
    /// Summed over all pools.
    ConnectionPool::Counters takeCounters();

private:
    struct Replica {
        std::shared_ptr<ConnectionPool> pool;
        std::shared_ptr<std::atomic<std::uint64_t>> applied;
    };
    Plan m_plan;
    std::shared_ptr<ConnectionPool> m_primary;
    std::vector<Replica> m_replicas;
    std::atomic<std::size_t> m_next{0};
};

}  // namespace tenfold::api

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/database_access.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tenfold::api {

DatabaseAccess::Plan DatabaseAccess::planFrom(const nlohmann::json& peers,
                                              const scenario::Design& design,
                                              const hardware::HardwareProfile& hardware) {
    Plan plan;
    plan.size = hardware.threadsPerInstance;
    plan.waitMs = hardware.connectionWaitMs;
    const bool isPooled = peers.contains("pooler") && !design.is("connection_pooler", "off");
    const int poolerPort = isPooled ? peers["pooler"].at("port").get<int>() : 0;
    const auto& primary = peers.at("primary");
    plan.primary = {primary.value("id", "primary"),
                    isPooled ? poolerPort : primary.at("port").get<int>(), "shop",
                    primary.value("real", false)};
    int n = 0;
    for (const auto& replica : peers.value("replicas", nlohmann::json::array())) {
        ++n;
        plan.replicas.push_back(
            {replica.value("id", ""), isPooled ? poolerPort : replica.at("port").get<int>(),
             isPooled ? fmt::format("shop_replica_{}", n) : "shop", replica.value("real", false)});
    }
    return plan;
}

DatabaseAccess::DatabaseAccess(Plan plan, const DatabaseAccess* before) : m_plan(std::move(plan)) {
    const bool isComparable =
        before && before->m_plan.size == m_plan.size && before->m_plan.waitMs == m_plan.waitMs;
    const auto pool = [&](const Target& t) {
        return std::make_shared<ConnectionPool>(
            ConnectionPool::Settings{t.port, t.database, m_plan.size, m_plan.waitMs, t.id});
    };
    m_primary = isComparable && before->m_plan.primary == m_plan.primary ? before->m_primary
                                                                         : pool(m_plan.primary);
    for (const auto& t : m_plan.replicas) {
        Replica replica;
        if (isComparable)
            for (std::size_t i = 0; i < before->m_replicas.size(); ++i)
                if (before->m_plan.replicas[i] == t) replica = before->m_replicas[i];
        if (!replica.pool) replica = {pool(t), std::make_shared<std::atomic<std::uint64_t>>(0)};
        m_replicas.push_back(std::move(replica));
    }
}

void DatabaseAccess::noteApplied(std::size_t i, std::uint64_t lsn) {
    auto& known = *m_replicas[i].applied;
    std::uint64_t before = known.load();
    while (before < lsn && !known.compare_exchange_weak(before, lsn)) {
    }
}

ConnectionPool::Counters DatabaseAccess::takeCounters() {
    auto sum = m_primary->takeCounters();
    for (auto& r : m_replicas) {
        const auto c = r.pool->takeCounters();
        sum.open += c.open;
        sum.inUse += c.inUse;
        sum.waiting += c.waiting;
        sum.refused += c.refused;
        sum.timedOut += c.timedOut;
    }
    return sum;
}

}  // namespace tenfold::api

// SPDX-License-Identifier: GPL-3.0-or-later
// Which API instances there are, what connections each of them has, and what they report.
#include <algorithm>
#include <utility>

#include "simulator/system/api.h"
#include "simulator/system/system.h"

namespace tenfold::system {

void Api::addInstance(Nanos) {
    auto instance = std::make_unique<Instance>();
    instance->index = static_cast<std::uint32_t>(m_instances.size());
    instance->name = "api-" + std::to_string(++m_instancesMade);
    instance->threads = m_hardware.threadsPerInstance;
    instance->cores =
        std::make_unique<Cores>(m_system.queue(), EventKind::apiCores, instance->index,
                                m_hardware.coresPerInstance, m_hardware.sliceMs);
    m_instances.push_back(std::move(instance));
}

void Api::configure(Nanos now, const hardware::HardwareProfile& hardware) {
    m_hardware = hardware;
    int kept = 0;
    for (auto& i : m_instances) {
        if (i->isLeaving) continue;
        const bool fits = i->threads == hardware.threadsPerInstance &&
                          i->cores->cores() == hardware.coresPerInstance;
        i->isLeaving = !fits || kept >= hardware.instances;
        if (!i->isLeaving) ++kept;
    }
    for (; kept < hardware.instances; ++kept) addInstance(now);
    allotConnections(now);
}

void Api::beginDeploy(Nanos now) {
    m_deployedFrom = m_instances.size();
    for (int i = 0; i < m_hardware.instances; ++i) addInstance(now);
    allotConnections(now);
    m_system.gateway().instancesChanged(now);
}

void Api::endDeploy(Nanos now) {
    for (std::size_t i = 0; i < m_deployedFrom && i < m_instances.size(); ++i)
        m_instances[i]->isLeaving = true;
    allotConnections(now);
}

std::uint32_t Api::killOne(Nanos now) {
    for (auto it = m_instances.rbegin(); it != m_instances.rend(); ++it) {
        Instance& i = **it;
        if (!i.isAlive || i.isLeaving) continue;
        i.isAlive = false;
        for (const auto request : std::exchange(i.requests, {})) lose(request, now);
        for (auto& pool : i.pools) pool = Pool{};
        i.recomputes.clear();
        m_system.mechanisms().localCaches->forget(i.index);
        i.cores = std::make_unique<Cores>(m_system.queue(), EventKind::apiCores, i.index,
                                          m_hardware.coresPerInstance, m_hardware.sliceMs);
        i.busyBefore = 0;
        allotConnections(now);
        return i.index;
    }
    return kNone;
}

void Api::revive(std::uint32_t index, Nanos now) {
    if (index >= m_instances.size()) return;
    Instance& i = *m_instances[index];
    i.isAlive = true;
    allotConnections(now);
}

void Api::databaseDied(std::uint32_t node, Nanos now) {
    if (node < m_poolers.size()) m_poolers[node].open = m_poolers[node].lent;
    for (auto& i : m_instances)
        if (node < i->pools.size()) i->pools[node].open = i->pools[node].lent;
    allotConnections(now);
}

/// Each instance wants one connection a thread to each database; a database has so many, and who
/// comes first has them.
void Api::allotConnections(Nanos now) {
    auto& databases = m_system.databases();
    const DesignState& design = m_system.design();
    const auto nodes = static_cast<std::size_t>(databases.replicas() + 1);
    m_poolers.resize(nodes);
    const auto wait = static_cast<Nanos>(m_hardware.connectionWaitMs * 1e6);
    for (std::size_t n = 0; n < nodes; ++n) {
        const bool isAlive = databases.isAlive(static_cast<std::uint32_t>(n));
        int left = isAlive ? m_hardware.usableConnections() : 0;
        // The worker was there first; behind a pooler it is one client more.
        if (n == 0 && m_system.worker().isRunning() && !design.hasPooler) --left;
        Pool& pooler = m_poolers[n];
        pooler.size = design.hasPooler ? std::min(design.poolerSize, left) : 0;
        pooler.waitLimit = design.poolerWaitNs;
        left -= pooler.size;
        for (auto& i : m_instances) {
            i->pools.resize(nodes);
            i->applied.resize(nodes - 1);
            Pool& pool = i->pools[n];
            const bool isIdle = i->isLeaving && i->open == 0;
            const int wanted = design.hasPooler || isIdle || !i->isAlive ? 0 : i->threads;
            pool.size = std::min(wanted, left);
            if (pool.size < wanted && isAlive)
                databases.countRefused(static_cast<std::uint32_t>(n),
                                       static_cast<std::uint64_t>(wanted - pool.size));
            left -= pool.size;
            pool.waitLimit = wait;
            pool.open = std::max(pool.size, pool.lent);
            serve(pool, now, false);
        }
        serve(pooler, now, true);
    }
}

std::vector<int> Api::sessions() const {
    std::vector<int> out(m_poolers.size());
    for (std::size_t n = 0; n < out.size(); ++n) {
        out[n] = m_poolers[n].open;
        for (const auto& i : m_instances)
            if (n < i->pools.size()) out[n] += i->pools[n].open;
    }
    if (m_system.worker().isRunning() && !m_system.design().hasPooler && !out.empty()) ++out[0];
    return out;
}

void Api::collect(measure::Sample& sample, Nanos now) {
    for (auto& i : m_instances) {
        if (i->isLeaving && i->open == 0) continue;
        auto& n = sample.nodes[i->name];
        n.role = "instance";
        n.alive = i->isAlive;
        n.spanMs = measure::SlotClock::kSlotMs;
        n.cores = m_hardware.coresPerInstance;
        const Nanos busy = i->cores->busyNs(now);
        n.busyCoreMs = static_cast<double>(busy - i->busyBefore) / 1e6;
        i->busyBefore = busy;
        n.arrived = std::exchange(i->arrived, 0);
        n.completed = std::exchange(i->completed, 0);
        n.capacity = i->threads;
        n.inUse = static_cast<double>(i->requests.size());
        n.rejected = std::exchange(i->rejected, {});
        double open = 0, lentNow = 0, waiting = 0;
        for (auto& pool : i->pools) {
            open += pool.open;
            lentNow += pool.lent;
            waiting += static_cast<double>(pool.line.size());
        }
        n.waiting = waiting;
        if (m_system.design().hasCache) {
            int underWay = 0;
            for (const auto& [key, k] : i->recomputes) underWay = std::max(underWay, k);
            n.gauges["stampede_width"] = std::exchange(i->widestStampede, underWay);
        }
        n.gauges["connections_open"] = open;
        n.gauges["connections_in_use"] = lentNow;
        n.gauges["connections_waiting"] = waiting;
    }
    if (!m_system.design().hasPooler) return;
    auto& n = sample.nodes["pooler"];
    n.role = "pooler";
    n.spanMs = measure::SlotClock::kSlotMs;
    for (auto& pool : m_poolers) {
        n.capacity += pool.size;
        n.inUse += pool.lent;
        n.waiting += static_cast<double>(pool.line.size());
        n.arrived += std::exchange(pool.arrived, 0);
        n.completed += std::exchange(pool.completed, 0);
        if (pool.timedOut > 0) n.rejected["query_wait_timeout"] += std::exchange(pool.timedOut, 0);
        n.gauges["servers"] += pool.open;
    }
}

}  // namespace tenfold::system

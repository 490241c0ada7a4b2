// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/databases.h"

#include <algorithm>
#include <utility>

#include "simulator/system/system.h"

namespace tenfold::system {

namespace {
// As the live node: a writer waits so long for its turn, and a replica applies a transaction for
// so much beside its steps.
constexpr Nanos kLockLimit = 10'000'000'000;
constexpr std::uint64_t kApplySteps = 5000;
constexpr Nanos kApplyExtra = 150'000;
// Owner of a job on a replica's cores that is a log record, not a statement.
constexpr std::uint32_t kApplying = 0xfffffffe;
}  // namespace

std::uint32_t statementAt(const OperationTrace& t, std::uint64_t n) {
    const auto recorded = t.statements.size();
    if (n < recorded) return t.statements[n];
    return t.statements[recorded - t.repeatLast + (n - recorded) % t.repeatLast];
}

Databases::Databases(System& system, const Inputs& inputs) : m_system(system), m_inputs(inputs) {}

void Databases::addNode(Nanos) {
    auto node = std::make_unique<Node>();
    node->index = static_cast<std::uint32_t>(m_nodes.size());
    const bool isPrimary = m_nodes.empty();
    node->name = isPrimary ? "primary" : "replica-" + std::to_string(++m_replicasMade);
    node->cores = std::make_unique<Cores>(
        m_system.queue(), EventKind::databaseCores, node->index,
        isPrimary ? m_hardware.primaryCores : m_hardware.replicaCores, m_hardware.sliceMs);
    if (!isPrimary) node->lsn = m_nodes.front()->lsn;
    m_nodes.push_back(std::move(node));
}

Nanos Databases::costOf(std::string_view shape, std::uint64_t vmSteps, std::uint64_t scanned,
                        double dataFactor) const {
    const Calibration real = m_inputs.real.value_or(Calibration{});
    const auto ns = m_inputs.costs->costNs(shape, vmSteps, scanned, dataFactor);
    const double factor = scanned > 0 ? real.scanFactor : real.lookUpFactor;
    return static_cast<Nanos>(static_cast<double>(ns) * factor * m_inputs.factors.statements);
}

void Databases::configure(Nanos now, const hardware::HardwareProfile& hardware, int replicas,
                          Nanos lagNs) {
    const bool isOther = m_costs.empty() || m_hardware.dataFactor != hardware.dataFactor;
    m_hardware = hardware;
    m_lagNs = lagNs;
    if (isOther) {
        m_costs.clear();
        m_baseCosts.clear();
        for (const auto& s : m_inputs.operations->statements()) {
            m_costs.push_back(costOf(s.shape, s.vmSteps, s.fullScanSteps, hardware.dataFactor));
            m_baseCosts.push_back(costOf(s.shape, 0, 0, 1));
        }
        if (m_inputs.real) m_roundTripCpu = static_cast<Nanos>(m_inputs.real->roundTripCpuUs * 1e3);
        m_applyCost = costOf("replica.apply", kApplySteps, 0, 1) + kApplyExtra;
    }
    while (static_cast<int>(m_nodes.size()) < 1 + replicas) addNode(now);
    while (static_cast<int>(m_nodes.size()) > 1 + replicas) {
        kill(static_cast<std::uint32_t>(m_nodes.size() - 1), now);
        m_nodes.pop_back();
    }
    for (auto& node : m_nodes) {
        const int cores = node->index == 0 ? hardware.primaryCores : hardware.replicaCores;
        if (node->cores->cores() == cores) continue;
        node->cores->setCores(now, cores);
        finishJobs(*node, now);
    }
}

void Databases::kill(std::uint32_t index, Nanos now) {
    Node& node = *m_nodes[index];
    if (!node.isAlive) return;
    node.isAlive = false;
    for (const auto work : std::exchange(node.works, {})) {
        m_works[work].hasFailed = true;
        answer(work, now);
    }
    node.line.clear();
    node.writer = kNone;
    node.records.clear();
    node.isApplying = false;
    const int cores = node.cores->cores();
    node.cores = std::make_unique<Cores>(m_system.queue(), EventKind::databaseCores, index, cores,
                                         m_hardware.sliceMs);
    node.busyBefore = 0;
}

void Databases::revive(std::uint32_t index, Nanos) {
    if (index >= m_nodes.size()) return;
    Node& node = *m_nodes[index];
    node.isAlive = true;
    if (index > 0) node.lsn = m_nodes.front()->lsn;
}

void Databases::workArrives(std::uint32_t index, Nanos now) {
    Work& w = m_works[index];
    if (w.isAbandoned) {
        m_works.giveBack(index);
        return;
    }
    if (w.node >= m_nodes.size() || !m_nodes[w.node]->isAlive) {
        w.hasFailed = true;
        answer(index, now);
        return;
    }
    Node& node = *m_nodes[w.node];
    node.works.push_back(index);
    w.since = now;
    if (w.isWrite) {
        if (node.writer != kNone) {
            node.line.push_back(index);
            return;
        }
        node.writer = index;
        node.heldSince = now;
    }
    startStatement(w, index, now);
}

void Databases::startStatement(Work& w, std::uint32_t index, Nanos now) {
    Node& node = *m_nodes[w.node];
    w.since = now;
    w.isOnCores = true;
    ++node.arrived;
    ++node.active;
    const Nanos cost = (w.done == 0 ? m_roundTripCpu : 0) +
                       (w.trace ? m_costs[statementAt(*w.trace, w.first + w.done)] : w.own[w.done]);
    w.job = node.cores->submit(now, now, cost, index);
}

void Databases::coresDue(std::uint32_t index, Nanos now) {
    if (index >= m_nodes.size()) return;
    Node& node = *m_nodes[index];
    node.cores->advance(now);
    finishJobs(node, now);
}

/// Whatever the cores have finished: statements, and on a replica the record it applied.
void Databases::finishJobs(Node& node, Nanos now) {
    m_finished = node.cores->finished();
    for (std::size_t i = 0; i < m_finished.size(); ++i) {
        if (m_finished[i] != kApplying) {
            finishStatement(m_finished[i], now);
            continue;
        }
        const Record record = node.records.front();
        node.records.pop_front();
        node.lsn = record.lsn;
        node.lagNs = now - record.committedAt;
        node.isApplying = false;
        ++node.completed;
        applyNext(node, now);
    }
    node.cores->arm(now);
}

void Databases::finishStatement(std::uint32_t index, Nanos now) {
    Work& w = m_works[index];
    Node& node = *m_nodes[w.node];
    ++node.completed;
    --node.active;
    w.isOnCores = false;
    w.databaseNs += now - w.since;
    ++w.done;
    if (!w.isAbandoned && w.done < w.count) return startStatement(w, index, now);
    std::erase(node.works, index);
    Nanos at = now;
    if (w.isWrite) {
        if (!w.isAbandoned && !w.isRefused) {
            committed(now);
            if (w.request != kNone && w.first == 0) madeOf(m_system.requests()[w.request], now);
            // The next writer may begin while this one waits for its flush.
            const auto flush = static_cast<Nanos>(m_hardware.commitFlushMs * 1e6);
            w.databaseNs += flush;
            at += flush;
        }
        releaseToken(now);
    }
    if (w.isAbandoned) {
        m_works.giveBack(index);
        return;
    }
    w.lsn = node.lsn;
    answer(index, at);
}

/// What else a write has left behind with its commit: a product's version, a job.
void Databases::madeOf(Request& r, Nanos now) {
    auto& jobs = *m_system.mechanisms().jobs;
    if (r.product != 0) {
        r.shownVersion = m_system.versions().change(r.product, m_nodes.front()->lsn);
        if (r.design->hasEvents) jobs.add({NewJob::Kind::news, r.product, r.shownVersion}, now);
    }
    if (r.intention != 0 && !m_system.carriedOut(r, now)) return;
    if (r.design->isQueued && DesignState::hasSideEffect(r.endpoint))
        jobs.add(
            {DesignState::isEmail(r.endpoint) ? NewJob::Kind::email : NewJob::Kind::webhook, 0, 0},
            now);
}

void Databases::answer(std::uint32_t index, Nanos at) {
    if (m_works[index].isAbandoned) {
        m_works.giveBack(index);
        return;
    }
    m_system.at(at + m_system.databaseReturnNs(m_works[index].first > 0),
                EventKind::statementAnswers, index);
}

void Databases::committed(Nanos now) {
    const auto lsn = ++m_nodes.front()->lsn;
    for (std::size_t i = 1; i < m_nodes.size(); ++i) {
        Node& replica = *m_nodes[i];
        if (!replica.isAlive) continue;
        replica.records.push_back({lsn, now});
        applyNext(replica, now);
    }
}

void Databases::releaseToken(Nanos now) {
    Node& primary = *m_nodes.front();
    primary.heldNs += now - primary.heldSince;
    primary.writer = kNone;
    while (!primary.line.empty() && primary.writer == kNone) {
        const auto next = primary.line.front();
        primary.line.pop_front();
        Work& w = m_works[next];
        w.lockNs += now - w.since;
        if (w.lockNs > kLockLimit) {
            w.hasFailed = true;
            std::erase(primary.works, next);
            answer(next, now);
            continue;
        }
        primary.writer = next;
        primary.heldSince = now;
        startStatement(w, next, now);
    }
}

void Databases::applyNext(Node& replica, Nanos now) {
    if (replica.isApplying || replica.records.empty()) return;
    replica.isApplying = true;
    m_system.at(std::max(now, replica.records.front().committedAt + m_lagNs), EventKind::recordDue,
                replica.index);
}

void Databases::recordDue(std::uint32_t index, Nanos now) {
    if (index >= m_nodes.size()) return;
    Node& replica = *m_nodes[index];
    if (!replica.isAlive || replica.records.empty()) return;
    ++replica.arrived;
    replica.cores->submit(now, now, m_applyCost, kApplying);
}

void Databases::abandon(std::uint32_t index, Nanos now) {
    Work& w = m_works[index];
    w.isAbandoned = true;
    Node& node = *m_nodes[w.node];
    if (w.isOnCores) {
        // The live node begins the real work at the first slice, and then pays for all of it.
        node.cores->limitIfNotBegun(w.job, m_baseCosts[statementAt(*w.trace, w.first + w.done)]);
        node.cores->arm(now);
    } else if (std::erase(node.line, index) > 0) {
        std::erase(node.works, index);
        m_works.giveBack(index);
    }
    // Else it is on its way, there or back, and ends when it arrives.
}

Nanos Databases::heldNs(const Node& n, Nanos now) const {
    return n.heldNs + (n.writer != kNone ? now - n.heldSince : 0);
}

void Databases::collect(measure::Sample& sample, Nanos now, const std::vector<int>& sessions) {
    for (auto& node : m_nodes) {
        auto& n = sample.nodes[node->name];
        n.role = node->index == 0 ? "database" : "replica";
        n.alive = node->isAlive;
        n.spanMs = measure::SlotClock::kSlotMs;
        n.cores = node->cores->cores();
        const Nanos busy = node->cores->busyNs(now);
        const Nanos held = heldNs(*node, now);
        n.busyCoreMs = static_cast<double>(busy - node->busyBefore) / 1e6;
        n.arrived = std::exchange(node->arrived, 0);
        n.completed = std::exchange(node->completed, 0);
        n.capacity = m_hardware.usableConnections();
        n.inUse = node->index < sessions.size() ? sessions[node->index] : 0;
        n.waiting = node->cores->waiting();
        if (node->refused > 0) n.rejected["too_many_connections"] = std::exchange(node->refused, 0);
        n.gauges["active"] = static_cast<double>(node->active);
        n.gauges["lock_waiting"] = static_cast<double>(node->line.size());
        n.gauges["lock_busy"] =
            static_cast<double>(held - node->heldBefore) / measure::SlotClock::kSlotNs;
        n.gauges["lsn"] = static_cast<double>(node->lsn);
        if (node->index > 0) n.gauges["lag_ms"] = static_cast<double>(node->lagNs) / 1e6;
        node->busyBefore = busy;
        node->heldBefore = held;
    }
}

}  // namespace tenfold::system

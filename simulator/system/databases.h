// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"
#include "simulator/system/cores.h"
#include "simulator/system/inputs.h"
#include "simulator/system/request.h"

namespace tenfold::system {

class System;

/// One round trip to a database: a read, or the whole pipeline of a write.
struct Work {
    std::uint32_t generation = 0;
    std::uint32_t request = kNone;
    std::uint32_t requestGeneration = 0;
    std::uint32_t node = 0;
    const OperationTrace* trace = nullptr;
    std::uint64_t first = 0;  // statement of the trace, and how many
    std::uint64_t count = 1;
    std::uint64_t done = 0;
    bool isWrite = false;
    bool isRefused = false;    // a write that comes to nothing
    bool isAbandoned = false;  // nobody waits for the answer any more
    bool hasFailed = false;    // the node died, or the wait for the lock was too long
    bool isOnCores = false;
    hardware::CoreScheduler::JobId job = 0;
    Nanos sentAt = 0;
    Nanos since = 0;
    Nanos lockNs = 0;
    Nanos databaseNs = 0;
    std::uint64_t lsn = 0;   // of the node, as of the answer
    std::vector<Nanos> own;  // costs of its statements, where no trace has them
};

/// Index of a trace's n-th statement, repetitions included.
std::uint32_t statementAt(const OperationTrace& trace, std::uint64_t n);

/// The primary and its replicas: time-sliced cores, one writer at a time in order of arrival, the
/// flush of a commit, and the log by which replicas follow.
class Databases {
public:
    Databases(System& system, const Inputs& inputs);

    /// Makes the primary and so many replicas; more or fewer later. A replica begins as a copy.
    void configure(Nanos now, const hardware::HardwareProfile& hardware, int replicas, Nanos lagNs);
    int replicas() const { return static_cast<int>(m_nodes.size()) - 1; }
    bool isAlive(std::uint32_t node) const { return m_nodes[node]->isAlive; }
    /// Everything in progress there is lost; nothing is taken until revive().
    void kill(std::uint32_t node, Nanos now);
    void revive(std::uint32_t node, Nanos now);

    /// Of a statement that no operation has; of one row of a table that does not grow.
    Nanos costOf(std::string_view shape, std::uint64_t vmSteps) const {
        return costOf(shape, vmSteps, 0, 1);
    }
    Slab<Work>& works() { return m_works; }
    void workArrives(std::uint32_t work, Nanos now);
    void coresDue(std::uint32_t node, Nanos now);
    void recordDue(std::uint32_t replica, Nanos now);
    /// Nobody waits any more: what has not begun is not carried out, what has begun still costs.
    void abandon(std::uint32_t work, Nanos now);

    std::uint64_t lsn(std::uint32_t node) const { return m_nodes[node]->lsn; }
    const std::string& nameOf(std::uint32_t node) const { return m_nodes[node]->name; }
    /// `sessions`, by node: connections open.
    void collect(measure::Sample& sample, Nanos now, const std::vector<int>& sessions);
    void countRefused(std::uint32_t node, std::uint64_t n) { m_nodes[node]->refused += n; }

private:
    struct Record {
        std::uint64_t lsn;
        Nanos committedAt;
    };
    struct Node {
        std::string name;
        std::uint32_t index = 0;
        bool isAlive = true;
        std::unique_ptr<Cores> cores;
        std::vector<std::uint32_t> works;  // in progress, for the day it dies
        std::uint64_t lsn = 0;             // committed here, or applied
        // The writer token of the primary.
        std::uint32_t writer = kNone;
        std::deque<std::uint32_t> line;
        Nanos heldSince = 0;
        Nanos heldNs = 0;
        // A replica's log.
        std::deque<Record> records;
        bool isApplying = false;
        Nanos lagNs = 0;  // of the last record applied
        std::uint64_t arrived = 0;
        std::uint64_t completed = 0;
        std::uint64_t refused = 0;
        std::uint64_t active = 0;
        Nanos busyBefore = 0;
        Nanos heldBefore = 0;
    };
    Nanos costOf(std::string_view shape, std::uint64_t vmSteps, std::uint64_t scanned,
                 double dataFactor) const;
    void addNode(Nanos now);
    void startStatement(Work& w, std::uint32_t index, Nanos now);
    void finishJobs(Node& node, Nanos now);
    void finishStatement(std::uint32_t index, Nanos now);
    void answer(std::uint32_t index, Nanos at);
    void committed(Nanos now);
    void madeOf(Request& r, Nanos now);
    void releaseToken(Nanos now);
    void applyNext(Node& replica, Nanos now);
    Nanos heldNs(const Node& n, Nanos now) const;

    System& m_system;
    const Inputs& m_inputs;
    hardware::HardwareProfile m_hardware;
    std::vector<Nanos> m_costs;  // by statement of the operation profile
    std::vector<Nanos> m_baseCosts;
    Nanos m_roundTripCpu = 0;  // of a real component
    Nanos m_applyCost = 0;
    Nanos m_lagNs = 0;
    Slab<Work> m_works;
    std::vector<std::unique_ptr<Node>> m_nodes;
    int m_replicasMade = 0;
    std::vector<std::uint32_t> m_finished;
};

}  // namespace tenfold::system

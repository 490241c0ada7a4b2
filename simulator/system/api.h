// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "simulator/system/cores.h"
#include "simulator/system/databases.h"
#include "simulator/system/pool.h"
#include "simulator/system/provider.h"
#include "simulator/system/request.h"

namespace tenfold::system {

class System;

/// One API instance.
struct Instance {
    std::string name;
    std::uint32_t index = 0;
    int threads = 0;
    bool isAlive = true;
    bool isUp = true;        // as the gateway sees it
    bool isLeaving = false;  // gets nothing new
    int open = 0;            // requests the gateway has sent and that are not answered
    std::unique_ptr<Cores> cores;
    std::vector<Pool> pools;             // by database node; not used behind a pooler
    std::vector<std::uint64_t> applied;  // by replica: the furthest position known
    std::uint32_t turn = 0;
    std::vector<std::uint32_t> requests;  // in progress, for the day it dies
    std::uint64_t arrived = 0;
    std::uint64_t completed = 0;
    Nanos busyBefore = 0;
    std::map<std::string, std::uint64_t> rejected;
    std::unordered_map<std::uint64_t, int> recomputes;  // under way, by answer
    int widestStampede = 0;                             // of one answer, in this slot
};

/// The API instances: cache, connections, statements one after the other, CPU, as the live
/// endpoints do it.
class Api {
public:
    explicit Api(System& system);

    /// As many instances as the hardware has, of its size; others leave when they are idle.
    void configure(Nanos now, const hardware::HardwareProfile& hardware);
    /// A second generation beside the first; the first leaves with endDeploy().
    void beginDeploy(Nanos now);
    void endDeploy(Nanos now);
    /// The newest instance dies, or stays dead; its index, kNone when there is none.
    std::uint32_t killOne(Nanos now);
    void revive(std::uint32_t instance, Nanos now);
    /// Connections to the databases, in order of age while there are any.
    void allotConnections(Nanos now);

    std::vector<std::unique_ptr<Instance>>& instances() { return m_instances; }
    void start(std::uint32_t request, Instance& instance, Nanos now);
    void coresDue(std::uint32_t instance, Nanos now);
    void cacheAnswers(std::uint32_t request, Nanos now);
    void looksAgain(std::uint32_t request, Nanos now);
    void statementAnswers(std::uint32_t work, Nanos now);
    /// The provider has answered, or its time is up.
    void callEnded(std::uint32_t request, CallEnd end, Nanos now);
    void poolWaitEnds(std::uint32_t pool, Nanos now);
    void givesUp(Nanos now);
    /// The connections of a database node have ended with it.
    void databaseDied(std::uint32_t node, Nanos now);

    void collect(measure::Sample& sample, Nanos now);
    std::vector<int> sessions() const;

private:
    struct Deadline {
        std::uint32_t request;
        std::uint32_t generation;
        Nanos at;
    };
    void addInstance(Nanos now);
    measure::Question questionOf(const Work& work) const;
    void askCache(Request& r, std::uint32_t index, Phase phase, Nanos now, Nanos after);
    void goesOnWithoutCache(std::uint32_t request, Nanos now);
    void beginRecompute(Request& r, Nanos now);
    void endRecompute(Request& r);
    void lookAtKey(Request& r, Nanos now);
    void chooseTrace(Request& r, bool isHit);
    void read(std::uint32_t index, Nanos now, Nanos startAt);
    void lent(std::uint32_t index, Nanos now);
    void send(std::uint32_t index, Nanos now);
    void returnConnection(Request& r, Nanos now);
    void serve(Pool& pool, Nanos now, bool isPooler);
    void armPool(std::uint32_t id, Pool& pool, Nanos now);
    Pool& poolOf(std::uint32_t id);
    void call(std::uint32_t index, Nanos startAt);
    void fail(std::uint32_t index, Nanos now, const char* reason, std::uint16_t status = 503);
    void compute(std::uint32_t index, Nanos now, Nanos startAt);
    void served(std::uint32_t index, Nanos now);
    void lose(std::uint32_t index, Nanos now);

    System& m_system;
    hardware::HardwareProfile m_hardware;
    std::vector<std::unique_ptr<Instance>> m_instances;
    std::vector<Pool> m_poolers;  // by database node: the pooler's server connections
    int m_instancesMade = 0;
    std::size_t m_deployedFrom = 0;
    std::deque<Deadline> m_deadlines;
    std::vector<std::uint32_t> m_finished;
};

}  // namespace tenfold::system

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "simulator/kernel/event_queue.h"

namespace tenfold::system {

using kernel::Nanos;

/// What can be due in the simulated system. One line each: who is told.
enum class EventKind : std::uint8_t {
    userArrives,       // clients
    abuserArrives,     // clients
    clientGivesUp,     // clients: the oldest open request has reached its limit
    answerDelivered,   // clients, a request
    clientRetries,     // clients, an attempt to come
    apiGivesUp,        // API: the oldest request has reached the API's own limit
    apiCores,          // API, an instance: its emulated cores
    cacheAnswers,      // API, a request: a cache command has come back
    looksAgain,        // API, a request: it has waited for somebody else's answer
    statementAnswers,  // API, a unit of database work
    edgeAnswered,      // edges, a request: the origin's answer has reached its edge
    healthCheck,       // gateway: instances that are down are asked again
    poolWaitEnds,      // pools, a pool: its oldest waiter has reached its limit
    workArrives,       // databases, a unit of work
    databaseCores,     // databases, a node: its emulated cores
    recordDue,         // databases, a replica: the next log record may be applied
    authCores,         // auth: its emulated cores
    authAnswers,       // auth, a unit of work: its answer is there
    authWaitEnds,      // auth: whoever waits longest has reached the limit
    callEnds,          // provider, a call
    workerWakes,       // worker
    newsArrives,       // worker, a job: the news of a change is at the cache
    faultBegins,       // system, index of a fault
    faultEnds,         // system, index of a fault
};

struct Event {
    EventKind kind = EventKind::userArrives;
    std::uint16_t tag = 0;  // of a request: its generation, so that an event outlives its request
    std::uint32_t subject = 0;
};

}  // namespace tenfold::system

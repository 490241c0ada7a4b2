// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "simulator/load/request_mix.h"
#include "simulator/measure/sample.h"
#include "simulator/measure/slow_request.h"
#include "simulator/system/event.h"

namespace tenfold::system {

struct OperationTrace;
struct DesignState;

constexpr std::uint32_t kNone = 0xffffffff;
// Why a request with the key of one that goes on is refused, as live.
constexpr const char* kInProgress = "idempotency_in_progress";

/// Where a request is on its way through the API.
enum class Phase : std::uint8_t {
    looking,       // asks the cache
    locking,       // asks for the right to compute the answer
    lookingTwice,  // has it, and looks whether somebody was quicker
    reading,       // carries out its statements
    storing,       // puts the answer into the cache
    unlocking,     // gives the right back
    calling,       // waits for somebody else's server
    computing,     // uses the API's CPU
};

/// One request from its arrival until both its client and the servers are done with it.
struct Request {
    std::uint32_t endpoint = 0;
    std::uint32_t user = 0;
    std::uint64_t key = 0;           // what its cost depends on
    std::uint64_t cacheKey = 0;      // its entry in the caches
    std::uint64_t product = 0;       // whose version the answer tells; 0: of none
    std::uint64_t knownVersion = 0;  // of that product: the newest any client knew when it asked
    std::uint64_t shownVersion = 0;  // of that product: in the answer
    std::uint32_t address = 0;       // index of the client address
    bool isAbuser = false;
    bool isEnded = false;         // for its client
    bool isServed = false;        // for the servers
    bool isRetried = false;       // by the gateway
    bool isAdmitted = false;      // past the limits, and in progress
    bool isBackground = false;    // an edge asks anew; no client waits for it
    bool isAskedForEdge = false;  // under a flight: others may wait for its answer
    bool isConditional = false;   // the edge has an answer, and asks whether it is still good
    bool holdsLock = false;
    bool isRecomputing = false;  // for the shared cache
    bool isFromLocal = false;    // answered by its instance's own memory
    bool isKept = false;         // answered from what is kept under its key
    bool isCalled = false;       // its side effect was carried out, or tried
    bool isLocked = false;       // waited for somebody else's answer at least once
    Phase phase = Phase::computing;
    std::uint16_t status = 200;  // of the answer to come
    std::uint8_t attempts = 1;   // of its client
    bool isLeftBehind = false;   // what was kept lacks its side effect
    std::uint16_t failureStatus = 0;
    const char* failure = nullptr;  // it is to be told this once what stands is written down
    std::uint64_t intention = 0;    // of its client: the same for each attempt; 0: without a key
    const DesignState* design = nullptr;
    const OperationTrace* trace = nullptr;
    std::uint64_t step = 0;        // statements carried out
    std::uint32_t edge = kNone;    // it came by; none: the users come to the gateway
    std::uint64_t addressKey = 0;  // what caches on the way go by
    std::uint64_t edgeKey = 0;     // its entry there
    std::uint64_t flight = 0;
    std::uint64_t oldVersion = 0;  // with isConditional: what the edge has
    std::uint64_t oldBytes = 0;
    float edgeMs = 0;  // it waited there for somebody else's answer
    std::uint32_t instance = kNone;
    std::uint32_t node = kNone;  // database node of the statement in progress
    std::uint32_t work = kNone;  // database work in progress
    std::uint64_t writtenLsn = 0;
    std::uint64_t replyLsn = 0;
    std::uint32_t generation = 0;
    Nanos dueAt = 0;
    Nanos apiDeadline = 0;
    Nanos since = 0;  // of whatever it waits for
    Nanos lockEndsAt = 0;
    Nanos recomputedSince = 0;
    Nanos computedAt = 0;
    std::uint64_t bytes = 0;  // of the answer's body
    std::uint64_t rows = 0;   // materialised
    float queueMs = 0;        // at the gateway
    float authMs = 0;         // there, until it was known whose it is
    Nanos tokenEndsAt = 0;    // of the token it carries
    measure::ServerCounts counts;
    std::array<float, measure::kStages> whereMs{};
    measure::RequestLog* log = nullptr;  // of who watches slow requests; null: nobody does

    void spent(measure::Stage stage, Nanos ns) {
        whereMs[static_cast<std::size_t>(stage)] += static_cast<float>(ns) * 1e-6F;
        if (log) log->add(stage, static_cast<double>(ns) * 1e-6);
    }
};

/// Places that are used again: an index stays valid until its place is given back; the generation
/// tells whether it is still the same.
template <class T>
class Slab {
public:
    std::uint32_t take() {
        if (m_free.empty()) {
            m_all.emplace_back();
            return static_cast<std::uint32_t>(m_all.size() - 1);
        }
        const std::uint32_t index = m_free.back();
        m_free.pop_back();
        const auto generation = m_all[index].generation + 1;
        m_all[index] = T{};
        m_all[index].generation = generation;
        return index;
    }
    void giveBack(std::uint32_t index) {
        ++m_all[index].generation;
        m_free.push_back(index);
    }
    T& operator[](std::uint32_t index) { return m_all[index]; }
    const T& operator[](std::uint32_t index) const { return m_all[index]; }
    std::size_t inUse() const { return m_all.size() - m_free.size(); }

private:
    std::vector<T> m_all;
    std::vector<std::uint32_t> m_free;
};

}  // namespace tenfold::system

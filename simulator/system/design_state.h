// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "simulator/hardware/profile.h"
#include "simulator/random/stream.h"
#include "simulator/scenario/design.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/event.h"
#include "simulator/system/hooks.h"
#include "simulator/system/inputs.h"

namespace tenfold::system {

/// One version of the design, looked up once: every request keeps the version it entered with.
struct DesignState {
    /// Throws std::runtime_error when a combination has no operation profile.
    DesignState(std::uint64_t version, scenario::Design design, const Inputs& inputs);

    /// The recorded operation for what is asked: of the same key where one was recorded, else any
    /// of its kind.
    const OperationTrace& traceFor(std::size_t endpoint, std::uint64_t key, bool isHit,
                                   random::Stream& stream) const;

    /// What the cost of a request depends on.
    std::uint64_t keyOf(const load::RequestPlan& plan) const {
        return OperationProfile::keyOf(plan, design);
    }
    /// The entry of a cache that answers it: equal keys of two endpoints, of two kinds of
    /// list or of two serialisations are not the same.
    std::uint64_t cacheKeyOf(std::size_t endpoint, std::uint64_t key) const;
    /// Whether a cache may answer this endpoint.
    static bool isCacheable(std::size_t endpoint);
    /// Whether an edge may answer it, and whether what it answers never changes.
    bool isEdgeable(std::size_t endpoint) const;
    static bool isImmutable(std::size_t endpoint);
    /// The entry of an edge: another form of the API's answers is another answer.
    std::uint64_t edgeKeyOf(std::uint64_t addressKey) const {
        return addressKey ^ ((m_form ^ m_listKind << 40) & ~std::uint64_t{0xffff'ffff});
    }
    /// Whether a write has something done at somebody else's, and whether that is an e-mail.
    static bool hasSideEffect(std::size_t endpoint);
    static bool isEmail(std::size_t endpoint);
    /// Whether its requests carry a key.
    static bool takesKey(std::size_t endpoint);
    /// Puts into the caches what they would hold after a long time at the scenario's rate: each key
    /// with probability λT ∕ (1 + λT), T the time to live and λ the rate at which this cache is
    /// asked for it.
    void fillCaches(Mechanisms& mechanisms, const scenario::Scenario& scenario,
                    int instances) const;

    std::uint64_t version;
    scenario::Design design;
    bool hasLocalCache = false;
    Nanos localTtlNs = 0;
    bool hasCache = false;
    bool isSingleFlight = true;  // against stampedes: one of these, or nothing
    bool isJittered = false;
    bool isRecomputedEarly = false;
    double earlyBeta = 1;
    Nanos cacheTtlNs = 0;
    bool hasEvents = false;   // changes of products are told to the cache
    std::uint32_t edges = 0;  // of the CDN
    Nanos edgeRttNs = 0;      // users to edge
    Nanos originRttNs = 0;    // users to origin, by an edge or not
    /// Edge to origin: the edge lies on the way, so that it is the rest of it.
    Nanos behindEdgeNs() const { return std::max<Nanos>(0, originRttNs - edgeRttNs); }
    Nanos edgeTtlNs = 0;    // of the catalogue; 0: pictures alone
    bool isInline = false;  // side effects are calls inside the request …
    bool isQueued = false;  // … or jobs
    Nanos callTimeoutNs = 0;
    bool hasKeys = false;  // writes are carried out once for each key
    Nanos leaseNs = 0;     // of a key whose side effect is under way
    bool hasPooler = false;
    int poolerSize = 0;
    Nanos poolerWaitNs = 0;
    bool isCentral = false;   // the auth service is asked about each token
    int authConnections = 0;  // of the gateway to it
    Nanos authLimitNs = 0;
    int replicas = 0;
    bool readsOwnWrites = true;
    Nanos lagNs = 0;

private:
    struct KeyShare {
        std::uint64_t key;
        double share;  // of all requests
    };
    void fillEdges(Mechanisms& mechanisms, const scenario::Scenario& scenario) const;
    /// How often each cacheable answer is asked for, by key.
    std::vector<KeyShare> keyShares(const scenario::Scenario& scenario) const;

    std::vector<const std::vector<OperationTrace>*> m_misses;  // by endpoint
    std::vector<const std::vector<OperationTrace>*> m_hits;
    std::uint64_t m_form = 0;  // of the answers: whole rows or the contract's fields
    std::uint64_t m_listKind = 0;
};

}  // namespace tenfold::system

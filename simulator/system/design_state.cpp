// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/design_state.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>
#include <unordered_map>

#include "simulator/load/addresses.h"
#include "simulator/load/endpoints.h"
#include "simulator/load/request_key.h"
#include "simulator/system/product_versions.h"

namespace tenfold::system {

namespace {
constexpr std::uint64_t kWarmSeed = 0x5eed;
constexpr int kWarmDraws = 50'000;
constexpr Nanos kYearNs = 31'536'000'000'000'000;
constexpr double kEdgeEntryBytes = 800;
constexpr Nanos kLeaseBeyondNs = 1'000'000'000;  // as the live API

std::uint64_t fnv(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return h;
}
}  // namespace

DesignState::DesignState(std::uint64_t number, scenario::Design d, const Inputs& inputs)
    : version(number), design(std::move(d)) {
    hasLocalCache = !design.is("in_process_cache", "off");
    localTtlNs = static_cast<Nanos>(design.parameter("in_process_cache", "ttl_s", 10) * 1e9);
    hasCache = !design.is("shared_cache", "off");
    // In the order of the words of the switch.
    const auto stampede = static_cast<int>(design.parameter("shared_cache", "stampede", 3));
    isJittered = stampede == 1;
    isRecomputedEarly = stampede == 2;
    isSingleFlight = stampede == 3;
    earlyBeta = design.parameter("shared_cache", "beta", 1);
    cacheTtlNs = static_cast<Nanos>(design.parameter("shared_cache", "ttl_s", 60) * 1e9);
    hasEvents = design.is("shared_cache", "ttl_and_events");
    edges = design.is("cdn", "on") ? static_cast<std::uint32_t>(design.parameter("cdn", "edges", 2))
                                   : 0;
    edgeRttNs = static_cast<Nanos>(design.parameter("cdn", "edge_rtt_ms", 0) * 1e6);
    originRttNs = static_cast<Nanos>(design.parameter("cdn", "origin_rtt_ms", 0) * 1e6);
    edgeTtlNs = static_cast<Nanos>(design.parameter("cdn", "catalogue_ttl_s", 60) * 1e9);
    isInline = design.is("side_effects", "inline");
    isQueued = design.is("side_effects", "queued");
    callTimeoutNs = static_cast<Nanos>(design.parameter("side_effects", "timeout_s", 5) * 1e9);
    hasKeys = design.is("idempotency", "keys");
    leaseNs = callTimeoutNs + kLeaseBeyondNs;
    hasPooler = !design.is("connection_pooler", "off");
    poolerSize = static_cast<int>(design.parameter("connection_pooler", "size", 25));
    poolerWaitNs =
        static_cast<Nanos>(design.parameter("connection_pooler", "wait_limit_s", 1) * 1e9);
    isCentral = design.is("token_validation", "central");
    authConnections = static_cast<int>(design.parameter("token_validation", "connections", 64));
    authLimitNs =
        static_cast<Nanos>(design.parameter("token_validation", "time_limit_ms", 1000) * 1e6);
    const auto& value = design.of("read_replicas").value;
    std::from_chars(value.data(), value.data() + value.size(), replicas);
    readsOwnWrites = design.parameter("read_replicas", "read_your_writes", 1) != 0;
    lagNs = static_cast<Nanos>(design.parameter("read_replicas", "lag_ms", 0) * 1e6);

    m_form = fnv(design.of("serialisation").value) << 24;
    m_listKind = fnv(design.of("pagination").value) +
                 static_cast<std::uint64_t>(design.parameter("pagination", "page_size", 20));
    const auto& endpoints = load::endpoints();
    for (std::size_t e = 0; e < endpoints.size(); ++e) {
        m_misses.push_back(&inputs.operations->traces(e, design, false));
        m_hits.push_back(((hasCache || hasLocalCache) && isCacheable(e)) || (hasKeys && takesKey(e))
                             ? &inputs.operations->traces(e, design, true)
                             : nullptr);
    }
}

bool DesignState::isCacheable(std::size_t endpoint) {
    // The catalogue is cached, the back office is not; images are static and pass it by.
    const auto& id = load::endpoints()[endpoint].id;
    return id == "products.list" || id == "products.get";
}

bool DesignState::isImmutable(std::size_t endpoint) {
    return load::endpoints()[endpoint].id == "images.get";
}

bool DesignState::isEdgeable(std::size_t endpoint) const {
    return load::endpoints()[endpoint].isShareable && (edgeTtlNs > 0 || isImmutable(endpoint));
}

bool DesignState::takesKey(std::size_t endpoint) {
    return load::endpoints()[endpoint].method == "POST";
}

bool DesignState::hasSideEffect(std::size_t endpoint) {
    return isEmail(endpoint) || load::endpoints()[endpoint].id == "payments.create";
}

bool DesignState::isEmail(std::size_t endpoint) {
    return load::endpoints()[endpoint].id == "orders.create";
}

std::uint64_t DesignState::cacheKeyOf(std::size_t endpoint, std::uint64_t key) const {
    const bool isList = load::endpoints()[endpoint].id == "products.list";
    return (key ^ m_form ^ (isList ? m_listKind << 40 : 0)) * 16 + endpoint;
}

const OperationTrace& DesignState::traceFor(std::size_t endpoint, std::uint64_t key, bool isHit,
                                            random::Stream& stream) const {
    const auto& all = isHit ? *m_hits[endpoint] : *m_misses[endpoint];
    const double u = stream.uniform();  // always drawn: the next draw must not depend on a hit
    const auto same =
        key != 0 ? OperationProfile::ofKey(all, key) : std::span<const OperationTrace>();
    if (!same.empty()) return same[static_cast<std::size_t>(u * static_cast<double>(same.size()))];
    return all[static_cast<std::size_t>(u * static_cast<double>(all.size()))];
}

std::vector<DesignState::KeyShare> DesignState::keyShares(
    const scenario::Scenario& scenario) const {
    // Drawn, not computed: the mix itself says how often a key is asked for.
    load::RequestMix mix(scenario.seed ^ kWarmSeed, scenario.workload.mix,
                         scenario.workload.zipfExponent);
    std::unordered_map<std::uint64_t, std::uint32_t> asked;
    for (int i = 0; i < kWarmDraws; ++i) {
        const auto plan = mix.next();
        if (isCacheable(plan.endpoint)) ++asked[cacheKeyOf(plan.endpoint, keyOf(plan))];
    }
    std::vector<KeyShare> shares;
    for (const auto& [key, n] : asked) shares.push_back({key, static_cast<double>(n) / kWarmDraws});
    // The order of a hash table is not the same everywhere.
    std::sort(shares.begin(), shares.end(),
              [](const KeyShare& x, const KeyShare& y) { return x.key < y.key; });
    return shares;
}

void DesignState::fillEdges(Mechanisms& mechanisms, const scenario::Scenario& scenario) const {
    struct Key {
        std::uint64_t key;
        std::uint32_t edge;
        std::size_t endpoint;
        std::uint64_t bytes;
        std::uint32_t asked;
    };
    load::RequestMix mix(scenario.seed ^ kWarmSeed, scenario.workload.mix,
                         scenario.workload.zipfExponent);
    std::map<std::pair<std::uint32_t, std::uint64_t>, Key> keys;
    for (int i = 0; i < kWarmDraws; ++i) {
        const auto plan = mix.next();
        if (!isEdgeable(plan.endpoint)) continue;
        const auto address = load::addressOf(plan.user, scenario.workload.addresses,
                                             scenario.workload.sharedAddressPart);
        const auto edge = static_cast<std::uint32_t>(address) % edges;
        const auto key = edgeKeyOf(load::addressKeyOf(plan));
        auto& k = keys[{edge, key}];
        if (k.asked++ > 0) continue;
        const auto same = OperationProfile::ofKey(*m_misses[plan.endpoint], keyOf(plan));
        k = {key, edge, plan.endpoint,
             same.empty() ? m_misses[plan.endpoint]->front().bytes : same.front().bytes, 1};
    }
    std::vector<Key> sorted;
    for (const auto& [id, k] : keys) sorted.push_back(k);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Key& a, const Key& b) { return a.asked > b.asked; });
    random::Stream stream(scenario.seed, "twin.edge_residency");
    const double rateHz = scenario.workload.rate().peakHz / kWarmDraws;
    const double staleS = design.parameter("cdn", "stale_while_revalidate_s", 30);
    const double lifeS = static_cast<double>(edgeTtlNs) / 1e9 + staleS;
    struct Resident {
        Key key;
        Nanos freshUntil;
    };
    std::vector<Resident> residents;
    std::vector<double> left(edges, design.parameter("cdn", "capacity_mb", 64) * 1e6);
    for (const auto& k : sorted) {
        // What never changes is there once somebody has asked, as long as there is room.
        const double lambdaT = rateHz * k.asked * lifeS;
        const bool isThere = stream.uniform() < lambdaT / (1 + lambdaT);
        const double ageS = stream.uniform() * lifeS;
        if (!isThere && !isImmutable(k.endpoint)) continue;
        left[k.edge] -= static_cast<double>(k.bytes) + kEdgeEntryBytes;
        if (left[k.edge] < 0) continue;
        const auto freshUntil =
            isImmutable(k.endpoint) ? kYearNs : edgeTtlNs - static_cast<Nanos>(ageS * 1e9);
        residents.push_back({k, freshUntil});
    }
    // The one asked for most is the one used last.
    for (auto r = residents.rbegin(); r != residents.rend(); ++r)
        mechanisms.edges->put(r->key.edge, r->key.key, {kFirstVersion, r->key.bytes},
                              r->freshUntil);
}

void DesignState::fillCaches(Mechanisms& mechanisms, const scenario::Scenario& scenario,
                             int instances) const {
    if (edges > 0) fillEdges(mechanisms, scenario);
    if (!hasCache && !hasLocalCache) return;
    const auto shares = keyShares(scenario);
    const double rateHz = scenario.workload.rate().peakHz;
    random::Stream stream(scenario.seed, "twin.residency");
    /// `part`: of the requests that come by at this cache. Entries in the order of their end.
    const auto residents = [&](Nanos ttlNs, const auto& part) {
        std::vector<std::pair<Nanos, std::uint64_t>> out;
        for (const auto& [key, share] : shares) {
            const double lambdaT = rateHz * share * part(share) * static_cast<double>(ttlNs) / 1e9;
            const bool isResident = stream.uniform() < lambdaT / (1 + lambdaT);
            const auto left = static_cast<Nanos>(stream.uniform() * static_cast<double>(ttlNs));
            if (isResident) out.push_back({left, key});
        }
        std::sort(out.begin(), out.end());
        return out;
    };
    const double each = 1.0 / std::max(1, instances);
    if (hasLocalCache)
        for (int i = 0; i < instances; ++i)
            for (const auto& [left, key] : residents(localTtlNs, [each](double) { return each; }))
                mechanisms.localCaches->store(static_cast<std::uint32_t>(i), key, kFirstVersion,
                                              left);
    if (!hasCache) return;
    // Only what the instances do not know by themselves is asked of it.
    const auto missed = [&](double share) {
        if (!hasLocalCache) return 1.0;
        return 1 / (1 + rateHz * share * each * static_cast<double>(localTtlNs) / 1e9);
    };
    for (const auto& [left, key] : residents(cacheTtlNs, missed))
        mechanisms.cache->store(key, kFirstVersion, 0, left);
}

}  // namespace tenfold::system

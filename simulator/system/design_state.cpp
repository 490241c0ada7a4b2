// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/design_state.h"

#include <charconv>

#include "simulator/load/endpoints.h"

namespace tenfold::system {

DesignState::DesignState(std::uint64_t number, scenario::Design d, const Inputs& inputs)
    : version(number), design(std::move(d)) {
    hasCache = !design.is("shared_cache", "off");
    isSingleFlight = design.parameter("shared_cache", "single_flight", 1) != 0;
    cacheTtlNs = static_cast<Nanos>(design.parameter("shared_cache", "ttl_s", 60) * 1e9);
    hasPooler = !design.is("connection_pooler", "off");
    poolerSize = static_cast<int>(design.parameter("connection_pooler", "size", 25));
    poolerWaitNs =
        static_cast<Nanos>(design.parameter("connection_pooler", "wait_limit_s", 1) * 1e9);
    const auto& value = design.of("read_replicas").value;
    std::from_chars(value.data(), value.data() + value.size(), replicas);
    readsOwnWrites = design.parameter("read_replicas", "read_your_writes", 1) != 0;
    lagNs = static_cast<Nanos>(design.parameter("read_replicas", "lag_ms", 0) * 1e6);

    const auto index = [](Traces& t) {
        for (std::uint32_t i = 0; i < t.all->size(); ++i)
            if (const auto key = (*t.all)[i].key; key != 0) t.byKey[key].push_back(i);
    };
    const auto& endpoints = load::endpoints();
    m_misses.resize(endpoints.size());
    m_hits.resize(endpoints.size());
    for (std::size_t e = 0; e < endpoints.size(); ++e) {
        m_misses[e].all = &inputs.operations->traces(e, design, false);
        index(m_misses[e]);
        const bool isCacheable =
            endpoints[e].id == "products.list" || endpoints[e].id == "products.get";
        if (!hasCache || !isCacheable) continue;
        m_hits[e].all = &inputs.operations->traces(e, design, true);
        index(m_hits[e]);
    }
}

const OperationTrace& DesignState::traceFor(std::size_t endpoint, std::uint64_t key, bool isHit,
                                            random::Stream& stream) const {
    const Traces& t = isHit ? m_hits[endpoint] : m_misses[endpoint];
    const double u = stream.uniform();  // always drawn: the next draw must not depend on a hit
    const auto pick = [u](std::size_t n) {
        return static_cast<std::size_t>(u * static_cast<double>(n));
    };
    if (!t.byKey.empty())
        if (const auto it = t.byKey.find(key); it != t.byKey.end())
            return (*t.all)[it->second[pick(it->second.size())]];
    return (*t.all)[pick(t.all->size())];
}

}  // namespace tenfold::system

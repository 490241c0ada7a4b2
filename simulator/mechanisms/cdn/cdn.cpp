// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/cdn/cdn.h"

namespace tenfold::mechanisms {

using system::Nanos;

namespace {
// Of an entry beside its body: key, header fields, places in list and table.
constexpr std::size_t kEntryBytes = 800;
constexpr Nanos kYearNs = 31'536'000'000'000'000;  // max-age of what never changes

Nanos nanos(const scenario::Design& design, const char* parameter, double fallback) {
    return static_cast<Nanos>(design.parameter("cdn", parameter, fallback) * 1e9);
}
}  // namespace

void Cdn::configure(const scenario::Design& design) {
    m_ttlNs = nanos(design, "catalogue_ttl_s", 60);
    m_staleNs = nanos(design, "stale_while_revalidate_s", 30);
    const auto capacity =
        static_cast<std::size_t>(design.parameter("cdn", "capacity_mb", 64)) * 1'000'000;
    const bool isOn = design.is("cdn", "on");
    const auto edges =
        isOn ? static_cast<std::size_t>(design.parameter("cdn", "edges", 2)) : std::size_t{0};
    while (m_stores.size() < edges) m_stores.emplace_back(capacity);
    // A process that is not wanted any more takes its store with it, but not before those who wait
    // there have been answered.
    for (std::size_t i = 0; i < m_stores.size(); ++i)
        if (i < edges)
            m_stores[i].setCapacity(capacity);
        else
            m_stores[i].clear();
}

system::Edges::Found Cdn::look(std::uint32_t edge, std::uint64_t key, Nanos now) {
    const auto found = m_stores[edge].look(key, now);
    Found result;
    result.way = found.way == Store::Way::hit    ? Way::hit
                 : found.way == Store::Way::wait ? Way::wait
                                                 : Way::ask;
    result.answer = found.answer;
    result.isStale = found.isStale;
    result.flight = found.flight;
    return result;
}

void Cdn::join(std::uint32_t edge, std::uint64_t flight, std::uint32_t request,
               std::uint32_t generation) {
    m_stores[edge].join(flight, {request, generation});
}

std::vector<system::Edges::Waiter> Cdn::landed(std::uint32_t edge, std::uint64_t key,
                                               std::uint64_t flight, std::optional<Answer> answer,
                                               bool isImmutable, Nanos now) {
    if (edge >= m_stores.size()) return {};
    if (!answer) return m_stores[edge].lost(flight, 0, now);
    const Nanos freshUntil = now + (isImmutable ? kYearNs : m_ttlNs);
    return m_stores[edge].landed(flight, key, *answer, answer->bytes + kEntryBytes,
                                 {freshUntil, freshUntil + (isImmutable ? 0 : m_staleNs)}, now);
}

void Cdn::invalidate(std::uint32_t edge, std::uint64_t key) {
    if (edge < m_stores.size()) m_stores[edge].invalidate(key);
}

void Cdn::put(std::uint32_t edge, std::uint64_t key, Answer answer, Nanos freshUntil) {
    m_stores[edge].put(key, answer, answer.bytes + kEntryBytes,
                       {freshUntil, freshUntil + m_staleNs}, 0);
}

system::Edges::Held Cdn::held(std::uint32_t edge) const {
    if (edge >= m_stores.size()) return {};
    const auto& store = m_stores[edge];
    return {store.entries(), store.bytes(), store.evictions()};
}

}  // namespace tenfold::mechanisms

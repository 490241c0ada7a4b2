// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/in_process_cache/in_process_cache.h"

namespace tenfold::mechanisms {

using system::Nanos;

void InProcessCaches::configure(const scenario::Design& design) {
    if (design.is("in_process_cache", "off")) {
        m_caches.clear();
        m_capacity = 0;
        return;
    }
    const auto capacity =
        static_cast<std::size_t>(design.parameter("in_process_cache", "capacity", 1000));
    // The live instances begin anew with another size.
    if (capacity != m_capacity) m_caches.clear();
    m_capacity = capacity;
}

std::optional<std::uint64_t> InProcessCaches::find(std::uint32_t instance, std::uint64_t key,
                                                   Nanos now) {
    if (instance >= m_caches.size()) return std::nullopt;
    Cache& cache = m_caches[instance];
    const auto it = cache.entries.find(key);
    if (it == cache.entries.end()) return std::nullopt;
    if (it->second->endsAt <= now) {
        cache.byUse.erase(it->second);
        cache.entries.erase(it);
        return std::nullopt;
    }
    cache.byUse.splice(cache.byUse.begin(), cache.byUse, it->second);
    return it->second->version;
}

void InProcessCaches::store(std::uint32_t instance, std::uint64_t key, std::uint64_t version,
                            Nanos until) {
    if (m_capacity == 0) return;
    if (instance >= m_caches.size()) m_caches.resize(instance + 1);
    Cache& cache = m_caches[instance];
    if (const auto it = cache.entries.find(key); it != cache.entries.end()) {
        cache.byUse.splice(cache.byUse.begin(), cache.byUse, it->second);
        *it->second = {key, version, until};
        return;
    }
    if (cache.entries.size() >= m_capacity) {
        cache.entries.erase(cache.byUse.back().key);
        cache.byUse.pop_back();
    }
    cache.byUse.push_front({key, version, until});
    cache.entries[key] = cache.byUse.begin();
}

void InProcessCaches::forget(std::uint32_t instance) {
    if (instance < m_caches.size()) m_caches[instance] = Cache{};
}

}  // namespace tenfold::mechanisms

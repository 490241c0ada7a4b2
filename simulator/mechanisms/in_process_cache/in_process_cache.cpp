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
    const std::uint64_t* version = m_caches[instance].find(key, now);
    return version ? std::optional(*version) : std::nullopt;
}

void InProcessCaches::store(std::uint32_t instance, std::uint64_t key, std::uint64_t version,
                            Nanos until) {
    if (m_capacity == 0) return;
    while (m_caches.size() <= instance) m_caches.emplace_back(m_capacity);
    m_caches[instance].store(key, version, until);
}

void InProcessCaches::forget(std::uint32_t instance) {
    if (instance < m_caches.size())
        m_caches[instance] = hardware::BoundedCache<std::uint64_t, std::uint64_t>(m_capacity);
}

}  // namespace tenfold::mechanisms

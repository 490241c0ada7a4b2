// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/shared_cache/shared_cache.h"

#include <algorithm>

namespace tenfold::mechanisms {

using system::Nanos;

bool SharedCache::has(std::uint64_t key, Nanos now) {
    const auto it = m_entries.find(key);
    return it != m_entries.end() && it->second.endsAt > now;
}

bool SharedCache::lock(std::uint64_t key, Nanos now, Nanos until) {
    Entry& entry = m_entries[key];
    if (entry.lockedUntil > now) return false;
    entry.lockedUntil = until;
    return true;
}

void SharedCache::unlock(std::uint64_t key) {
    if (const auto it = m_entries.find(key); it != m_entries.end()) it->second.lockedUntil = 0;
}

void SharedCache::store(std::uint64_t key, Nanos, Nanos until) {
    m_entries[key].endsAt = until;
}

void SharedCache::clear() {
    m_entries.clear();
}

std::size_t SharedCache::keys(Nanos now) const {
    return static_cast<std::size_t>(
        std::count_if(m_entries.begin(), m_entries.end(),
                      [now](const auto& e) { return e.second.endsAt > now; }));
}

}  // namespace tenfold::mechanisms

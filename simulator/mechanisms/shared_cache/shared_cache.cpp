// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/shared_cache/shared_cache.h"

#include "simulator/mechanisms/shared_cache/spec.h"

namespace tenfold::mechanisms {

using system::Nanos;

bool SharedCache::has(std::uint64_t key, std::uint64_t product, Nanos now) {
    const auto it = m_entries.find(key);
    if (it == m_entries.end() || it->second.endsAt <= now) return false;
    if (product == 0) return true;
    const auto mark = m_marks.find(product);
    return mark == m_marks.end() || mark->second.until <= now ||
           it->second.version >= mark->second.version;
}

void SharedCache::changed(std::uint64_t product, std::uint64_t version, Nanos until) {
    m_marks[product] = {version, until};
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

std::uint64_t SharedCache::versionOf(std::uint64_t key) const {
    const auto it = m_entries.find(key);
    return it == m_entries.end() ? 0 : it->second.version;
}

bool SharedCache::isDueEarly(std::uint64_t key, double beta, Nanos now) {
    const double u = 1 - m_chance.uniform();
    const auto it = m_entries.find(key);
    return it != m_entries.end() && isEarly(u, beta, static_cast<double>(it->second.took),
                                            static_cast<double>(it->second.endsAt - now));
}

Nanos SharedCache::jittered(Nanos ttl) {
    return static_cast<Nanos>(mechanisms::jittered(static_cast<double>(ttl), m_chance.uniform()));
}

void SharedCache::store(std::uint64_t key, std::uint64_t version, Nanos took, Nanos until) {
    Entry& entry = m_entries[key];
    entry.version = version;
    entry.took = took;
    if (entry.endsAt == 0) ++m_keys;
    entry.endsAt = until;
    m_expiries.push({until, key});
}

void SharedCache::clear() {
    m_entries.clear();
    m_expiries = {};
    m_marks.clear();
    m_keys = 0;
}

std::size_t SharedCache::keys(Nanos now) {
    while (!m_expiries.empty() && m_expiries.top().at <= now) {
        const auto it = m_entries.find(m_expiries.top().key);
        // Stored again meanwhile: a later expiry is in line.
        if (it != m_entries.end() && it->second.endsAt == m_expiries.top().at) {
            --m_keys;
            it->second.endsAt = 0;
            if (it->second.lockedUntil <= now) m_entries.erase(it);
        }
        m_expiries.pop();
    }
    return m_keys;
}

}  // namespace tenfold::mechanisms

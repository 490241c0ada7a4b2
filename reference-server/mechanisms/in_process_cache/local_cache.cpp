// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/in_process_cache/local_cache.h"

namespace tenfold::mechanisms {

using measure::Nanos;

std::optional<std::string> LocalCache::find(const std::string& key, Nanos now) {
    std::lock_guard lock(m_mutex);
    const auto it = m_entries.find(key);
    if (it == m_entries.end()) return std::nullopt;
    if (it->second->endsAt <= now) {
        m_byUse.erase(it->second);
        m_entries.erase(it);
        return std::nullopt;
    }
    m_byUse.splice(m_byUse.begin(), m_byUse, it->second);
    return it->second->value;
}

void LocalCache::store(const std::string& key, std::string value, Nanos now) {
    std::lock_guard lock(m_mutex);
    const Nanos endsAt = now + m_settings.ttlNs;
    if (const auto it = m_entries.find(key); it != m_entries.end()) {
        m_byUse.splice(m_byUse.begin(), m_byUse, it->second);
        it->second->value = std::move(value);
        it->second->endsAt = endsAt;
        return;
    }
    if (m_entries.size() >= m_settings.capacity) {
        m_entries.erase(m_byUse.back().key);
        m_byUse.pop_back();
    }
    m_byUse.push_front({key, std::move(value), endsAt});
    m_entries[key] = m_byUse.begin();
}

std::size_t LocalCache::size() const {
    std::lock_guard lock(m_mutex);
    return m_entries.size();
}

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/in_process_cache/local_cache.h"

#include <utility>

namespace tenfold::mechanisms {

using measure::Nanos;

std::optional<std::string> LocalCache::find(const std::string& key, Nanos now) {
    std::lock_guard lock(m_mutex);
    const std::string* answer = m_answers.find(key, now);
    return answer ? std::optional(*answer) : std::nullopt;
}

void LocalCache::store(const std::string& key, std::string value, Nanos now) {
    std::lock_guard lock(m_mutex);
    m_answers.store(key, std::move(value), now + m_settings.ttlNs);
}

std::size_t LocalCache::size() const {
    std::lock_guard lock(m_mutex);
    return m_answers.size();
}

}  // namespace tenfold::mechanisms

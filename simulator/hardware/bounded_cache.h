// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

#include "simulator/measure/clock.h"

namespace tenfold::hardware {

/// What a machine's memory keeps: at most `capacity` values (≥ 1), each until an instant; the one
/// used longest ago makes room (LRU). The same in live and simulated instances. One thread at a
/// time; instants in ns of one clock.
template <class Key, class Value>
class BoundedCache {
public:
    explicit BoundedCache(std::size_t capacity) : m_capacity(capacity) {}

    /// nullptr when it is not there or its time is up; valid until the next call.
    const Value* find(const Key& key, measure::Nanos now) {
        const auto it = m_entries.find(key);
        if (it == m_entries.end()) return nullptr;
        if (it->second->endsAt <= now) {
            m_byUse.erase(it->second);
            m_entries.erase(it);
            return nullptr;
        }
        m_byUse.splice(m_byUse.begin(), m_byUse, it->second);
        return &it->second->value;
    }
    void store(const Key& key, Value value, measure::Nanos endsAt) {
        if (const auto it = m_entries.find(key); it != m_entries.end()) {
            m_byUse.splice(m_byUse.begin(), m_byUse, it->second);
            it->second->value = std::move(value);
            it->second->endsAt = endsAt;
            return;
        }
        if (m_entries.size() >= m_capacity) {
            m_entries.erase(m_byUse.back().key);
            m_byUse.pop_back();
        }
        m_byUse.push_front({key, std::move(value), endsAt});
        m_entries[key] = m_byUse.begin();
    }
    std::size_t size() const { return m_entries.size(); }

private:
    struct Entry {
        Key key;
        Value value;
        measure::Nanos endsAt;
    };
    std::size_t m_capacity;
    std::list<Entry> m_byUse;  // the last one used first
    std::unordered_map<Key, typename std::list<Entry>::iterator> m_entries;
};

}  // namespace tenfold::hardware

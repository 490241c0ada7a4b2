// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "simulator/measure/clock.h"

namespace tenfold::mechanisms {

/// Answers an instance keeps in its own memory: at most `capacity` of them, each for a time to
/// live; the one used longest ago makes room. Any thread.
class LocalCache {
public:
    struct Settings {
        std::size_t capacity = 1000;
        measure::Nanos ttlNs = 10'000'000'000;
        bool operator==(const Settings&) const = default;
    };

    explicit LocalCache(Settings settings) : m_settings(settings) {}

    std::optional<std::string> find(const std::string& key, measure::Nanos now);
    void store(const std::string& key, std::string value, measure::Nanos now);
    std::size_t size() const;
    const Settings& settings() const { return m_settings; }

private:
    struct Entry {
        std::string key;
        std::string value;
        measure::Nanos endsAt;
    };
    const Settings m_settings;
    mutable std::mutex m_mutex;  // of all below
    std::list<Entry> m_byUse;    // the last one used first
    std::unordered_map<std::string, std::list<Entry>::iterator> m_entries;
};

}  // namespace tenfold::mechanisms

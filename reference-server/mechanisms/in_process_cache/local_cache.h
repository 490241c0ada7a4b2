// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "simulator/hardware/bounded_cache.h"

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

    explicit LocalCache(Settings settings) : m_settings(settings), m_answers(settings.capacity) {}

    std::optional<std::string> find(const std::string& key, measure::Nanos now);
    void store(const std::string& key, std::string value, measure::Nanos now);
    std::size_t size() const;
    const Settings& settings() const { return m_settings; }

private:
    const Settings m_settings;
    mutable std::mutex m_mutex;  // of what follows
    hardware::BoundedCache<std::string, std::string> m_answers;
};

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "simulator/random/stream.h"

namespace tenfold::mechanisms {

/// Which answers an instance is computing for the shared cache, how often at the same time; and the
/// chance that jitter and early recomputation need. One for each instance; any thread.
class RecomputeBook {
public:
    explicit RecomputeBook(std::uint64_t seed) : m_chance(seed, "cache.chance") {}

    /// Whether this answer is being computed here already.
    bool begin(const std::string& key) {
        std::lock_guard lock(m_mutex);
        const int n = ++m_underWay[key];
        m_widest = std::max(m_widest, n);
        return n > 1;
    }
    void end(const std::string& key) {
        std::lock_guard lock(m_mutex);
        if (const auto it = m_underWay.find(key); --it->second == 0) m_underWay.erase(it);
    }
    double uniform() {
        std::lock_guard lock(m_mutex);
        return m_chance.uniform();
    }
    /// The most that computed one answer at the same time, since the last call.
    int takeWidest() {
        std::lock_guard lock(m_mutex);
        int now = 0;
        for (const auto& [key, n] : m_underWay) now = std::max(now, n);
        return std::exchange(m_widest, now);
    }

private:
    std::mutex m_mutex;
    std::map<std::string, int> m_underWay;
    int m_widest = 0;
    random::Stream m_chance;
};

}  // namespace tenfold::mechanisms

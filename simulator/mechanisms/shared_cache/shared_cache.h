// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "simulator/random/stream.h"
#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// The keys of the shared cache with their time to live, the locks of single flight, and the marks
/// of products that have changed.
class SharedCache final : public system::AnswerCache {
public:
    explicit SharedCache(std::uint64_t seed = 1) : m_chance(seed, "cache.chance") {}
    bool has(std::uint64_t key, std::uint64_t product, system::Nanos now) override;
    bool lock(std::uint64_t key, system::Nanos now, system::Nanos until) override;
    void unlock(std::uint64_t key) override;
    std::uint64_t versionOf(std::uint64_t key) const override;
    bool isDueEarly(std::uint64_t key, double beta, system::Nanos now) override;
    system::Nanos jittered(system::Nanos ttl) override;
    void store(std::uint64_t key, std::uint64_t version, system::Nanos took,
               system::Nanos until) override;
    void changed(std::uint64_t product, std::uint64_t version, system::Nanos until) override;
    void clear() override;
    std::size_t keys(system::Nanos now) override;

private:
    struct Entry {
        system::Nanos endsAt = 0;
        system::Nanos lockedUntil = 0;
        std::uint64_t version = 0;
        system::Nanos took = 0;
    };
    struct Expiry {
        system::Nanos at;
        std::uint64_t key;
        bool operator>(const Expiry& o) const { return at > o.at; }
    };
    std::unordered_map<std::uint64_t, Entry> m_entries;
    struct Mark {
        std::uint64_t version;
        system::Nanos until;
    };
    std::unordered_map<std::uint64_t, Mark> m_marks;  // by product
    std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> m_expiries;
    random::Stream m_chance;
    std::size_t m_keys = 0;
};

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

namespace tenfold::load {

/// What the clients know about the versions of products: shown in an answer, or told that it was
/// written. Of a product the last thousand versions; who shows an older one is as old as those.
/// Times are ns of any one clock. One thread.
class KnownVersions {
public:
    /// 0: none yet.
    std::uint64_t newest(std::uint64_t product) const;
    void saw(std::uint64_t product, std::uint64_t version, std::int64_t now);
    /// How long something newer than `shown` had been known when it was asked for; ≥ 0.
    std::int64_t ageOf(std::uint64_t product, std::uint64_t shown, std::int64_t askedAt) const;

private:
    struct Known {
        std::uint64_t version;
        std::int64_t since;
    };
    std::unordered_map<std::uint64_t, std::deque<Known>> m_known;  // rising, by product
};

}  // namespace tenfold::load

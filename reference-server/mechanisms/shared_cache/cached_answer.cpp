// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/shared_cache/cached_answer.h"

#include <chrono>
#include <thread>

namespace tenfold::mechanisms {

using namespace std::chrono_literals;
using api::Context;

namespace {
constexpr int kLockMs = 5000;  // longer than any recompute that is worth waiting for
constexpr auto kLookAgain = 4ms;
constexpr int kLooks = 500;
}  // namespace

std::string cachedAnswer(Context& c, const std::string& key,
                         const std::function<std::string()>& compute) {
    if (!c.cache || c.design.is("shared_cache", "off")) return compute();
    const auto look = [&] {
        const api::StageTimer timer(c.trace, measure::Stage::cache);
        return c.cache->get(key);
    };
    if (auto hit = look()) {
        ++c.trace.counts.cacheHits;
        return *hit;
    }
    ++c.trace.counts.cacheMisses;
    const bool isSingle = c.design.parameter("shared_cache", "single_flight") != 0;
    const std::string lock = key + ":lock";
    const auto tryLock = [&] {
        const api::StageTimer timer(c.trace, measure::Stage::cache);
        return c.cache->lock(lock, kLockMs);
    };
    if (isSingle && !tryLock()) {
        for (int i = 0; i < kLooks && measure::monotonicNow() < c.deadlineNs; ++i) {
            {
                const api::StageTimer timer(c.trace, measure::Stage::cache);
                std::this_thread::sleep_for(kLookAgain);
            }
            if (auto hit = look()) return *hit;
        }
    } else if (isSingle) {
        // It may have been put there between the look and the lock.
        if (auto hit = look()) {
            c.cache->remove(lock);
            return *hit;
        }
    }
    std::string value;
    try {
        ++c.trace.counts.recomputes;
        value = compute();
    } catch (...) {
        if (isSingle) c.cache->remove(lock);
        throw;
    }
    const api::StageTimer timer(c.trace, measure::Stage::cache);
    const double ttlS = c.design.parameter("shared_cache", "ttl_s", 60);
    c.cache->set(key, value, static_cast<int>(ttlS * 1000));
    if (isSingle) c.cache->remove(lock);
    return value;
}

}  // namespace tenfold::mechanisms

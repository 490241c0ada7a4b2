// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/shared_cache/cached_answer.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <thread>

namespace tenfold::mechanisms {

using namespace std::chrono_literals;
using api::Context;

namespace {
// How long one request has an answer to itself. Who waits that long takes over: the one before may
// have died with its instance, and a client waits 5 s.
constexpr int kLockMs = 2000;
constexpr auto kLookAgain = 4ms;

using Lock = api::CacheClient::Lock;

/// The number that an answer, or a mark, begins with.
std::uint64_t versionOf(std::string_view text) {
    std::uint64_t version = 0;
    std::from_chars(text.data(), text.data() + text.size(), version);
    return version;
}

/// The right to recompute an answer, given back at the end of its scope; not after the time it was
/// given for, because then it may be somebody else's.
class Flight {
public:
    Flight(Context& c, std::string key) : m_context(c), m_key(std::move(key)) {}
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight() {
        if (!m_isHeld || measure::monotonicNow() >= m_endNs) return;
        const api::StageTimer timer(m_context.trace, measure::Stage::cache);
        m_context.cache->remove(m_key);
    }

    Lock take() {
        const api::StageTimer timer(m_context.trace, measure::Stage::cache);
        // Reckoned from before the question: on this side it ends sooner than in the cache.
        m_endNs = measure::monotonicNow() + std::int64_t{kLockMs} * 1'000'000;
        const Lock lock = m_context.cache->lock(m_key, kLockMs);
        m_isHeld = lock == Lock::held;
        return lock;
    }

private:
    Context& m_context;
    std::string m_key;
    std::int64_t m_endNs = 0;
    bool m_isHeld = false;
};

}  // namespace

std::string cachedAnswer(Context& c, const std::string& key,
                         const std::function<std::string()>& compute, const std::string& mark) {
    if (!c.cache || c.design.is("shared_cache", "off")) return compute();
    const bool hasEvents = !mark.empty() && c.design.is("shared_cache", "ttl_and_events");
    const auto look = [&]() -> std::optional<std::string> {
        const api::StageTimer timer(c.trace, measure::Stage::cache);
        if (!hasEvents) return c.cache->get(key);
        auto [answer, changed] = c.cache->get(key, mark);
        if (answer && changed && versionOf(*answer) < versionOf(*changed)) return std::nullopt;
        return answer;
    };
    if (auto hit = look()) {
        ++c.trace.counts.cacheHits;
        return *hit;
    }
    ++c.trace.counts.cacheMisses;
    Flight flight(c, key + ":lock");
    if (c.design.parameter("shared_cache", "single_flight") != 0) {
        Lock lock = flight.take();
        // Waiting ends with the answer, or with the lock: given back without an answer (there is no
        // such product), or run out, or lost with the cache.
        while (lock == Lock::taken && measure::monotonicNow() < c.deadlineNs) {
            {
                const api::StageTimer timer(c.trace, measure::Stage::cache);
                std::this_thread::sleep_for(kLookAgain);
            }
            if (auto hit = look()) return *hit;
            lock = flight.take();
        }
        // It may have been put there between the look and the lock.
        if (lock == Lock::held)
            if (auto hit = look()) return *hit;
    }
    ++c.trace.counts.recomputes;
    std::string value = compute();
    const api::StageTimer timer(c.trace, measure::Stage::cache);
    const double ttlS = c.design.parameter("shared_cache", "ttl_s", 60);
    c.cache->set(key, value, static_cast<int>(ttlS * 1000));
    return value;
}

}  // namespace tenfold::mechanisms

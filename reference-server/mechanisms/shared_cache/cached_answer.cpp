// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/shared_cache/cached_answer.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <thread>

#include "reference-server/mechanisms/shared_cache/kept_answer.h"
#include "reference-server/mechanisms/shared_cache/recompute_book.h"
#include "simulator/mechanisms/shared_cache/spec.h"

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

/// In the book from its beginning until its answer is stored, or it has failed.
class Recompute {
public:
    Recompute(Context& c, const std::string& key) : m_book(c.recomputes), m_key(key) {
        ++c.trace.counts.recomputes;
        if (m_book.begin(key)) ++c.trace.counts.overlappingRecomputes;
    }
    ~Recompute() { m_book.end(m_key); }
    Recompute(const Recompute&) = delete;
    Recompute& operator=(const Recompute&) = delete;

private:
    RecomputeBook& m_book;
    const std::string& m_key;
};

std::optional<KeptAnswer> look(Context& c, const std::string& key, const std::string& mark) {
    const api::StageTimer timer(c.trace, measure::Stage::cache);
    const bool hasEvents = !mark.empty() && c.design.is("shared_cache", "ttl_and_events");
    const auto [text, changed] = hasEvents
                                     ? c.cache->get(key, mark)
                                     : std::pair{c.cache->get(key), std::optional<std::string>()};
    auto kept = text ? KeptAnswer::from(*text) : std::nullopt;
    if (kept && changed && versionOf(kept->value) < versionOf(*changed)) return std::nullopt;
    return kept;
}

bool isDueEarly(Context& c, const KeptAnswer& kept) {
    if (stampedeOf(c.design) != Stampede::xfetch) return false;
    // What is left is looked up in the entry: asking the cache would be a command more.
    const auto leftUs = 1000 * static_cast<double>(kept.endsAtMs - c.nowMs);
    return isEarly(1 - c.recomputes.uniform(), c.design.parameter("shared_cache", "beta", 1),
                   static_cast<double>(kept.tookUs), leftUs);
}

std::string recompute(Context& c, const std::string& key,
                      const std::function<std::string()>& compute) {
    const Recompute counted(c, key);
    const auto begin = measure::monotonicNow();
    KeptAnswer kept;
    kept.value = compute();
    kept.tookUs = (measure::monotonicNow() - begin) / 1000;
    const api::StageTimer timer(c.trace, measure::Stage::cache);
    double ttlMs = 1000 * c.design.parameter("shared_cache", "ttl_s", 60);
    if (stampedeOf(c.design) == Stampede::jitter) ttlMs = jittered(ttlMs, c.recomputes.uniform());
    kept.endsAtMs = c.nowMs + kept.tookUs / 1000 + static_cast<std::int64_t>(ttlMs);
    c.cache->set(key, kept.text(), static_cast<int>(ttlMs));
    return std::move(kept.value);
}

}  // namespace

std::string cachedAnswer(Context& c, const std::string& key,
                         const std::function<std::string()>& compute, const std::string& mark) {
    if (!c.cache || c.design.is("shared_cache", "off")) return compute();
    if (auto hit = look(c, key, mark)) {
        if (!isDueEarly(c, *hit)) {
            ++c.trace.counts.cacheHits;
            return std::move(hit->value);
        }
        // It goes to the database like a miss, and is counted as one.
        ++c.trace.counts.earlyRecomputes;
        ++c.trace.counts.cacheMisses;
        return recompute(c, key, compute);
    }
    ++c.trace.counts.cacheMisses;
    Flight flight(c, key + ":lock");
    if (stampedeOf(c.design) == Stampede::singleFlight) {
        Lock lock = flight.take();
        // Waiting ends with the answer, or with the lock: given back without an answer (there is no
        // such product), or run out, or lost with the cache.
        while (lock == Lock::taken && measure::monotonicNow() < c.deadlineNs) {
            {
                const api::StageTimer timer(c.trace, measure::Stage::cache);
                std::this_thread::sleep_for(kLookAgain);
            }
            if (auto hit = look(c, key, mark)) return std::move(hit->value);
            lock = flight.take();
        }
        // It may have been put there between the look and the lock.
        if (lock == Lock::held)
            if (auto hit = look(c, key, mark)) return std::move(hit->value);
    }
    return recompute(c, key, compute);
}

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "simulator/measure/clock.h"

namespace tenfold::hardware {

/// How a shared HTTP cache decides (RFC 9111, 4; RFC 5861, 3): what it has, how long that is good,
/// who asks the origin and who waits for somebody else's answer. The same in live and simulated
/// edge nodes; what an answer is and whether it may be kept at all is the caller's.
///
/// Bounded in bytes, the answer used longest ago makes room. One thread at a time; instants in ns
/// of one clock.
template <class Key, class Answer, class Waiter>
class EdgeStore {
public:
    using Nanos = measure::Nanos;
    using FlightId = std::uint64_t;
    static constexpr FlightId kNoFlight = 0;

    enum class Way {
        hit,   // it is fresh, or may be served beyond its time
        ask,   // the origin is asked under a flight, which ends with landed() or lost()
        wait,  // somebody asks already: whoever lets a waiter join is told the answer
        pass,  // known not to be for sharing: the origin is asked, and nobody waits for that
    };
    struct Found {
        Way way = Way::ask;
        /// A hit's answer; with `ask` the old one, which may still be what the origin has.
        std::optional<Answer> answer;
        Nanos storedAt = 0;
        Nanos freshUntil = 0;
        bool isStale = false;  // a hit beyond its time
        /// With `ask`, and with the first stale hit: that one asks anew, behind its answer.
        FlightId flight = kNoFlight;
    };
    struct Lifetime {
        Nanos freshUntil = 0;
        Nanos staleUntil = 0;  // it may be served until then while the origin is asked anew
    };

    explicit EdgeStore(std::size_t capacityBytes) : m_capacity(capacityBytes) {}

    /// What is to be done about a request. `mustAsk`: the client wants to have it from the origin.
    Found look(const Key& key, Nanos now, bool mustAsk = false) {
        Found found;
        const auto flight = m_flightOf.find(key);
        const bool isAsked = flight != m_flightOf.end();
        if (const auto it = m_entries.find(key); it != m_entries.end()) {
            Entry& entry = *it->second;
            if (!entry.answer) {  // a mark
                if (entry.life.freshUntil > now) {
                    found.way = Way::pass;
                    return found;
                }
                drop(it);
            } else {
                m_byUse.splice(m_byUse.begin(), m_byUse, it->second);
                found.answer = entry.answer;
                found.storedAt = entry.storedAt;
                found.freshUntil = entry.life.freshUntil;
                const bool isFresh = entry.life.freshUntil > now;
                if (!mustAsk && (isFresh || entry.life.staleUntil > now)) {
                    found.way = Way::hit;
                    found.isStale = !isFresh;
                    if (found.isStale && !isAsked) found.flight = begin(key);
                    return found;
                }
            }
        }
        if (isAsked) {
            found.way = Way::wait;
            found.flight = flight->second;
            return found;
        }
        found.flight = begin(key);
        return found;
    }

    /// What is kept there, good or not; nothing is decided.
    std::optional<Answer> peek(const Key& key) const {
        const auto it = m_entries.find(key);
        return it == m_entries.end() ? std::nullopt : it->second->answer;
    }
    bool isServable(const Key& key, Nanos now) const {
        const auto it = m_entries.find(key);
        return it != m_entries.end() && it->second->answer &&
               std::max(it->second->life.freshUntil, it->second->life.staleUntil) > now;
    }

    /// To be called back (by the caller) with what the flight brings; `look` said `wait`.
    void join(FlightId flight, Waiter waiter) {
        m_flights.at(flight).waiters.push_back(std::move(waiter));
    }

    /// The origin has answered, and the answer may be kept under `key`, which may be another than
    /// the one that was asked for (Vary). Those who wait for it.
    std::vector<Waiter> landed(FlightId flight, const Key& key, Answer answer, std::size_t bytes,
                               Lifetime life, Nanos now) {
        const auto [waiters, isOutdated] = end(flight);
        if (!isOutdated) store(key, std::move(answer), bytes, life, now);
        return waiters;
    }

    /// The answer is not for sharing, or there is none: every waiter has to ask. Until `passUntil`
    /// nobody waits for this key any more; 0: no such mark.
    std::vector<Waiter> lost(FlightId flight, Nanos passUntil, Nanos now) {
        const auto it = m_flights.find(flight);
        if (it == m_flights.end()) return {};
        const Key key = it->second.key;
        auto [waiters, isOutdated] = end(flight);
        if (passUntil > now && !isOutdated)
            store(key, std::nullopt, kMarkBytes, {passUntil, passUntil}, now);
        return waiters;
    }

    /// What is kept there is not what the origin has any more (RFC 9111, 4.4), nor is an answer
    /// that is on its way: it serves who waits for it, and is not kept.
    void invalidate(const Key& key) {
        if (const auto it = m_entries.find(key); it != m_entries.end()) drop(it);
        if (const auto it = m_flightOf.find(key); it != m_flightOf.end()) {
            m_flights.at(it->second).isOutdated = true;
            m_flightOf.erase(it);
        }
    }

    void setCapacity(std::size_t bytes) {
        m_capacity = bytes;
        makeRoom(0);
    }
    /// As a node that has been started anew. Flights go on; what they bring is not kept.
    void clear() {
        m_entries.clear();
        m_byUse.clear();
        m_bytes = 0;
        for (auto& [id, flight] : m_flights) flight.isOutdated = true;
        m_flightOf.clear();
    }
    /// Puts an answer there without anybody having asked: the state at the beginning of a run.
    void put(const Key& key, Answer answer, std::size_t bytes, Lifetime life, Nanos now) {
        store(key, std::move(answer), bytes, life, now);
    }

    std::size_t entries() const { return m_entries.size(); }
    std::size_t bytes() const { return m_bytes; }
    std::size_t flights() const { return m_flights.size(); }
    std::uint64_t evictions() const { return m_evictions; }

private:
    static constexpr std::size_t kMarkBytes = 200;
    struct Entry {
        Key key;
        std::optional<Answer> answer;  // nothing: a mark that it is not for sharing
        std::size_t bytes;
        Lifetime life;
        Nanos storedAt;
    };
    struct Flight {
        Key key;
        std::vector<Waiter> waiters;
        bool isOutdated = false;
    };
    using Entries = std::unordered_map<Key, typename std::list<Entry>::iterator>;

    FlightId begin(const Key& key) {
        const FlightId id = ++m_lastFlight;
        m_flights.emplace(id, Flight{key, {}, false});
        m_flightOf[key] = id;
        return id;
    }
    struct Ended {
        std::vector<Waiter> waiters;
        bool isOutdated = true;
    };
    Ended end(FlightId id) {
        const auto it = m_flights.find(id);
        if (it == m_flights.end()) return {};
        Flight flight = std::move(it->second);
        m_flights.erase(it);
        if (!flight.isOutdated) m_flightOf.erase(flight.key);
        return {std::move(flight.waiters), flight.isOutdated};
    }
    void drop(typename Entries::iterator it) {
        m_bytes -= it->second->bytes;
        m_byUse.erase(it->second);
        m_entries.erase(it);
    }
    void makeRoom(std::size_t bytes) {
        while (!m_byUse.empty() && m_bytes + bytes > m_capacity) {
            drop(m_entries.find(m_byUse.back().key));
            ++m_evictions;
        }
    }
    void store(const Key& key, std::optional<Answer> answer, std::size_t bytes, Lifetime life,
               Nanos now) {
        if (const auto it = m_entries.find(key); it != m_entries.end()) drop(it);
        if (bytes > m_capacity) return;
        makeRoom(bytes);
        m_byUse.push_front({key, std::move(answer), bytes, life, now});
        m_entries[key] = m_byUse.begin();
        m_bytes += bytes;
    }

    std::size_t m_capacity;
    std::size_t m_bytes = 0;
    std::uint64_t m_evictions = 0;
    FlightId m_lastFlight = kNoFlight;
    std::list<Entry> m_byUse;  // the last one used first
    Entries m_entries;
    std::unordered_map<FlightId, Flight> m_flights;
    std::unordered_map<Key, FlightId> m_flightOf;  // of those whose answer will be kept
};

}  // namespace tenfold::hardware

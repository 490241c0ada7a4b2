// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/result_book.h"

#include <algorithm>

#include "simulator/load/endpoints.h"

namespace tenfold::loadgen {

using measure::Outcome;

Outcome outcomeOf(int status) {
    if (status == 429) return Outcome::rateLimited;
    if (status >= 500) return Outcome::serverError;
    if (status >= 400) return Outcome::clientError;
    return Outcome::ok;
}
ResultBook::ResultBook(measure::SlotClock clock) : m_clock(clock) {}

ResultBook::Slot& ResultBook::at(measure::Nanos when) {
    // A slot that has been reported is closed: what is late for it goes into the next one.
    const std::int64_t slot = std::max(m_clock.slotAt(when), m_taken + 1);
    auto& s = m_slots[slot];
    if (s.endpoints.empty()) s.endpoints.resize(load::endpoints().size());
    return s;
}

void ResultBook::offered(std::size_t endpoint, Audience who, measure::Nanos scheduledAt) {
    std::lock_guard lock(m_mutex);
    ++at(scheduledAt).endpoints[endpoint][static_cast<std::size_t>(who)].offered;
    ++m_offered;
}

void ResultBook::sent(std::size_t endpoint, Audience who, measure::Nanos now) {
    std::lock_guard lock(m_mutex);
    ++at(now).endpoints[endpoint][static_cast<std::size_t>(who)].sent;
}

void ResultBook::retried(std::size_t endpoint, Audience who, measure::Nanos now) {
    std::lock_guard lock(m_mutex);
    ++at(now).endpoints[endpoint][static_cast<std::size_t>(who)].retries;
}

void ResultBook::lag(measure::Nanos lagNs, measure::Nanos now) {
    std::lock_guard lock(m_mutex);
    at(now).lag.recordNs(std::max<measure::Nanos>(0, lagNs));
}

void ResultBook::ended(const End& e, measure::Nanos now) {
    std::lock_guard lock(m_mutex);
    auto& c = at(now).endpoints[e.endpoint][static_cast<std::size_t>(e.who)];
    ++c.of(e.outcome);
    ++m_ended;
    c.bytes += e.bytes;
    if (e.staleMs) {
        ++c.staleAnswers;
        c.staleAgeMs += static_cast<std::uint64_t>(*e.staleMs);
    }
    // Shown latency is ok plus what stands at a limit; other errors count as failed only.
    const bool isShown = e.outcome == Outcome::ok || e.outcome == Outcome::timeout ||
                         e.outcome == Outcome::unfinished || e.outcome == Outcome::notSent;
    if (isShown) c.response.recordMs(e.responseMs);
    if (e.serviceMs >= 0 && e.outcome != Outcome::timeout) c.service.recordMs(e.serviceMs);
}

measure::Sample ResultBook::take(std::int64_t slot) {
    measure::Sample out;
    out.slot = slot;
    std::lock_guard lock(m_mutex);
    while (!m_slots.empty() && m_slots.begin()->first <= slot) {
        auto& s = m_slots.begin()->second;
        for (std::size_t i = 0; i < s.endpoints.size(); ++i) {
            auto& [users, abuser] = s.endpoints[i];
            if (users.offered + users.sent + users.retries + users.ended() == 0 &&
                abuser.offered + abuser.sent + abuser.retries + abuser.ended() == 0)
                continue;
            auto& e = out.endpoints[std::string(load::endpoints()[i].id)];
            e.users.merge(users);
            e.abuser.merge(abuser);
        }
        out.generatorLag.merge(s.lag);
        m_slots.erase(m_slots.begin());
    }
    m_taken = std::max(m_taken, slot);
    return out;
}

std::uint64_t ResultBook::totalOffered() const {
    std::lock_guard lock(m_mutex);
    return m_offered;
}

std::uint64_t ResultBook::totalEnded() const {
    std::lock_guard lock(m_mutex);
    return m_ended;
}

}  // namespace tenfold::loadgen

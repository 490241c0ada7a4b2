// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/clients.h"

#include <utility>

#include "simulator/load/addresses.h"
#include "simulator/load/endpoints.h"
#include "simulator/load/request_key.h"
#include "simulator/system/system.h"

namespace tenfold::system {

using load::PoissonArrivals;
using measure::Outcome;

Clients::Clients(System& system, const scenario::Scenario& s)
    : m_system(system),
      m_patienceNs(static_cast<Nanos>(s.workload.clientTimeoutMs * 1e6)),
      m_addresses(s.workload.addresses),
      m_sharedPart(s.workload.sharedAddressPart),
      m_mix(s.seed, s.workload.mix, s.workload.zipfExponent),
      m_users(random::Stream(s.seed, "arrivals.users")),
      m_abuser(random::Stream(s.seed, "arrivals.abuser")),
      m_abuserStream(s.seed, "abuser.requests"),
      m_retries{s.workload.clientRetries, s.workload.retryBackoffMs},
      m_backoff(s.seed, "client.retries") {}

void Clients::setRate(double usersHz, double abuserHz, Nanos now) {
    // A rate that stays keeps its arrivals, as in the generator.
    if (usersHz != m_users.rateHz()) m_users.setRate(usersHz, now);
    if (abuserHz != m_abuser.rateHz()) m_abuser.setRate(abuserHz, now);
    // An event of the old rate is known by its time.
    if (m_users.nextAt() != PoissonArrivals::kNever && m_users.nextAt() != m_userArmed)
        m_system.at(m_userArmed = m_users.nextAt(), EventKind::userArrives, 0);
    if (m_abuser.nextAt() != PoissonArrivals::kNever && m_abuser.nextAt() != m_abuserArmed)
        m_system.at(m_abuserArmed = m_abuser.nextAt(), EventKind::abuserArrives, 0);
}

void Clients::userArrives(Nanos now) {
    if (m_users.nextAt() != now) return;
    m_users.advance();
    m_system.at(m_userArmed = m_users.nextAt(), EventKind::userArrives, 0);
    ask(m_mix.next(), false, now);
}

void Clients::abuserArrives(Nanos now) {
    if (m_abuser.nextAt() != now) return;
    m_abuser.advance();
    m_system.at(m_abuserArmed = m_abuser.nextAt(), EventKind::abuserArrives, 0);
    load::RequestPlan plan;
    plan.endpoint =
        *load::endpointIndex(m_abuserStream.uniform() < 0.7 ? "products.list" : "orders.list");
    ask(plan, true, now);
}

void Clients::ask(const load::RequestPlan& plan, bool isAbuser, Nanos now) {
    const auto index = m_system.newRequest();
    Request& r = m_system.requests()[index];
    r.endpoint = static_cast<std::uint32_t>(plan.endpoint);
    r.user = static_cast<std::uint32_t>(plan.user);
    r.isAbuser = isAbuser;
    r.dueAt = now;
    r.address = static_cast<std::uint32_t>(
        isAbuser ? m_addresses : load::addressOf(plan.user, m_addresses, m_sharedPart));
    r.key = m_system.design().keyOf(plan);
    if (m_system.design().edges > 0) r.addressKey = load::addressKeyOf(plan);
    if (DesignState::takesKey(plan.endpoint)) r.intention = ++m_meant;
    if (const auto& id = load::endpoints()[plan.endpoint].id;
        id == "products.get" || id == "products.update")
        r.product = plan.product;
    ++m_open;
    m_system.book().offered(r);
    send(index, now);
}

/// One attempt, by what its client knows now.
void Clients::send(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    if (r.product != 0) r.knownVersion = m_known.newest(r.product);
    if (r.user < m_lsnOf.size()) r.writtenLsn = m_lsnOf[r.user];
    Nanos patienceEnds = now + m_patienceNs;
    if (m_drainEnds > 0) patienceEnds = std::min(patienceEnds, m_drainEnds);
    if (m_deadlines.empty()) m_system.at(patienceEnds, EventKind::clientGivesUp, 0);
    m_deadlines.push_back({index, r.generation, patienceEnds});
    enter(index, now);
}

void Clients::triesAgain(std::uint32_t attempt, Nanos now) {
    const auto index = m_system.newRequest();
    Request& r = m_system.requests()[index];
    const auto generation = r.generation;
    r = m_attempts[attempt].like;
    r.generation = generation;
    m_attempts.giveBack(attempt);
    m_system.book().retried(r);
    send(index, now);
}

void Clients::connectionBroke(std::uint32_t index, Nanos now) {
    m_system.requests()[index].bytes = 0;
    end(index, Outcome::refused, now);
    m_system.forget(index);
}

/// With a token that is good, or after it has been traded for the next one.
void Clients::enter(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    const auto user = r.user;
    r.tokenEndsAt = m_system.mechanisms().tokens->endsAt(user);
    if (now < r.tokenEndsAt) return m_system.edges().arrive(index, now);
    auto& waiting = m_refreshing[user];
    waiting.push_back({index, r.generation});
    if (waiting.size() == 1) m_system.auth().refresh(user, now);
}

void Clients::refreshed(std::uint32_t user, bool isGood, Nanos now) {
    Tokens& tokens = *m_system.mechanisms().tokens;
    if (isGood) tokens.issued(user, now);
    const auto waiting = std::move(m_refreshing[user]);
    m_refreshing.erase(user);
    for (const auto& w : waiting) {
        Request& r = m_system.requests()[w.request];
        if (r.generation != w.generation) continue;
        if (r.isEnded) {  // never sent: its client's patience ran out before
            m_system.forget(w.request);
            continue;
        }
        r.tokenEndsAt = tokens.endsAt(user);
        m_system.edges().arrive(w.request, now);
    }
}

void Clients::end(std::uint32_t index, Outcome outcome, Nanos now) {
    Request& r = m_system.requests()[index];
    r.isEnded = true;
    const int status = outcome == Outcome::timeout || outcome == Outcome::refused ? 0 : r.status;
    if (m_retries.allows(r.attempts, outcome, status)) {
        const Nanos at = now + m_retries.waitNs(r.attempts, m_backoff);
        if (m_drainEnds == 0 || at < m_drainEnds) {
            const auto attempt = m_attempts.take();
            Request& like = m_attempts[attempt].like;
            like.endpoint = r.endpoint;
            like.user = r.user;
            like.key = r.key;
            like.address = r.address;
            like.addressKey = r.addressKey;
            like.product = r.product;
            like.isAbuser = r.isAbuser;
            like.intention = r.intention;
            like.attempts = static_cast<std::uint8_t>(r.attempts + 1);
            like.dueAt = r.dueAt;
            m_system.at(at, EventKind::clientRetries, attempt);
            return;
        }
    }
    --m_open;
    double responseMs = static_cast<double>(now - r.dueAt) / 1e6;
    if (outcome == Outcome::timeout) {
        const double patienceMs = static_cast<double>(m_patienceNs) / 1e6;
        responseMs = r.attempts > 1 ? std::max(responseMs, patienceMs) : patienceMs;
    }
    m_system.book().ended(r, outcome, responseMs);
}

void Clients::answerDelivered(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    if (!r.isEnded) {
        const Outcome outcome = r.status == 429   ? Outcome::rateLimited
                                : r.status >= 500 ? Outcome::serverError
                                : r.status >= 400 ? Outcome::clientError
                                                  : Outcome::ok;
        if (r.replyLsn > 0) {
            if (m_lsnOf.size() <= r.user) m_lsnOf.resize(r.user + 1);
            m_lsnOf[r.user] = r.replyLsn;
        }
        if (r.product != 0 && outcome == Outcome::ok) {
            m_known.saw(r.product, r.shownVersion, now);
            if (r.shownVersion < r.knownVersion)
                m_system.book().stale(r, m_known.ageOf(r.product, r.shownVersion, r.dueAt));
        }
        end(index, outcome, now);
    }
    m_system.forget(index);
}

void Clients::givesUp(Nanos now) {
    while (!m_deadlines.empty()) {
        const Deadline d = m_deadlines.front();
        const Request& r = m_system.requests()[d.request];
        const bool isOver = r.generation != d.generation || r.isEnded;
        if (!isOver && d.at > now) break;
        m_deadlines.pop_front();
        if (!isOver) end(d.request, Outcome::timeout, now);
    }
    if (!m_deadlines.empty()) m_system.at(m_deadlines.front().at, EventKind::clientGivesUp, 0);
}

void Clients::moved(std::uint32_t from, std::uint32_t fromGeneration, std::uint32_t to,
                    std::uint32_t toGeneration) {
    for (auto& d : m_deadlines)
        if (d.request == from && d.generation == fromGeneration) {
            d.request = to;
            d.generation = toGeneration;
        }
}

}  // namespace tenfold::system

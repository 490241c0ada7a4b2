// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "simulator/load/arrivals.h"
#include "simulator/load/client_retries.h"
#include "simulator/load/known_versions.h"
#include "simulator/load/request_mix.h"
#include "simulator/measure/sample.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/event.h"
#include "simulator/system/request.h"

namespace tenfold::system {

class System;

/// The users and the abusive client: the same arrivals, mix and patience as the load generator's,
/// from the same streams, so the twin is asked what the live system is asked, in the same order.
class Clients {
public:
    Clients(System& system, const scenario::Scenario& scenario);

    void setRate(double usersHz, double abuserHz, Nanos now);
    double rateHz() const { return m_users.rateHz() + m_abuser.rateHz(); }
    void userArrives(Nanos now);
    void abuserArrives(Nanos now);
    void answerDelivered(std::uint32_t request, Nanos now);
    /// The auth service has given a user the next token, or nobody was there to do it.
    void refreshed(std::uint32_t user, bool isGood, Nanos now);
    void givesUp(Nanos now);
    /// The connection has broken before an answer came.
    void connectionBroke(std::uint32_t request, Nanos now);
    /// The next attempt of a request that had failed.
    void triesAgain(std::uint32_t attempt, Nanos now);
    /// The run ends: what is tried again has until the client time-out.
    void drain(Nanos now) { m_drainEnds = now + m_patienceNs; }
    /// A request goes on under another number.
    void moved(std::uint32_t from, std::uint32_t fromGeneration, std::uint32_t to,
               std::uint32_t toGeneration);
    /// A request of a user or of the abuser, now.
    void ask(const load::RequestPlan& plan, bool isAbuser, Nanos now);
    std::size_t open() const { return m_open; }

private:
    struct Deadline {
        std::uint32_t request;
        std::uint32_t generation;
        Nanos at;
    };
    struct Waiting {
        std::uint32_t request;
        std::uint32_t generation;
    };
    void enter(std::uint32_t request, Nanos now);
    /// An attempt to come.
    struct Attempt {
        std::uint32_t generation = 0;
        Request like;
    };
    void send(std::uint32_t request, Nanos now);
    void end(std::uint32_t request, measure::Outcome outcome, Nanos now);

    System& m_system;
    Nanos m_patienceNs;
    int m_addresses;
    double m_sharedPart;
    load::RequestMix m_mix;
    load::PoissonArrivals m_users;
    load::PoissonArrivals m_abuser;
    random::Stream m_abuserStream;
    std::vector<std::uint64_t> m_lsnOf;  // by user: the cookie
    load::KnownVersions m_known;
    std::deque<Deadline> m_deadlines;
    std::unordered_map<std::uint32_t, std::vector<Waiting>> m_refreshing;  // by user
    load::ClientRetries m_retries;
    random::Stream m_backoff;
    Slab<Attempt> m_attempts;
    std::uint64_t m_meant = 0;  // POSTs so far
    Nanos m_drainEnds = 0;      // 0: the run goes on
    std::size_t m_open = 0;
    Nanos m_userArmed = -1;
    Nanos m_abuserArmed = -1;
};

}  // namespace tenfold::system

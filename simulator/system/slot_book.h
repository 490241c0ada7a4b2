// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/measure/clock.h"
#include "simulator/measure/sample.h"
#include "simulator/system/request.h"

namespace tenfold::system {

/// What happened to requests in the current slot, by endpoint: the client's and the server's side,
/// as the live nodes count it.
class SlotBook {
public:
    SlotBook();

    void offered(const Request& r) { ++countsOf(r).offered, ++countsOf(r).sent; }
    void retried(const Request& r) { ++countsOf(r).retries; }
    /// A write was carried out that had been carried out before.
    void duplicated(const Request& r) { ++m_endpoints[r.endpoint].server.duplicates; }
    /// Ended for its client; responseMs from the moment it was due.
    void ended(const Request& r, measure::Outcome outcome, double responseMs);
    /// It showed a product in an older version than a client had known for so long.
    void stale(const Request& r, Nanos age) {
        ++countsOf(r).staleAnswers;
        countsOf(r).staleAgeMs += static_cast<std::uint64_t>(age / 1'000'000);
    }
    /// The API is done with it.
    void served(const Request& r);
    /// The gateway has looked at its token, or asked the auth service about it.
    void tokenJudged(const Request& r, bool wasAsked);
    /// The gateway has sent it to the client over the link.
    void delivered(const Request& r, double linkMs);

    /// An edge has sent it to the client over the link; `isFromHere`: the gateway has not seen it.
    void deliveredByEdge(const Request& r, double linkMs, bool isFromHere);
    measure::ServerCounts& serverOf(const Request& r) { return m_endpoints[r.endpoint].server; }

    /// Moves what there is into the sample.
    void take(measure::Sample& sample);

private:
    measure::ClientCounts& countsOf(const Request& r) {
        auto& e = m_endpoints[r.endpoint];
        return r.isAbuser ? e.abuser : e.users;
    }
    std::vector<measure::EndpointSample> m_endpoints;
};

}  // namespace tenfold::system

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "reference-server/mechanisms/token_validation/local_verifier.h"
#include "reference-server/protocol/kept_client.h"
#include "simulator/scenario/design.h"

namespace tenfold::mechanisms {

/// Whose token is this? Asked by the gateway for each request that carries one.
///
/// `central`: the auth service is asked each time (RFC 7662), so what it knows counts at once, and
/// nobody gets in without it. `jwt`: the signature is verified here with the service's public keys
/// (RFC 7517), fetched at first, once a minute, and when a token names a key that is not known, at
/// most once a second; a token is good until it ends, whatever has happened to it meanwhile.
/// On one IO thread; calls back there, at once where the answer is known at once.
class TokenValidation {
public:
    struct Answer {
        std::uint64_t user = 0;
        int status = 200;  // 401: not a good token; 503: nobody can tell
        /// bad_token, token_expired; auth_down, auth_timeout, auth_queue_full, auth_error
        std::string reason;
        bool wasAsked = false;  // of the auth service
    };
    using Done = std::function<void(Answer)>;

    /// `hopSignature`: what the auth service knows the gateway by.
    TokenValidation(boost::asio::io_context& io, std::string hopSignature);

    /// From now on; what is open ends as it began. `authPort`: 0 when there is no service.
    void configure(const scenario::Design& design, int authPort);
    void validate(const std::string& token, Done done);

    std::size_t waiting() const { return m_asking.waiting() + m_parked.size(); }
    LocalVerifier::Work takeWork() { return m_verifier.takeWork(); }
    /// Times the keys were fetched, since the last call.
    std::uint64_t takeKeyFetches() { return std::exchange(m_keyFetches, 0); }

private:
    void ask(const std::string& token, Done done);
    void verify(const std::string& token, Done done, bool mayFetch);
    void fetchKeys();
    void keysFetched(protocol::KeptClient::Result result);

    struct Parked {
        std::string token;
        Done done;
    };

    std::string m_authorization;
    bool m_isCentral = false;
    protocol::KeptClient m_asking;
    protocol::KeptClient m_fetching;
    LocalVerifier m_verifier;
    std::string m_jwks;           // the keys it has, as they came
    std::deque<Parked> m_parked;  // until the keys are here
    bool m_isFetching = false;
    bool m_hasFetchFailed = false;
    measure::Nanos m_fetchedAt = 0;  // last tried; 0: never
    std::uint64_t m_keyFetches = 0;
};

}  // namespace tenfold::mechanisms

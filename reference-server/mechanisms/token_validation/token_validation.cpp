// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/token_validation/token_validation.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

namespace tenfold::mechanisms {

namespace http = boost::beast::http;
using nlohmann::json;
using protocol::KeptClient;
using protocol::TokenFault;
using Failure = KeptClient::Failure;

namespace {

constexpr std::size_t kMostWaiting = 256;
constexpr measure::Nanos kKeysLiveNs = 60'000'000'000;
constexpr measure::Nanos kBetweenFetchesNs = 1'000'000'000;

/// What a bearer token consists of (RFC 6750, 2.1). Nothing else is passed on.
bool isToken68(const std::string& token) {
    return !token.empty() && std::all_of(token.begin(), token.end(), [](unsigned char c) {
        return std::isalnum(c) || std::strchr("-._~+/=", c) != nullptr;
    });
}

/// For a form: of what a token may hold, only these three mean something there.
std::string formEncoded(const std::string& token) {
    std::string out;
    for (const char c : token)
        out += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    return out;
}

std::optional<std::uint64_t> userIn(const json& answer) {
    const auto it = answer.find("sub");
    if (it == answer.end() || !it->is_string()) return std::nullopt;
    const auto text = it->get<std::string>();
    std::uint64_t user = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), user);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return user;
}

const char* reasonOf(Failure failure) {
    switch (failure) {
        case Failure::lineFull:
            return "auth_queue_full";
        case Failure::timedOut:
            return "auth_timeout";
        default:
            return "auth_down";
    }
}

TokenValidation::Answer refusal(int status, std::string reason, bool wasAsked) {
    return {0, status, std::move(reason), wasAsked};
}

}  // namespace

TokenValidation::TokenValidation(boost::asio::io_context& io, std::string hopSignature)
    : m_authorization("Bearer " + std::move(hopSignature)),
      m_asking(io, {}),
      m_fetching(io, {1, 1, 1'000'000'000}) {}

void TokenValidation::configure(const scenario::Design& design, int authPort) {
    const char* id = "token_validation";
    m_isCentral = design.is(id, "central");
    m_asking.setLimits(
        {static_cast<std::size_t>(design.parameter(id, "connections", 64)), kMostWaiting,
         static_cast<measure::Nanos>(design.parameter(id, "time_limit_ms", 1000) * 1e6)});
    m_asking.setPort(authPort);
    m_fetching.setPort(authPort);
    // Before the first token comes, not with it.
    if (!m_isCentral && !m_verifier.hasKeys() && authPort != 0) fetchKeys();
}

void TokenValidation::validate(const std::string& token, Done done) {
    if (!isToken68(token)) return done(refusal(401, "bad_token", false));
    if (m_isCentral) return ask(token, std::move(done));
    verify(token, std::move(done), true);
}

void TokenValidation::ask(const std::string& token, Done done) {
    KeptClient::Request request(http::verb::post, "/introspect", 11);
    request.set(http::field::authorization, m_authorization);
    request.set(http::field::content_type, "application/x-www-form-urlencoded");
    request.body() = "token=" + formEncoded(token);
    m_asking.ask(std::move(request), [done = std::move(done)](KeptClient::Result result) {
        if (result.failure != Failure::none)
            return done(refusal(503, reasonOf(result.failure), true));
        const json answer = json::parse(result.response.body(), nullptr, false);
        if (result.response.result_int() != 200 || !answer.is_object() ||
            !answer.contains("active") || !answer["active"].is_boolean())
            return done(refusal(503, "auth_error", true));
        const auto user = userIn(answer);
        if (!answer["active"].get<bool>() || !user) return done(refusal(401, "bad_token", true));
        done({*user, 200, "", true});
    });
}

void TokenValidation::verify(const std::string& token, Done done, bool mayFetch) {
    const auto now = measure::monotonicNow();
    const bool isOld = now - m_fetchedAt > kKeysLiveNs;
    const auto v = m_verifier.verify(token, protocol::unixNowS());
    if (v.fault == TokenFault::none) {
        // In the background: who is known waits for nobody.
        if (isOld && !m_isFetching) fetchKeys();
        return done({v.claims.user, 200, "", false});
    }
    if (v.fault != TokenFault::unknownKey)
        return done(
            refusal(401, v.fault == TokenFault::expired ? "token_expired" : "bad_token", false));
    // Tokens that name keys nobody has must not become requests to the auth service.
    const bool isDue = m_fetchedAt == 0 || now - m_fetchedAt > kBetweenFetchesNs;
    if (mayFetch && (m_isFetching || isDue)) {
        if (m_parked.size() >= kMostWaiting) return done(refusal(503, "auth_queue_full", false));
        m_parked.push_back({token, std::move(done)});
        if (!m_isFetching) fetchKeys();
        return;
    }
    done(m_hasFetchFailed ? refusal(503, "auth_down", false) : refusal(401, "bad_token", false));
}

void TokenValidation::fetchKeys() {
    m_isFetching = true;
    m_fetchedAt = measure::monotonicNow();
    ++m_keyFetches;
    KeptClient::Request request(http::verb::get, "/.well-known/jwks.json", 11);
    m_fetching.ask(std::move(request),
                   [this](KeptClient::Result result) { keysFetched(std::move(result)); });
}

void TokenValidation::keysFetched(KeptClient::Result result) {
    m_isFetching = false;
    m_hasFetchFailed = true;
    if (result.failure == Failure::none && result.response.result_int() == 200) {
        const json jwks = json::parse(result.response.body(), nullptr, false);
        auto keys = protocol::KeySet::fromJwks(jwks);
        // No keys at all is a mistake of the service, not the end of all sessions.
        m_hasFetchFailed = keys.isEmpty();
        if (!keys.isEmpty() && m_jwks != result.response.body()) {
            m_verifier.setKeys(std::move(keys));
            m_jwks = std::move(result.response.body());
        }
    }
    for (auto& parked : std::exchange(m_parked, {}))
        verify(parked.token, std::move(parked.done), false);
}

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/token_book.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "reference-server/protocol/identity.h"
#include "simulator/load/token_age.h"

namespace tenfold::loadgen {

namespace http = boost::beast::http;
using nlohmann::json;
using protocol::KeptClient;

namespace {
// Of the auth service's connections the gateway needs the most.
constexpr KeptClient::Limits kLimits{8, 10'000, 2'000'000'000};
}  // namespace

TokenBook::TokenBook(boost::asio::io_context& io, Settings settings)
    : m_settings(settings),
      m_refreshKey(protocol::tokenKey(settings.seed)),
      m_before(settings.seed),
      m_startS(protocol::unixNowS()),
      m_client(io, kLimits) {
    m_client.setPort(settings.authPort);
}

void TokenBook::withToken(std::uint64_t user, WithToken callback) {
    Held& held = m_held[user];
    if (held.token.empty()) {
        const auto issuedAtS =
            static_cast<std::int64_t>(m_startS - load::tokenAgeOf(user) * m_settings.lifetimeS);
        held.token = m_before.issue(user, issuedAtS, m_settings.lifetimeS);
        held.endsS = static_cast<double>(issuedAtS + m_settings.lifetimeS);
    }
    if (protocol::unixNowS() < held.endsS) return callback(held.token);
    held.waiting.push_back(std::move(callback));
    if (held.waiting.size() == 1) refresh(user);
}

void TokenBook::refresh(std::uint64_t user) {
    KeptClient::Request request(http::verb::post, "/token", 11);
    request.set(http::field::content_type, "application/x-www-form-urlencoded");
    // A number, a dot and hex digits: nothing that a form would need encoded.
    request.body() =
        "grant_type=refresh_token&refresh_token=" + protocol::refreshToken(m_refreshKey, user);
    m_client.ask(std::move(request), [this, user](KeptClient::Result result) {
        Held& held = m_held[user];
        const bool isAnswered =
            result.failure == KeptClient::Failure::none && result.response.result_int() == 200;
        const json answer =
            isAnswered ? json::parse(result.response.body(), nullptr, false) : json();
        const bool isGood = answer.is_object() && answer.contains("access_token") &&
                            answer["access_token"].is_string();
        if (isGood) {
            held.token = answer["access_token"].get<std::string>();
            held.endsS = protocol::unixNowS() + answer.value("expires_in", 0);
        }
        ++(isGood ? m_refreshed : m_notRefreshed);
        const std::string token = held.token;
        for (auto& callback : std::exchange(held.waiting, {})) callback(token);
    });
}

}  // namespace tenfold::loadgen

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/access_token.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace tenfold::protocol {

using nlohmann::json;

namespace {

/// No two tokens have the same name: revoking one leaves the others alone.
std::string randomId() {
    std::array<unsigned char, 12> bytes{};
    if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("no random bytes for the name of a token");
    return base64UrlEncode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// A JSON object in base64url; null for anything else.
json decoded(std::string_view text) {
    const auto bytes = base64UrlDecode(text);
    if (!bytes) return nullptr;
    json j = json::parse(*bytes, nullptr, false);
    return j.is_object() ? j : json();
}

std::string textOf(const json& j, const char* name) {
    const auto it = j.find(name);
    return it != j.end() && it->is_string() ? it->get<std::string>() : "";
}

std::optional<std::int64_t> secondsOf(const json& j, const char* name) {
    const auto it = j.find(name);
    if (it == j.end() || !it->is_number()) return std::nullopt;
    const double value = it->get<double>();
    if (!(std::abs(value) < 1e15)) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

bool isFor(const json& claims, std::string_view audience) {
    const auto it = claims.find("aud");
    if (it == claims.end()) return false;
    if (it->is_string()) return it->get<std::string>() == audience;
    return it->is_array() && std::any_of(it->begin(), it->end(), [&](const json& a) {
               return a.is_string() && a.get<std::string>() == audience;
           });
}

std::optional<std::uint64_t> numberIn(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

double unixNowS() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

TokenIssuer::TokenIssuer(std::uint64_t seed, int keyPeriodS, int longestLifetimeS)
    : m_secret(fmt::format("tenfold-tokens-{}", seed)),
      m_periodS(keyPeriodS),
      m_longestS(longestLifetimeS) {}

std::shared_ptr<const SigningKey> TokenIssuer::keyOf(std::int64_t period) {
    std::lock_guard lock(m_mutex);
    auto& key = m_keys[period];
    if (!key) key = std::make_shared<const SigningKey>(m_secret, std::to_string(period));
    return key;
}

std::string TokenIssuer::issue(std::uint64_t user, std::int64_t nowS, int lifetimeS) {
    const auto key = keyOf(nowS / m_periodS);
    // Numbers and names of ours: nothing that JSON would have to escape, and a load generator makes
    // thousands of these.
    const std::string header =
        fmt::format(R"({{"alg":"{}","kid":"{}","typ":"at+jwt"}})", kAlgorithm, key->id());
    const std::string claims =
        fmt::format(R"({{"iss":"{}","aud":"{}","sub":"{}","client_id":"tenfold-load","jti":"{}",)"
                    R"("iat":{},"nbf":{},"exp":{}}})",
                    kTokenIssuer, kTokenAudience, user, randomId(), nowS, nowS, nowS + lifetimeS);
    const std::string input = base64UrlEncode(header) + "." + base64UrlEncode(claims);
    return input + "." + base64UrlEncode(key->sign(input));
}

json TokenIssuer::jwks(double nowS) {
    const auto periodAt = [&](double s) { return static_cast<std::int64_t>(s) / m_periodS; };
    json keys = json::array();
    for (auto p = periodAt(nowS - m_longestS - kLeewayS); p <= periodAt(nowS) + 1; ++p)
        keys.push_back(keyOf(p)->jwk());
    return {{"keys", std::move(keys)}};
}

std::string accessToken(std::uint64_t seed, std::uint64_t user, int lifetimeS) {
    return TokenIssuer(seed).issue(user, static_cast<std::int64_t>(unixNowS()), lifetimeS);
}

KeySet KeySet::fromJwks(const json& jwks) {
    KeySet set;
    const auto it = jwks.is_object() ? jwks.find("keys") : jwks.end();
    if (!jwks.is_object() || it == jwks.end() || !it->is_array()) return set;
    for (const auto& jwk : *it)
        if (auto key = VerificationKey::fromJwk(jwk)) {
            std::string id = key->id();
            set.m_keys.emplace(std::move(id), *std::move(key));
        }
    return set;
}

const VerificationKey* KeySet::find(std::string_view id) const {
    const auto it = m_keys.find(id);
    return it == m_keys.end() ? nullptr : &it->second;
}

TokenFault timeFault(const Claims& claims, double nowS) {
    if (nowS >= static_cast<double>(claims.expiresAtS) + kLeewayS) return TokenFault::expired;
    if (nowS < static_cast<double>(claims.notBeforeS) - kLeewayS) return TokenFault::notYetValid;
    return TokenFault::none;
}

Verified verifyToken(std::string_view token, const KeySet& keys, double nowS) {
    Verified v;
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos) return v;
    const json header = decoded(token.substr(0, first));
    const auto signature = base64UrlDecode(token.substr(second + 1));
    // "crit" names what must be understood, and nothing is (RFC 7515, 4.1.11).
    if (header.is_null() || !signature || header.contains("crit") ||
        textOf(header, "typ") != "at+jwt" || textOf(header, "kid").empty())
        return v;
    const VerificationKey* key = keys.find(textOf(header, "kid"));
    const auto because = [&v](TokenFault fault) {
        v.fault = fault;
        return v;
    };
    // Who signs with "none", or takes a public key for a shared secret, has no key of that kind.
    if (textOf(header, "alg") != kAlgorithm) return because(TokenFault::wrongAlgorithm);
    if (!key) return because(TokenFault::unknownKey);
    if (!key->verify(token.substr(0, second), *signature)) return because(TokenFault::badSignature);
    const json claims = decoded(token.substr(first + 1, second - first - 1));
    if (claims.is_null()) return v;
    const auto user = numberIn(textOf(claims, "sub"));
    const auto expiresAt = secondsOf(claims, "exp");
    if (!user || !expiresAt) return v;
    v.claims = {*user, textOf(claims, "jti"), secondsOf(claims, "iat").value_or(0),
                secondsOf(claims, "nbf").value_or(0), *expiresAt};
    if (textOf(claims, "iss") != kTokenIssuer) return because(TokenFault::wrongIssuer);
    if (!isFor(claims, kTokenAudience)) return because(TokenFault::wrongAudience);
    return because(timeFault(v.claims, nowS));
}

}  // namespace tenfold::protocol

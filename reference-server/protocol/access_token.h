// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "reference-server/protocol/jws.h"

namespace tenfold::protocol {

/// Access tokens: JSON Web Tokens (RFC 7519) in the profile of RFC 9068. Times are seconds since
/// 1970 (NumericDate).

inline constexpr std::string_view kTokenIssuer = "tenfold-auth";
inline constexpr std::string_view kTokenAudience = "tenfold-shop";
/// How far the clocks of two machines may be apart.
inline constexpr double kLeewayS = 1;
inline constexpr int kKeyPeriodS = 3600;
inline constexpr int kLongestLifetimeS = 3600;

/// The wall clock, by which tokens end.
double unixNowS();

struct Claims {
    std::uint64_t user = 0;
    std::string id;  // jti
    std::int64_t issuedAtS = 0;
    std::int64_t notBeforeS = 0;
    std::int64_t expiresAtS = 0;
};

/// Makes the tokens of one run. Its keys follow from the run's seed, so the auth service has them
/// again when it comes back, and a test or somebody with curl can be any user. A key signs for one
/// period and is published from the period before until the last token it signed has ended:
/// whoever caches keys knows the next one before it is used. Thread-safe.
class TokenIssuer {
public:
    explicit TokenIssuer(std::uint64_t seed, int keyPeriodS = kKeyPeriodS,
                         int longestLifetimeS = kLongestLifetimeS);
    std::string issue(std::uint64_t user, std::int64_t nowS, int lifetimeS);
    /// {"keys":[…]}, RFC 7517, 5.
    nlohmann::json jwks(double nowS);

private:
    std::shared_ptr<const SigningKey> keyOf(std::int64_t period);

    std::string m_secret;
    int m_periodS;
    int m_longestS;
    std::mutex m_mutex;
    std::map<std::int64_t, std::shared_ptr<const SigningKey>> m_keys;
};

/// A token as the users of a run hold it, issued now.
std::string accessToken(std::uint64_t seed, std::uint64_t user, int lifetimeS = kLongestLifetimeS);

/// Public keys by name.
class KeySet {
public:
    /// Keys that are not for us are left out, as RFC 7517 wants it.
    static KeySet fromJwks(const nlohmann::json& jwks);
    const VerificationKey* find(std::string_view id) const;
    bool isEmpty() const { return m_keys.empty(); }

private:
    std::map<std::string, VerificationKey, std::less<>> m_keys;
};

enum class TokenFault {
    none,
    malformed,
    unknownKey,
    wrongAlgorithm,
    badSignature,
    wrongIssuer,
    wrongAudience,
    notYetValid,
    expired,
};

struct Verified {
    TokenFault fault = TokenFault::malformed;
    Claims claims;
};
/// Signature, type, algorithm of the key, issuer, audience, time. Claims are there when the
/// signature is good.
Verified verifyToken(std::string_view token, const KeySet& keys, double nowS);
/// Only the time of a token that was verified before.
TokenFault timeFault(const Claims& claims, double nowS);

}  // namespace tenfold::protocol

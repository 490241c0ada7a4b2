// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/access_token.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using namespace tenfold::protocol;  // NOLINT: a test
using nlohmann::json;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr double kNowS = static_cast<double>(kNow);

KeySet keysOf(TokenIssuer& issuer, double nowS = kNowS) {
    return KeySet::fromJwks(issuer.jwks(nowS));
}

/// One field of a header or of claims, and what it is instead.
struct Change {
    const char* field = "";
    json value{};
};

/// A token with another header or other claims, signed by a key of the run.
std::string forged(const Change& inHeader, const Change& inClaims, const SigningKey& key) {
    json header = {{"alg", "ES256"}, {"kid", key.id()}, {"typ", "at+jwt"}};
    json claims = {{"iss", kTokenIssuer}, {"aud", kTokenAudience}, {"sub", "17"},
                   {"exp", kNow + 60},    {"nbf", kNow},           {"iat", kNow}};
    if (*inHeader.field) header[inHeader.field] = inHeader.value;
    if (*inClaims.field) claims[inClaims.field] = inClaims.value;
    const std::string input = base64UrlEncode(header.dump()) + "." + base64UrlEncode(claims.dump());
    return input + "." + base64UrlEncode(key.sign(input));
}

KeySet setOf(const SigningKey& key) {
    return KeySet::fromJwks({{"keys", json::array({key.jwk()})}});
}

}  // namespace

TEST(AccessToken, IsGoodFromItsBeginningToItsEndAndALittleBeyond) {
    TokenIssuer issuer(42);
    const auto token = issuer.issue(17, kNow, 600);
    const auto keys = keysOf(issuer);
    const auto v = verifyToken(token, keys, kNowS);
    EXPECT_EQ(v.fault, TokenFault::none);
    EXPECT_EQ(v.claims.user, 17u);
    EXPECT_EQ(v.claims.expiresAtS, kNow + 600);
    EXPECT_EQ(v.claims.id.size(), 16u);
    const auto twin = verifyToken(issuer.issue(17, kNow, 600), keys, kNowS);
    EXPECT_NE(twin.claims.id, v.claims.id) << "revoking one leaves the other alone";
    EXPECT_EQ(verifyToken(token, keys, kNowS + 600).fault, TokenFault::none);
    EXPECT_EQ(verifyToken(token, keys, kNowS + 600 + kLeewayS).fault, TokenFault::expired);
    EXPECT_EQ(verifyToken(token, keys, kNowS - kLeewayS).fault, TokenFault::none);
    EXPECT_EQ(verifyToken(token, keys, kNowS - kLeewayS - 1).fault, TokenFault::notYetValid);
}

TEST(AccessToken, OfAnotherSeedIsNoneOfThisRun) {
    TokenIssuer issuer(42), other(43);
    EXPECT_EQ(verifyToken(other.issue(17, kNow, 600), keysOf(issuer), kNowS).fault,
              TokenFault::badSignature);
    TokenIssuer again(42);
    EXPECT_EQ(verifyToken(again.issue(17, kNow, 600), keysOf(issuer), kNowS).fault,
              TokenFault::none)
        << "an auth service that comes back signs with the same keys";
}

TEST(AccessToken, EveryByteOfItCounts) {
    TokenIssuer issuer(42);
    const auto token = issuer.issue(17, kNow, 600);
    const auto keys = keysOf(issuer);
    for (std::size_t i = 0; i < token.size(); i += 3) {
        auto bad = token;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_NE(verifyToken(bad, keys, kNowS).fault, TokenFault::none) << i;
    }
    for (const char* bad : {"", ".", "..", "a.b.c", "17.abcdef"})
        EXPECT_EQ(verifyToken(bad, keys, kNowS).fault, TokenFault::malformed) << bad;
    EXPECT_NE(verifyToken(token + ".x", keys, kNowS).fault, TokenFault::none);
}

TEST(AccessToken, TheAlgorithmIsTheKeysAndNotTheTokens) {
    const SigningKey key("secret", "k");
    const auto keys = setOf(key);
    EXPECT_EQ(verifyToken(forged({}, {}, key), keys, kNowS).fault, TokenFault::none);
    for (const char* alg : {"none", "HS256", "RS256", "es256", ""})
        EXPECT_EQ(verifyToken(forged({"alg", alg}, {}, key), keys, kNowS).fault,
                  TokenFault::wrongAlgorithm)
            << alg;
    // Without a signature.
    auto bare = forged({"alg", "none"}, {}, key);
    bare.resize(bare.rfind('.') + 1);
    EXPECT_NE(verifyToken(bare, keys, kNowS).fault, TokenFault::none);
    EXPECT_EQ(verifyToken(forged({"kid", "other"}, {}, key), keys, kNowS).fault,
              TokenFault::unknownKey);
    EXPECT_EQ(verifyToken(forged({"typ", "JWT"}, {}, key), keys, kNowS).fault,
              TokenFault::malformed);
    EXPECT_EQ(verifyToken(forged({"crit", json::array({"b64"})}, {}, key), keys, kNowS).fault,
              TokenFault::malformed);
}

TEST(AccessToken, MustBeFromOurIssuerForUsAndOfSomebody) {
    const SigningKey key("secret", "k");
    const auto keys = setOf(key);
    const auto faultOf = [&](const Change& claim) {
        return verifyToken(forged({}, claim, key), keys, kNowS).fault;
    };
    EXPECT_EQ(faultOf({"iss", "somebody"}), TokenFault::wrongIssuer);
    EXPECT_EQ(faultOf({"aud", "another-shop"}), TokenFault::wrongAudience);
    EXPECT_EQ(faultOf({"aud", json::array({"another-shop", "tenfold-shop"})}), TokenFault::none);
    EXPECT_EQ(faultOf({"aud", nullptr}), TokenFault::wrongAudience);
    EXPECT_EQ(faultOf({"sub", "admin"}), TokenFault::malformed);
    EXPECT_EQ(faultOf({"sub", 17}), TokenFault::malformed);
    EXPECT_EQ(faultOf({"exp", nullptr}), TokenFault::malformed) << "one that never ends";
    EXPECT_EQ(faultOf({"exp", "tomorrow"}), TokenFault::malformed);
    EXPECT_EQ(faultOf({"nbf", kNow + 100}), TokenFault::notYetValid);
}

TEST(AccessToken, KeysChangeAndOverlapSoThatNoTokenIsRefusedForIt) {
    constexpr int kPeriod = 60, kLifetime = 100;
    TokenIssuer issuer(42, kPeriod, kLifetime);
    const std::int64_t start = kNow / kPeriod * kPeriod;
    const auto kidOf = [](const std::string& token) {
        return json::parse(*base64UrlDecode(token.substr(0, token.find('.'))))["kid"];
    };
    EXPECT_EQ(kidOf(issuer.issue(1, start, 10)), kidOf(issuer.issue(1, start + kPeriod - 1, 10)));
    EXPECT_NE(kidOf(issuer.issue(1, start, 10)), kidOf(issuer.issue(1, start + kPeriod, 10)));
    for (std::int64_t issued = start; issued < start + 3 * kPeriod; issued += 7) {
        const auto token = issuer.issue(1, issued, kLifetime);
        // Keys fetched up to a period before it was made, and until it ends.
        for (std::int64_t fetched = issued - kPeriod; fetched <= issued + kLifetime;
             fetched += 13) {
            const auto keys = keysOf(issuer, static_cast<double>(fetched));
            EXPECT_EQ(verifyToken(token, keys, static_cast<double>(issued + 1)).fault,
                      TokenFault::none)
                << issued - start << ", " << fetched - issued;
        }
    }
    // And a key that nobody's token needs any more is gone.
    const auto old = issuer.issue(1, start, kLifetime);
    const double late = static_cast<double>(start + 2 * kPeriod + kLifetime + 2);
    EXPECT_EQ(verifyToken(old, keysOf(issuer, late), late).fault, TokenFault::unknownKey);
}

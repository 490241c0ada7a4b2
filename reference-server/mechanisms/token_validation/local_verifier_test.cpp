// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/token_validation/local_verifier.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using namespace tenfold;  // NOLINT: a test
using mechanisms::LocalVerifier;
using protocol::TokenFault;

namespace {
constexpr std::int64_t kNow = 1'800'000'000;
constexpr double kNowS = static_cast<double>(kNow);

protocol::KeySet keysOf(std::uint64_t seed) {
    protocol::TokenIssuer issuer(seed);
    return protocol::KeySet::fromJwks(issuer.jwks(kNowS));
}
}  // namespace

TEST(LocalVerifier, ATokensSignatureIsLookedAtOnceAndItsTimeAlways) {
    protocol::TokenIssuer issuer(42);
    LocalVerifier verifier;
    verifier.setKeys(keysOf(42));
    const auto token = issuer.issue(17, kNow, 60);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(verifier.verify(token, kNowS + i).fault, TokenFault::none);
    const auto work = verifier.takeWork();
    EXPECT_EQ(work.signatures, 1u);
    EXPECT_GT(work.ms, 0);
    EXPECT_EQ(verifier.verify(token, kNowS + 61).fault, TokenFault::expired);
    EXPECT_EQ(verifier.takeWork().signatures, 0u);
}

TEST(LocalVerifier, WhatWasNotGoodIsLookedAtAgain) {
    LocalVerifier verifier;
    verifier.setKeys(keysOf(42));
    protocol::TokenIssuer other(43);
    const auto token = other.issue(17, kNow, 60);
    EXPECT_EQ(verifier.verify(token, kNowS).fault, TokenFault::badSignature);
    EXPECT_EQ(verifier.verify(token, kNowS).fault, TokenFault::badSignature);
    EXPECT_EQ(verifier.takeWork().signatures, 2u);
}

TEST(LocalVerifier, WithOtherKeysNothingIsRemembered) {
    LocalVerifier verifier;
    verifier.setKeys(keysOf(42));
    protocol::TokenIssuer issuer(42);
    const auto token = issuer.issue(17, kNow, 60);
    EXPECT_EQ(verifier.verify(token, kNowS).fault, TokenFault::none);
    verifier.setKeys(keysOf(43));
    EXPECT_EQ(verifier.verify(token, kNowS).fault, TokenFault::badSignature)
        << "a key that was taken out is trusted no more";
}

TEST(LocalVerifier, ItsMemoryIsBounded) {
    LocalVerifier verifier(3);
    verifier.setKeys(keysOf(42));
    protocol::TokenIssuer issuer(42);
    std::vector<std::string> tokens;
    for (std::uint64_t user = 1; user <= 4; ++user) tokens.push_back(issuer.issue(user, kNow, 60));
    for (const auto& t : tokens) verifier.verify(t, kNowS);
    EXPECT_EQ(verifier.takeWork().signatures, 4u);
    for (std::size_t i = 1; i < 4; ++i) verifier.verify(tokens[i], kNowS);
    EXPECT_EQ(verifier.takeWork().signatures, 0u);
    EXPECT_EQ(verifier.verify(tokens[0], kNowS).fault, TokenFault::none);
    EXPECT_EQ(verifier.takeWork().signatures, 1u) << "the oldest had to go";
}

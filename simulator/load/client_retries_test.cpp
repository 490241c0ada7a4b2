// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/client_retries.h"

#include <gtest/gtest.h>

#include <set>

#include "simulator/load/carried_out.h"
#include "simulator/load/idempotency_key.h"
#include "simulator/load/lost_replies.h"

using namespace tenfold;  // NOLINT: a test
using load::ClientRetries;
using measure::Outcome;

TEST(ClientRetries, WhatMayNotHaveBeenDoneIsTriedAgainSoOften) {
    const ClientRetries twice{2, 500};
    for (const auto outcome : {Outcome::serverError, Outcome::refused, Outcome::timeout}) {
        EXPECT_TRUE(twice.allows(1, outcome, 0));
        EXPECT_TRUE(twice.allows(2, outcome, 0));
        EXPECT_FALSE(twice.allows(3, outcome, 0));
        EXPECT_FALSE(ClientRetries{}.allows(1, outcome, 0));
    }
    EXPECT_TRUE(twice.allows(1, Outcome::clientError, 409)) << "it is in progress";
    for (const auto outcome : {Outcome::ok, Outcome::rateLimited, Outcome::clientError,
                               Outcome::unfinished, Outcome::notSent})
        EXPECT_FALSE(twice.allows(1, outcome, 422));
}

TEST(ClientRetries, WaitsEvenlyWithinALimitThatDoubles) {
    const ClientRetries retries{10, 100};
    random::Stream stream(1, "test");
    for (const auto& [failures, limitMs] :
         {std::pair{1, 100.0}, {2, 200.0}, {4, 800.0}, {9, 20'000.0}, {60, 20'000.0}}) {
        double sumMs = 0, mostMs = 0;
        for (int i = 0; i < 2000; ++i) {
            const double ms = static_cast<double>(retries.waitNs(failures, stream)) / 1e6;
            sumMs += ms;
            mostMs = std::max(mostMs, ms);
        }
        EXPECT_NEAR(sumMs / 2000, limitMs / 2, limitMs * 0.03) << failures;
        EXPECT_LT(mostMs, limitMs);
        EXPECT_GT(mostMs, 0.98 * limitMs);
    }
}

TEST(IdempotencyKeys, AreUuidsAndTheSameForASeedAndNumber) {
    std::set<std::string> all;
    for (std::uint64_t seed : {1, 2})
        for (std::uint64_t n = 0; n < 5000; ++n) all.insert(load::idempotencyKey(seed, n));
    EXPECT_EQ(all.size(), 10'000u);
    const auto key = load::idempotencyKey(42, 7);
    EXPECT_EQ(key, load::idempotencyKey(42, 7));
    ASSERT_EQ(key.size(), 36u);
    EXPECT_EQ(key[14], '4');
    EXPECT_NE(std::string("89ab").find(key[19]), std::string::npos) << key;
}

TEST(CarriedOut, TellsWhatWasCarriedOutTwiceAndForgetsTheOldest) {
    load::CarriedOut done(2);
    EXPECT_FALSE(done.isAgain(1));
    EXPECT_TRUE(done.isAgain(1));
    EXPECT_FALSE(done.isAgain(2));
    EXPECT_FALSE(done.isAgain(3));
    EXPECT_TRUE(done.isAgain(2));
    EXPECT_FALSE(done.isAgain(1)) << "two are remembered";
}

TEST(LostReplies, ArePartOfTheWritesThatWentWell) {
    const auto order = load::endpointIndex("orders.create").value();
    const auto read = load::endpointIndex("orders.get").value();
    load::LostReplies lost(1);
    EXPECT_FALSE(lost.loses(order, 201)) << "no fault yet";
    lost.setPart(0.25);
    int n = 0;
    for (int i = 0; i < 4000; ++i) n += lost.loses(order, 201);
    EXPECT_NEAR(n, 1000, 110);  // four standard deviations
    lost.setPart(1);
    EXPECT_TRUE(lost.loses(order, 201));
    EXPECT_FALSE(lost.loses(order, 503)) << "nothing was done";
    EXPECT_FALSE(lost.loses(read, 200));
}

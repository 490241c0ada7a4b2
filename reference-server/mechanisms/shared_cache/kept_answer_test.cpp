// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/shared_cache/kept_answer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reference-server/mechanisms/shared_cache/recompute_book.h"
#include "simulator/mechanisms/shared_cache/spec.h"

using namespace tenfold::mechanisms;  // NOLINT: a test

TEST(KeptAnswer, IsReadAsItWasWritten) {
    const KeptAnswer kept{"3\n{\"id\": 7}\n", 1500, 1'782'864'000'000};
    const auto read = KeptAnswer::from(kept.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->value, kept.value);
    EXPECT_EQ(read->tookUs, 1500);
    EXPECT_EQ(read->endsAtMs, 1'782'864'000'000);
}

TEST(KeptAnswer, WhatIsNoEntryIsNone) {
    for (const char* text : {"", "x", "3\n{}", "1 2", "a 2\nx", "1 b\nx", " \n", "1 2 3\nx"})
        EXPECT_FALSE(KeptAnswer::from(text)) << text;
}

TEST(XFetch, IsEarlyWithTheChanceOfItsFormula) {
    tenfold::random::Stream chance(7, "test");
    constexpr int kDraws = 200'000;
    for (const double left : {0.0, 0.5, 1.0, 2.0, 5.0, 25.0})
        for (const double beta : {0.5, 1.0, 2.0}) {
            int early = 0;
            for (int i = 0; i < kDraws; ++i) early += isEarly(1 - chance.uniform(), beta, 1, left);
            const double p = std::exp(-left / beta);
            // Five standard deviations of a binomial share.
            EXPECT_NEAR(static_cast<double>(early) / kDraws, p,
                        5 * std::sqrt(p * (1 - p) / kDraws) + 1e-9)
                << left << " with beta " << beta;
        }
}

TEST(RecomputeBook, CountsThoseAtTheSameAnswer) {
    RecomputeBook book(1);
    EXPECT_FALSE(book.begin("a"));
    EXPECT_FALSE(book.begin("b"));
    EXPECT_TRUE(book.begin("a"));
    EXPECT_EQ(book.takeWidest(), 2);
    EXPECT_EQ(book.takeWidest(), 2) << "they are still at it";
    book.end("a");
    book.end("a");
    book.end("b");
    EXPECT_FALSE(book.begin("a"));
    book.end("a");
    book.takeWidest();
    EXPECT_EQ(book.takeWidest(), 0);
}

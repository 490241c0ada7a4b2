// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/random/zipf.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using tenfold::random::Stream;
using tenfold::random::Zipf;

TEST(Zipf, FollowsItsLawForSeveralExponentsIncludingOne) {
    constexpr int kDraws = 200'000;
    constexpr std::uint64_t kValues = 50;
    for (const double exponent : {0.0, 0.8, 1.0, 1.2, 2.0}) {
        Stream s(3, "zipf");
        const Zipf zipf(kValues, exponent);
        std::vector<int> seen(kValues + 1);
        for (int i = 0; i < kDraws; ++i) ++seen[zipf.draw(s)];
        double norm = 0;
        for (std::uint64_t k = 1; k <= kValues; ++k)
            norm += std::pow(static_cast<double>(k), -exponent);
        double chi = 0;
        for (std::uint64_t k = 1; k <= kValues; ++k) {
            const double expected = kDraws * std::pow(static_cast<double>(k), -exponent) / norm;
            chi += (seen[k] - expected) * (seen[k] - expected) / expected;
        }
        EXPECT_LT(chi, 85.4) << exponent
                             << ": 0.1 % point of chi-square with 49 degrees of freedom";
    }
}

TEST(Zipf, StaysInRangeForOneValueAndForMany) {
    Stream s(3, "zipf");
    const Zipf one(1, 1.0);
    EXPECT_EQ(one.draw(s), 1u);
    const Zipf many(1'000'000, 1.0);
    for (int i = 0; i < 10'000; ++i) {
        const auto k = many.draw(s);
        EXPECT_GE(k, 1u);
        EXPECT_LE(k, 1'000'000u);
    }
}

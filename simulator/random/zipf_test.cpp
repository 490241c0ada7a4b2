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

TEST(Zipf, SmallTablesHaveTheirExactProbabilities) {
    // n = 2: 1 and 2^-s over their sum; n = 3 at s = 1: 6, 3 and 2 of 11.
    struct {
        std::uint64_t n;
        double exponent;
        std::vector<double> p;
    } const cases[] = {{1, 1.5, {1}},
                       {2, 0, {0.5, 0.5}},
                       {2, 1, {2.0 / 3, 1.0 / 3}},
                       {2, 2, {0.8, 0.2}},
                       {3, 1, {6.0 / 11, 3.0 / 11, 2.0 / 11}},
                       {4, 2, {144.0 / 205, 36.0 / 205, 16.0 / 205, 9.0 / 205}}};
    constexpr int kDraws = 400'000;
    for (const auto& c : cases) {
        Stream s(8, "zipf");
        const Zipf zipf(c.n, c.exponent);
        std::vector<int> seen(c.n);
        for (int i = 0; i < kDraws; ++i) ++seen[zipf.draw(s) - 1];
        for (std::size_t k = 0; k < c.n; ++k)
            EXPECT_NEAR(seen[k], kDraws * c.p[k],
                        4 * std::sqrt(kDraws * c.p[k] * (1 - c.p[k])) + 1e-9)
                << "n " << c.n << ", exponent " << c.exponent << ", k " << k + 1;
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

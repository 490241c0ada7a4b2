// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/arrivals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using tenfold::load::PoissonArrivals;
using tenfold::random::Stream;

TEST(PoissonArrivals, CountsInEqualTimesHaveTheirMeanAsVariance) {
    PoissonArrivals arrivals(Stream(1, "arrivals"));
    arrivals.setRate(500, 0);
    constexpr int kSlots = 2000;
    std::vector<double> counts(kSlots);
    while (arrivals.nextAt() < kSlots * 250'000'000LL) {
        ++counts[static_cast<std::size_t>(arrivals.nextAt() / 250'000'000)];
        arrivals.advance();
    }
    double mean = 0, variance = 0;
    for (const double c : counts) mean += c / kSlots;
    for (const double c : counts) variance += (c - mean) * (c - mean) / (kSlots - 1);
    EXPECT_NEAR(mean, 125, 4 * std::sqrt(125.0 / kSlots));
    EXPECT_NEAR(variance / mean, 1, 4 * std::sqrt(2.0 / kSlots));
}

TEST(PoissonArrivals, TheSameSeedGivesTheSameTimesAndARateOfZeroNone) {
    PoissonArrivals a(Stream(3, "x")), b(Stream(3, "x"));
    EXPECT_EQ(a.nextAt(), PoissonArrivals::kNever);
    a.setRate(100, 5'000);
    b.setRate(100, 5'000);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(a.nextAt(), b.nextAt());
        a.advance();
        b.advance();
    }
    a.setRate(0, 0);
    EXPECT_EQ(a.nextAt(), PoissonArrivals::kNever);
}

TEST(PoissonArrivals, AChangeOfRateTakesEffectAtOnce) {
    PoissonArrivals arrivals(Stream(3, "x"));
    arrivals.setRate(0.001, 0);
    arrivals.setRate(1e6, 1'000'000'000);
    EXPECT_GE(arrivals.nextAt(), 1'000'000'000);
    EXPECT_LT(arrivals.nextAt(), 1'000'100'000);
}

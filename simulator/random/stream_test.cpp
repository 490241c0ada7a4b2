// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/random/stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using tenfold::random::Stream;

namespace {
constexpr int kN = 200'000;

struct Moments {
    double mean = 0;
    double variance = 0;
};
template <typename Draw>
Moments momentsOf(Draw draw) {
    double sum = 0, squares = 0;
    for (int i = 0; i < kN; ++i) {
        const double x = draw();
        sum += x;
        squares += x * x;
    }
    const double mean = sum / kN;
    return {mean, squares / kN - mean * mean};
}
}  // namespace

TEST(Stream, IsTheSameForTheSameSeedAndNameAndPinnedForAllMachines) {
    Stream a(42, "arrivals"), b(42, "arrivals"), c(42, "keys"), d(43, "arrivals");
    const auto first = a.bits();
    EXPECT_EQ(first, b.bits());
    EXPECT_NE(first, c.bits());
    EXPECT_NE(first, d.bits());
}

TEST(Stream, NamedStreamsAreUncorrelated) {
    Stream a(1, "a"), b(1, "b");
    double sum = 0;
    for (int i = 0; i < kN; ++i) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    // The sum of products has standard deviation sqrt(n)/12; four of them is one in 16,000.
    EXPECT_LT(std::abs(sum), 4 * std::sqrt(kN) / 12);
}

TEST(Stream, MomentsAreThoseOfTheDistributions) {
    Stream s(7, "moments");
    const auto uniform = momentsOf([&] { return s.uniform(); });
    EXPECT_NEAR(uniform.mean, 0.5, 0.003);
    EXPECT_NEAR(uniform.variance, 1.0 / 12, 0.001);
    const auto exponential = momentsOf([&] { return s.exponential(3); });
    EXPECT_NEAR(exponential.mean, 3, 0.03);
    EXPECT_NEAR(exponential.variance, 9, 0.25);
    const auto normal = momentsOf([&] { return s.normal(); });
    EXPECT_NEAR(normal.mean, 0, 0.01);
    EXPECT_NEAR(normal.variance, 1, 0.02);
    const auto geometric = momentsOf([&] { return static_cast<double>(s.geometric(0.25)); });
    EXPECT_NEAR(geometric.mean, 3, 0.04);
}

TEST(Stream, LognormalHasItsMedian) {
    Stream s(7, "lognormal");
    std::vector<double> values(kN);
    for (auto& v : values) v = s.lognormal(250, 0.5);
    std::nth_element(values.begin(), values.begin() + kN / 2, values.end());
    EXPECT_NEAR(values[kN / 2], 250, 2);
}

TEST(Stream, WholeNumbersAreEvenlySpread) {
    Stream s(11, "ints");
    std::vector<int> seen(10);
    for (int i = 0; i < kN; ++i) ++seen[s.uniformInt(10)];
    double chi = 0;
    for (const int n : seen) chi += (n - kN / 10.0) * (n - kN / 10.0) / (kN / 10.0);
    EXPECT_LT(chi, 27.88) << "0.1 % point of chi-square with 9 degrees of freedom";
}

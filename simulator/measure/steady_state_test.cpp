// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/steady_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "simulator/measure/student.h"
#include "simulator/random/stream.h"

using namespace tenfold::measure;  // NOLINT: a test of these functions
using tenfold::random::Stream;

namespace {

/// x' = phi · x + noise, around `mean`; correlated as waiting times are.
std::vector<double> autoregressive(std::uint64_t seed, std::size_t n, double phi, double mean,
                                   double start) {
    Stream s(seed, "ar");
    std::vector<double> out(n);
    double x = start;
    for (auto& v : out) {
        x = phi * x + s.normal();
        v = mean + x;
    }
    return out;
}

template <class Estimate>
double coverage(double truth, int seeds, Estimate estimate) {
    int inside = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
        const Interval i = estimate(static_cast<std::uint64_t>(seed));
        inside += std::abs(i.mean - truth) <= i.halfWidth ? 1 : 0;
    }
    return static_cast<double>(inside) / seeds;
}

}  // namespace

TEST(Mser5, DropsABeginningThatIsUnlikeTheRest) {
    const auto steady = autoregressive(1, 5'000, 0.5, 10, 0);
    ASSERT_TRUE(mser5(steady).has_value());
    EXPECT_LT(*mser5(steady), 500u);
    auto ramp = steady;
    for (std::size_t i = 0; i < 1'000; ++i) ramp[i] -= 20.0 * (1 - static_cast<double>(i) / 1'000);
    ASSERT_TRUE(mser5(ramp).has_value());
    EXPECT_GT(*mser5(ramp), 800u);
    EXPECT_LT(*mser5(ramp), 1'500u);
    EXPECT_EQ(*mser5(ramp) % 5, 0u);
}

TEST(Mser5, IsTheDefinitionEvaluatedDirectly) {
    const auto x = autoregressive(3, 400, 0.8, 5, 40);
    std::size_t best = 0;
    double least = INFINITY;
    for (std::size_t d = 0; d + 5 <= 80; ++d) {
        std::vector<double> y;
        for (std::size_t j = d; j < 80; ++j) {
            double total = 0;
            for (std::size_t k = 0; k < 5; ++k) total += x[5 * j + k];
            y.push_back(total / 5);
        }
        double mean = 0, squares = 0;
        for (const double v : y) mean += v / static_cast<double>(y.size());
        for (const double v : y) squares += (v - mean) * (v - mean);
        const double statistic = squares / std::pow(static_cast<double>(y.size()), 2);
        if (statistic < least) {
            least = statistic;
            best = d;
        }
    }
    ASSERT_GT(best, 0u);
    EXPECT_EQ(mser5(x), best * 5);
}

TEST(Mser5, RefusesWhatIsStillRisingAndWhatIsTooShort) {
    std::vector<double> rising(2'000);
    for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<double>(i);
    EXPECT_FALSE(mser5(rising).has_value());
    EXPECT_FALSE(mser5(std::vector<double>(49, 1.0)).has_value());
    EXPECT_EQ(mser5(std::vector<double>(50, 1.0)), 0u) << "constant from the start";
}

TEST(BatchMeans, IndependentNormalsGiveStudentsInterval) {
    Stream s(4, "iid");
    std::vector<double> x(80);
    for (auto& v : x) v = s.normal();
    double mean = 0, squares = 0;
    for (const double v : x) mean += v / 80;
    for (const double v : x) squares += (v - mean) * (v - mean);
    const double plain = studentQuantile(0.995, 79) * std::sqrt(squares / 79 / 80);
    const Interval i = batchMeans(x, 0.99);
    EXPECT_EQ(i.batches, 80);
    EXPECT_NEAR(i.mean, mean, 1e-12);
    EXPECT_GE(i.halfWidth, plain * (1 - 1e-12)) << "never narrower than the plain interval";
    EXPECT_LT(i.halfWidth, 1.25 * plain);
}

TEST(BatchMeans, CoversWhenObservationsAreStronglyCorrelated) {
    // Relaxation of 100 observations; runs of 10,000: 80 batches depend on each other.
    const double share = coverage(7, 1'000, [](std::uint64_t seed) {
        return batchMeans(autoregressive(seed, 10'000, 0.99, 7, 0), 0.99);
    });
    EXPECT_GE(share, 0.97);
    EXPECT_LT(share, 1.0) << "an interval that is never wrong is too wide";
}

TEST(BatchMeans, CoversWhenObservationsAreSkewed) {
    // Lognormal, squared coefficient of variation 10.
    const double sigma = std::sqrt(std::log(11.0));
    const double share = coverage(std::exp(sigma * sigma / 2), 1'000, [=](std::uint64_t seed) {
        Stream s(seed, "skewed");
        std::vector<double> x(4'000);
        for (auto& v : x) v = s.lognormal(1, sigma);
        return batchMeans(x, 0.99);
    });
    EXPECT_GE(share, 0.965);
}

TEST(BatchMeans, MergesDownToTwentyAndSaysSo) {
    EXPECT_EQ(batchMeans(autoregressive(5, 2'000, 0.999, 0, 0), 0.99).batches, 20);
    EXPECT_EQ(batchMeans(autoregressive(5, 50'000, 0.1, 0, 0), 0.99).batches, 80);
}

TEST(BatchMeans, TooFewObservationsGiveNoFalseCertainty) {
    EXPECT_EQ(batchMeans({}, 0.99).batches, 0);
    const std::vector<double> one{3};
    EXPECT_EQ(batchMeans(one, 0.99).mean, 3);
    EXPECT_TRUE(std::isinf(batchMeans(one, 0.99).halfWidth));
    const std::vector<double> same(100, 2.5);
    EXPECT_EQ(batchMeans(same, 0.99).halfWidth, 0);
}

TEST(RatioOfBatches, IsTheRatioOfSumsAndCovers) {
    // Time over count: batches of 1 to 200 exponentials of mean 4.
    const double share = coverage(4, 1'000, [](std::uint64_t seed) {
        Stream s(seed, "ratio");
        std::vector<double> sums(80), counts(80);
        for (std::size_t i = 0; i < 80; ++i) {
            counts[i] = static_cast<double>(1 + s.uniformInt(200));
            for (int j = 0; j < static_cast<int>(counts[i]); ++j) sums[i] += s.exponential(4);
        }
        return ratioOfBatches(sums, counts, 0.99);
    });
    EXPECT_GE(share, 0.97);
    const std::vector<double> none(20, 0.0);
    EXPECT_EQ(ratioOfBatches(none, none, 0.99).mean, 0);
}

TEST(PercentileByBatches, IsTheNearestRankAndCovers) {
    std::vector<double> hundred(100);
    for (std::size_t i = 0; i < 100; ++i) hundred[i] = static_cast<double>(100 - i);
    EXPECT_EQ(percentileByBatches(hundred, 0.95, 0.99).mean, 95);
    // A correlated sequence with known quantile: normal, standard deviation 1 / sqrt(1 − phi²).
    const double truth = 1.6448536 / std::sqrt(1 - 0.9 * 0.9);
    const double share = coverage(truth, 500, [](std::uint64_t seed) {
        return percentileByBatches(autoregressive(seed, 20'000, 0.9, 0, 0), 0.95, 0.9);
    });
    EXPECT_GE(share, 0.88);
    EXPECT_LE(share, 0.97) << "an interval that is nearly never wrong is too wide";
}

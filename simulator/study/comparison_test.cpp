// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "simulator/random/stream.h"
#include "simulator/study/spread.h"

namespace tenfold::study {
namespace {

using measure::Outcome;
using measure::Sample;

constexpr int kSlots = 112;  // half a minute without its warm-up

/// Runs whose truth is known: so many requests a slot, exponential response times of this mean,
/// each failing with this chance, three statements each.
struct Made {
    int requests = 60;
    double meanMs = 20;
    double failing = 0;
    double statements = 3;
    /// How much the slots' mean follows that of the slot before, 0 ≤ φ < 1: neighbours of a real
    /// run resemble each other.
    double dependence = 0;
};

std::vector<Sample> made(const Made& m, std::uint64_t seed, const std::string& run) {
    random::Stream times(seed, run + ".times"), failures(seed, run + ".failures"),
        levels(seed, run + ".levels");
    std::vector<Sample> slots;
    double level = 0;
    for (int i = 0; i < kSlots; ++i) {
        Sample s;
        s.slot = i;
        auto& e = s.endpoints["orders.get"];
        level = m.dependence * level + 0.1 * (levels.uniform() - 0.5);
        for (int r = 0; r < m.requests; ++r) {
            const double ms = -std::log(1 - times.uniform()) * m.meanMs * std::exp(level);
            ++e.users.offered;
            ++e.server.requests;
            if (failures.uniform() < m.failing) {
                ++e.users.of(Outcome::serverError);
                continue;
            }
            ++e.users.of(Outcome::ok);
            e.users.response.recordMs(ms);
        }
        e.server.statements = static_cast<std::uint64_t>(m.statements * m.requests);
        slots.push_back(std::move(s));
    }
    return slots;
}

/// In how many of 200 pairs of runs the interval of the ratio has the true ratio in it.
double coverage(const Made& a, const Made& b, bool isPaired, Metric metric, double truth) {
    constexpr int kSeeds = 200;
    int covered = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        // Paired: the same streams drive both, as the same seed does two simulations.
        const auto c = compare(made(a, seed, "a"), made(b, seed, isPaired ? "a" : "b"), isPaired);
        const auto& ratio = c.of(metric).ratio;
        covered += ratio && ratio->contains(truth);
    }
    return static_cast<double>(covered) / kSeeds;
}

// 90 % within what 200 seeds can tell: 2.4 standard deviations of 2.1 %.
constexpr double kLow = 0.85;
constexpr double kHigh = 0.95;

TEST(Comparison, FindsATrueDifferenceAndSaysHowLargeItIs) {
    const auto a = made({}, 1, "a");
    const auto b = made({.meanMs = 30}, 1, "b");
    const auto c = compare(a, b, false);
    for (const auto m : {Metric::p50Ms, Metric::p95Ms, Metric::p99Ms}) {
        ASSERT_TRUE(c.of(m).ratio) << titleOf(m);
        EXPECT_TRUE(c.of(m).isClear) << titleOf(m);
        EXPECT_NEAR(c.of(m).ratio->value, 1.5, 0.2) << titleOf(m);
        EXPECT_NEAR(c.of(m).ratio->value, *c.of(m).b / *c.of(m).a, 1e-12);
        EXPECT_NE(c.of(m).words.find("×"), std::string::npos) << c.of(m).words;
    }
    EXPECT_FALSE(c.of(Metric::statementsPerRequest).isClear);
    EXPECT_EQ(c.of(Metric::failedRatio).words, "none failed in either");
}

TEST(Comparison, FindsNoneWhereThereIsNone) {
    const auto c = compare(made({}, 3, "a"), made({}, 3, "b"), false);
    for (const auto& f : c.figures) {
        EXPECT_FALSE(f.isClear) << titleOf(f.metric) << ' ' << f.words;
        if (f.ratio) {
            EXPECT_TRUE(f.ratio->contains(1)) << titleOf(f.metric);
        }
    }
    EXPECT_EQ(c.of(Metric::p99Ms).words, "no clear difference");
}

TEST(Comparison, OfARunWithItselfEveryRatioIsOne) {
    const auto a = made({.failing = 0.01}, 1, "a");
    for (const auto& f : compare(a, a, true).figures) {
        ASSERT_TRUE(f.ratio) << titleOf(f.metric);
        EXPECT_NEAR(f.ratio->low, 1, 1e-9) << titleOf(f.metric);
        EXPECT_NEAR(f.ratio->high, 1, 1e-9) << titleOf(f.metric);
        EXPECT_FALSE(f.isClear);
    }
}

TEST(Comparison, PairedRunsShowWhatChanceWouldHideBetweenIndependentOnes) {
    const Made a{.requests = 30, .dependence = 0.6},
        b{.requests = 30, .meanMs = 20.8, .dependence = 0.6};
    const auto paired = compare(made(a, 3, "a"), made(b, 3, "a"), true);
    const auto unpaired = compare(made(a, 3, "a"), made(b, 3, "b"), false);
    EXPECT_TRUE(paired.of(Metric::p95Ms).isClear) << paired.of(Metric::p95Ms).words;
    EXPECT_FALSE(unpaired.of(Metric::p95Ms).isClear) << unpaired.of(Metric::p95Ms).words;
    const auto width = [](const Comparison& c) {
        return c.of(Metric::p95Ms).ratio->high - c.of(Metric::p95Ms).ratio->low;
    };
    EXPECT_LT(width(paired) * 3, width(unpaired));
}

TEST(Comparison, TheIntervalCoversTheTruthAsOftenAsItSays) {
    const Made a{}, b{.meanMs = 25};
    for (const auto m : {Metric::p50Ms, Metric::p95Ms, Metric::p99Ms}) {
        const double part = coverage(a, b, false, m, 1.25);
        EXPECT_GE(part, kLow) << titleOf(m);
        EXPECT_LE(part, kHigh) << titleOf(m);
    }
}

TEST(Comparison, AndWhereNeighboursResembleEachOther) {
    const Made a{.dependence = 0.8}, b{.meanMs = 25, .dependence = 0.8};
    for (const auto m : {Metric::p50Ms, Metric::p95Ms}) {
        const double part = coverage(a, b, false, m, 1.25);
        EXPECT_GE(part, kLow) << titleOf(m);
        EXPECT_LE(part, kHigh) << titleOf(m);
    }
}

TEST(Comparison, AndOfFailures) {
    const Made a{.failing = 0.02}, b{.failing = 0.03};
    const double part = coverage(a, b, false, Metric::failedRatio, 1.5);
    EXPECT_GE(part, kLow);
    EXPECT_LE(part, kHigh);
}

TEST(Comparison, FailuresInBOnlyAreClearWithoutARatioAndOneIsChance) {
    const auto a = made({}, 1, "a");
    const auto many = compare(a, made({.failing = 0.05}, 1, "b"), false).of(Metric::failedRatio);
    EXPECT_TRUE(many.isClear);
    EXPECT_FALSE(many.ratio);
    EXPECT_EQ(many.words, "none in A");
    const auto none = compare(made({.failing = 0.05}, 1, "b"), a, false).of(Metric::failedRatio);
    EXPECT_EQ(none.words, "none in B");
    auto b = made({}, 1, "b");
    auto& e = b[50].endpoints["orders.get"];
    --e.users.of(Outcome::ok);
    ++e.users.of(Outcome::timeout);
    EXPECT_FALSE(compare(a, b, false).of(Metric::failedRatio).isClear);
    const auto turned = compare(b, a, false).of(Metric::failedRatio);
    EXPECT_FALSE(turned.isClear) << "one failure fewer is chance as well";
    ASSERT_TRUE(turned.ratio);
    EXPECT_TRUE(std::isinf(turned.ratio->high));
}

TEST(Comparison, TooFewRequestsForAPercentileGiveTheFigureAndNoInterval) {
    const auto a = made({.requests = 1}, 1, "a"), b = made({.requests = 1}, 1, "b");
    const auto c = compare(a, b, false);
    EXPECT_TRUE(c.of(Metric::p99Ms).a);
    EXPECT_FALSE(c.of(Metric::p99Ms).ratio);
    EXPECT_FALSE(c.of(Metric::p99Ms).isClear);
    EXPECT_EQ(c.of(Metric::p99Ms).words, "too little to tell");
    EXPECT_TRUE(c.of(Metric::p50Ms).ratio);
    EXPECT_EQ(compare({}, {}, false).of(Metric::p50Ms).words, "no figure");
}

TEST(Spread, HalfWidthsCoverTheTruthAsOftenAsTheySay) {
    const Made m{.dependence = 0.5};
    // The level of a slot spreads the exponential a little: the truth is asked of a long run.
    std::vector<Sample> all;
    for (std::uint64_t seed = 1000; seed < 1100; ++seed)
        for (auto& s : made(m, seed, "a")) all.push_back(std::move(s));
    for (const auto metric : {Metric::p50Ms, Metric::p99Ms}) {
        const double truth = spreadOf(all, metric)->value;
        int covered = 0;
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            const auto s = spreadOf(made(m, seed, "a"), metric);
            ASSERT_TRUE(s);
            covered += std::abs(s->value - truth) <= s->halfWidth(0.9);
        }
        EXPECT_GE(covered, 170) << titleOf(metric);
        EXPECT_LE(covered, 192) << titleOf(metric);
    }
}

TEST(OrderStatistics, RanksAreThoseOfTheBinomialDistribution) {
    measure::Histogram h;
    for (int i = 1; i <= 1000; ++i) h.recordMs(i);
    // Of 1000 values B(1000, 0.99): P(K ≤ 984) = 0.0479, P(K ≤ 994) = 0.9713, P(K ≤ 983) = 0.0255.
    const auto p99 = orderStatistics(h, 0.99, 0.95);
    ASSERT_TRUE(p99);
    EXPECT_NEAR(p99->low, 983, 983 / 64.0);
    EXPECT_NEAR(p99->high, 996, 996 / 64.0);
    EXPECT_FALSE(orderStatistics(measure::Histogram(), 0.5, 0.9));
    measure::Histogram few;
    for (int i = 1; i <= 100; ++i) few.recordMs(i);
    EXPECT_FALSE(orderStatistics(few, 0.99, 0.95)) << "no upper end among a hundred";
    const auto median = orderStatistics(few, 0.5, 0.9);
    ASSERT_TRUE(median);
    // B(100, 0.5): P(K ≤ 41) = 0.0443, P(K ≤ 42) = 0.0666; P(K ≤ 57) = 0.9334, P(K ≤ 58) = 0.9557.
    EXPECT_NEAR(median->low, 42, 0.7);
    EXPECT_NEAR(median->high, 59, 0.7);
}

}  // namespace
}  // namespace tenfold::study

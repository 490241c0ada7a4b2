// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

using tenfold::measure::Histogram;

TEST(Histogram, KeepsEveryValueWithinOnePercentFromOneMicrosecondToAMinute) {
    for (double ms = 0.064; ms < 60'000; ms *= 1.037) {
        Histogram h;
        h.recordMs(ms);
        h.recordMs(120'000);  // so that the largest value does not clamp the answer
        EXPECT_NEAR(*h.percentileMs(0.5), ms, ms * 0.01) << ms;
    }
    for (int us = 1; us < 64; ++us) {
        Histogram h;
        h.recordMs(us / 1000.0 + 1e-7);
        h.recordMs(120'000);
        EXPECT_NEAR(*h.percentileMs(0.5) * 1000.0, us, 0.51) << us;
    }
}

TEST(Histogram, PercentilesAreNearestRankOfTheSortedValues) {
    Histogram h;
    std::vector<double> values;
    for (int i = 1; i <= 1000; ++i) {
        values.push_back(i * 0.731);
        h.recordMs(values.back());
    }
    for (double p : {0.01, 0.5, 0.95, 0.99, 0.999}) {
        const double exact = values[static_cast<std::size_t>(std::ceil(p * 1000)) - 1];
        EXPECT_NEAR(*h.percentileMs(p), exact, exact * 0.01) << p;
    }
    EXPECT_FALSE(Histogram{}.percentileMs(0.5).has_value());
}

TEST(Histogram, MergingIsTheSameAsRecordingIntoOne) {
    Histogram a, b, both;
    for (int i = 0; i < 500; ++i) {
        a.recordMs(i * 0.1);
        b.recordMs(i * 3.0);
        both.recordMs(i * 0.1);
        both.recordMs(i * 3.0);
    }
    a.merge(b);
    EXPECT_EQ(a, both);
    EXPECT_DOUBLE_EQ(a.sumMs(), both.sumMs());
}

TEST(Histogram, ManyDifferentValuesAreAsGoodAsFew) {
    Histogram few, many;
    for (int i = 0; i < 100; ++i) few.recordMs(1.0 + i * 0.001);
    for (int i = 0; i < 1000; ++i) many.recordMs(0.1 * std::pow(1.01, i));
    const auto before = many.count();
    many.merge(few);
    EXPECT_EQ(many.count(), before + 100);
    EXPECT_NEAR(*many.percentileMs(0.999), 0.1 * std::pow(1.01, 998),
                0.1 * std::pow(1.01, 998) * 0.02);
    few.merge(many);
    EXPECT_EQ(few.count(), before + 200);
    EXPECT_EQ(Histogram::fromJson(few.toJson()), few);
}

TEST(Histogram, CountsWhatLiesAboveALimit) {
    Histogram h;
    for (int i = 1; i <= 100; ++i) h.recordMs(i * 10.0);
    EXPECT_EQ(h.countAboveMs(300.0), 70u);
    EXPECT_EQ(h.countAboveMs(5000.0), 0u);
}

TEST(Histogram, SurvivesJsonAndRefusesAForeignBucket) {
    Histogram h;
    for (int i = 0; i < 50; ++i) h.recordMs(std::pow(1.3, i) * 0.01);
    const auto back = Histogram::fromJson(nlohmann::json::parse(h.toJson().dump()));
    EXPECT_EQ(h, back);
    EXPECT_DOUBLE_EQ(h.sumMs(), back.sumMs());
    EXPECT_THROW(Histogram::fromJson({{"n", {{99'999, 1}}}, {"sum_ms", 0}, {"max_ms", 0}}),
                 std::invalid_argument);
    // A count that does not fit must not come back as another one.
    EXPECT_THROW(Histogram::fromJson({{"n", {{1, 1ULL << 32}}}, {"sum_ms", 0}, {"max_ms", 0}}),
                 std::invalid_argument);
}

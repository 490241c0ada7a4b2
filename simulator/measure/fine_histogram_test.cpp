// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/fine_histogram.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulator/random/stream.h"

using tenfold::measure::FineHistogram;

TEST(FineHistogram, AnyValueIsFoundWithinATenthOfAPercent) {
    for (std::int64_t v = 1; v < 4'000'000'000'000'000'000 / 3; v = v * 3 / 2 + 1) {
        FineHistogram h;
        h.record(v);
        EXPECT_NEAR(h.quantile(0.5), static_cast<double>(v) + 0.5,
                    0.0005 * static_cast<double>(v) + 0.5)
            << v;
    }
}

TEST(FineHistogram, QuantilesOfAnExponentialAreExactToSampling) {
    tenfold::random::Stream s(1, "fine");
    FineHistogram a, b;
    constexpr int kN = 1'000'000;
    for (int i = 0; i < kN; ++i)
        (i % 2 ? a : b).record(static_cast<std::int64_t>(s.exponential(1e7)));
    a.add(b);
    EXPECT_EQ(a.count(), static_cast<std::uint64_t>(kN));
    for (const double p : {0.5, 0.95, 0.99}) {
        const double truth = -1e7 * std::log1p(-p);
        // Standard error of a quantile: sqrt(p (1 − p) / n) over the density there.
        const double error = std::sqrt(p * (1 - p) / kN) / ((1 - p) / 1e7);
        EXPECT_NEAR(a.quantile(p), truth, 4 * error) << p;
        EXPECT_NEAR(a.countBelow(a.quantile(p)), p * kN, 1) << p;
    }
}

TEST(FineHistogram, EmptyAndNegativeValuesAreHarmless) {
    FineHistogram h;
    EXPECT_EQ(h.quantile(0.5), 0);
    EXPECT_EQ(h.countBelow(5), 0);
    h.record(-3);
    EXPECT_EQ(h.count(), 1u);
    EXPECT_EQ(h.countBelow(1), 1);
}

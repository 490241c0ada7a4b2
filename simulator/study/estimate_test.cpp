// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/estimate.h"

#include <gtest/gtest.h>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

TEST(Estimate, SaysTheSameTwice) {
    const auto s = shippedScenario("sound", 100'000);
    const auto a = estimate(s, shippedInputs());
    const auto b = estimate(s, shippedInputs());
    for (int m = 0; m < kMetrics; ++m) {
        EXPECT_EQ(a.of(static_cast<Metric>(m)).value, b.of(static_cast<Metric>(m)).value);
        EXPECT_EQ(a.of(static_cast<Metric>(m)).low, b.of(static_cast<Metric>(m)).low);
    }
    EXPECT_EQ(a.verdict.holds, judge::Holds::yes);
}

// The interval is for a measurement that nobody has made yet. Other seeds stand in for it here, so
// the model is right by construction and only chance is left.
TEST(Estimate, ItsIntervalContainsNineOfTenMeasurements) {
    EstimateOptions options;
    options.startsWarm = false;
    options.windowS = 20;
    options.modelError = {};
    int inside = 0;
    int asked = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto s = shippedScenario("sound", 100'000,
                                 {"in_process_cache=off", "shared_cache=off", "read_replicas=0"});
        s.seed = seed;
        const auto e = estimate(s, shippedInputs(), options);
        s.seed = seed + 1000;
        s.durationS = 22;
        const auto run = engine::simulate(s, shippedInputs());
        const auto window = run.timeline.window(8, 87);
        for (const auto metric :
             {Metric::p50Ms, Metric::answeredPerS, Metric::statementsPerRequest}) {
            ++asked;
            if (e.of(metric).contains(*valueOf(window, metric))) ++inside;
        }
    }
    const double share = static_cast<double>(inside) / asked;
    // 180 of them: three standard deviations of a share of 0.9 are 0.07.
    EXPECT_GT(share, 0.83);
    EXPECT_LT(share, 0.99);
}

TEST(Estimate, ABusierDesignIsSlowerAndTheVerdictFollows) {
    const auto sound = estimate(shippedScenario("sound", 10'000), shippedInputs());
    const auto first = estimate(shippedScenario("first-minute", 10'000), shippedInputs());
    EXPECT_LT(sound.of(Metric::p99Ms).high, first.of(Metric::p99Ms).low);
    EXPECT_EQ(sound.verdict.holds, judge::Holds::yes);
    EXPECT_EQ(first.verdict.holds, judge::Holds::no);
}

TEST(Estimate, NativeHardwareIsRefused) {
    auto s = shippedScenario("sound", 10'000);
    s.hardware = "native";
    EXPECT_THROW(estimate(s, shippedInputs()), std::runtime_error);
}

}  // namespace
}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
// The shared cache against its closed form: a key that is asked for λ times a second and kept for T
// seconds is found with probability λT ∕ (1 + λT), when requests come independently.
#include <gtest/gtest.h>

#include <cmath>

#include "simulator/load/endpoints.h"
#include "tests/support/simulated_system.h"

using namespace tenfold;  // NOLINT: a test

namespace {

struct Traffic {
    double zipf;
    double rateHz;
    double ttlS;
    double published;  // of the oracle table for 5,000 products
};

double hitRatioOf(const Traffic& t) {
    constexpr int kProducts = 5'000;
    double norm = 0;
    for (int k = 1; k <= kProducts; ++k) norm += std::pow(k, -t.zipf);
    double hits = 0;
    for (int k = 1; k <= kProducts; ++k) {
        const double p = std::pow(k, -t.zipf) / norm;
        const double lambdaT = t.rateHz * p * t.ttlS;
        hits += p * lambdaT / (1 + lambdaT);
    }
    return hits;
}

scenario::Scenario scenarioFor(const Traffic& t) {
    scenario::Scenario s;
    s.design = scenario::Design::sound(mechanisms::catalogue());
    scenario::Problems problems;
    for (const std::string& set :
         {std::string("in_process_cache=off"), std::string("shared_cache=ttl"),
          "shared_cache.ttl_s=" + std::to_string(static_cast<int>(t.ttlS))})
        s.design.set(set, mechanisms::catalogue(), problems);
    EXPECT_TRUE(problems.empty()) << problems.joined();
    for (const auto& e : load::endpoints()) s.workload.mix[std::string(e.id)] = 0;
    s.workload.mix["products.get"] = 1;
    s.workload.zipfExponent = t.zipf;
    s.workload.peakFactor = 1;
    s.workload.dailyActiveUsers = t.rateHz * 86'400 / s.workload.requestsPerUserPerDay;
    s.hardware = "1M";
    return s;
}

class CacheFormula : public ::testing::TestWithParam<Traffic> {};

TEST_P(CacheFormula, HitRatioIsWithinTwoPoints) {
    const Traffic t = GetParam();
    const double expected = hitRatioOf(t);
    EXPECT_NEAR(expected, t.published, 0.002);

    test::SimulatedSystem system(scenarioFor(t));
    system.runFor(t.ttlS);  // filled
    const auto from = system.timeline().lastSlot() + 1;
    system.runFor(std::max(t.ttlS, 10'000 / t.rateHz));
    const auto s = system.timeline().window(from, system.timeline().lastSlot()).total().server;
    const auto asked = static_cast<double>(s.cacheHits + s.cacheMisses);
    ASSERT_GT(asked, 9'000);
    EXPECT_NEAR(static_cast<double>(s.cacheHits) / asked, expected, 0.02);
}

INSTANTIATE_TEST_SUITE_P(Oracle, CacheFormula,
                         ::testing::Values(Traffic{0.8, 50, 30, 0.465}, Traffic{0.8, 50, 60, 0.569},
                                           Traffic{0.8, 500, 60, 0.877},
                                           Traffic{1.0, 50, 30, 0.622}, Traffic{1.0, 50, 60, 0.694},
                                           Traffic{1.0, 500, 30, 0.847},
                                           Traffic{1.0, 50, 300, 0.847}));

}  // namespace

// SPDX-License-Identifier: GPL-3.0-or-later
// What is done against stampedes, by counts: nine popular lists that all instances are asked for
// many times while one of them is computed.
#include <gtest/gtest.h>

#include "simulator/load/endpoints.h"
#include "tests/support/simulated_system.h"

using namespace tenfold;  // NOLINT: a test

namespace {

constexpr double kSeconds = 60;
constexpr double kTtlS = 10;

measure::ServerCounts with(const std::string& stampede) {
    scenario::Scenario s;
    s.design = scenario::Design::sound(mechanisms::catalogue());
    scenario::Problems problems;
    for (const std::string& set :
         {std::string("in_process_cache=off"), std::string("rate_limiting=off"),
          std::string("indexes=off"), std::string("shared_cache=ttl"),
          std::string("shared_cache.ttl_s=10"), "shared_cache.stampede=" + stampede})
        s.design.set(set, mechanisms::catalogue(), problems);
    EXPECT_TRUE(problems.empty()) << problems.joined();
    for (const auto& e : load::endpoints()) s.workload.mix[std::string(e.id)] = 0;
    s.workload.mix["products.list"] = 1;
    s.workload.peakFactor = 1;
    s.workload.dailyActiveUsers = 1000 * 86'400 / s.workload.requestsPerUserPerDay;
    s.hardware = "1M";
    test::SimulatedSystem system(s);
    system.runFor(kSeconds);
    return system.timeline().window(0, system.timeline().lastSlot()).total().server;
}

TEST(Stampede, SingleFlightRecomputesOnceAnExpiryAndNothingDoesNot) {
    const auto none = with("none");
    const auto single = with("single_flight");
    // Each list is computed at most once in a time to live, and pages behind the first are rare.
    EXPECT_EQ(single.overlappingRecomputes, 0u);
    EXPECT_EQ(single.earlyRecomputes, 0u);
    EXPECT_EQ(single.statements, single.recomputes);
    EXPECT_GT(none.overlappingRecomputes, 20u);
    EXPECT_GT(none.recomputes, single.recomputes + none.overlappingRecomputes / 2);
    EXPECT_EQ(none.recomputes, none.cacheMisses);
}

TEST(Stampede, EarlyByChanceOneComesBeforeTheOthersHaveTo) {
    const auto none = with("none");
    const auto early = with("xfetch");
    // Most answers have been computed before their time was up, and nobody knew of each other: some
    // are computed by two or three, not by all who come meanwhile.
    EXPECT_GT(early.earlyRecomputes, static_cast<std::uint64_t>(kSeconds / kTtlS));
    EXPECT_LT(static_cast<double>(early.recomputes), 0.8 * static_cast<double>(none.recomputes));
    EXPECT_LT(early.overlappingRecomputes, none.overlappingRecomputes);
    EXPECT_EQ(early.recomputes, early.cacheMisses) << "an early one is counted as a miss";
    EXPECT_EQ(none.earlyRecomputes, 0u);
    for (const auto& [name, c] : {std::pair{"none", none}, {"xfetch", early}}) {
        RecordProperty(std::string(name) + "_recomputes", static_cast<int>(c.recomputes));
        RecordProperty(std::string(name) + "_overlapping",
                       static_cast<int>(c.overlappingRecomputes));
        RecordProperty(std::string(name) + "_early", static_cast<int>(c.earlyRecomputes));
    }
}

TEST(Stampede, JitterDoesNotHelpOnePopularAnswer) {
    const auto none = with("none");
    const auto jitter = with("jitter");
    EXPECT_GT(jitter.overlappingRecomputes, none.overlappingRecomputes / 2);
    EXPECT_EQ(jitter.earlyRecomputes, 0u);
}

}  // namespace

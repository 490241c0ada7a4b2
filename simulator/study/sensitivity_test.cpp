// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/sensitivity.h"

#include <gtest/gtest.h>

#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

using judge::Holds;

TEST(Sensitivity, OfADesignWithRoomIsNone) {
    const auto s = sensitivityOf(shippedScenario("sound", 10'000), shippedInputs());
    EXPECT_EQ(s.now, Holds::yes);
    ASSERT_EQ(s.costs.size(), kCosts.size());
    EXPECT_TRUE(s.survives());
    EXPECT_EQ(s.words(), "The verdict holds with every cost ± 50 %.");
}

// Two instances of one core can do the work of some 171,000 users (see the knee): 120,000
// leave room, with one and a half times the work for each they do not.
TEST(Sensitivity, NamesTheCostThatTurnsTheVerdict) {
    auto scenario = shippedScenario("sound", 120'000);
    scenario.hardware = "10k";
    const auto s = sensitivityOf(scenario, shippedInputs());
    ASSERT_EQ(s.now, Holds::yes);
    EXPECT_FALSE(s.survives());
    for (const auto& c : s.costs) {
        EXPECT_EQ(c.survives, c.cost != Cost::apiCpu) << titleOf(c.cost);
        if (c.cost == Cost::apiCpu) {
            EXPECT_EQ(c.sentence, "fails with the API's work for a request × 1.5");
        }
    }
    EXPECT_NE(s.words().find("the API's work"), std::string::npos);
}

TEST(Sensitivity, ACostIsWhatItsFactorSays) {
    const auto scenario = shippedScenario("sound", 10'000);
    const auto now = estimate(scenario, shippedInputs());
    const auto more = estimate(scenario, withCost(shippedInputs(), Cost::apiCpu, 1.5));
    // Half as much again of the API's 5 ms for a request.
    EXPECT_NEAR(more.of(Metric::p50Ms).value - now.of(Metric::p50Ms).value, 2.5, 0.4);
    EXPECT_EQ(more.of(Metric::statementsPerRequest).value,
              now.of(Metric::statementsPerRequest).value);
}

TEST(Sensitivity, StopsWhenAskedTo) {
    std::atomic<bool> isCancelled{true};
    const auto s =
        sensitivityOf(shippedScenario("sound", 10'000), shippedInputs(), {}, &isCancelled);
    EXPECT_TRUE(s.costs.empty());
}

}  // namespace
}  // namespace tenfold::study

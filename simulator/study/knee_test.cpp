// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/knee.h"

#include <gtest/gtest.h>

#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

// Two instances of one core and some 5.06 ms a request carry 395 requests a second, which are
// 171,000 users at the peak. Queues are long before that, not at a tenth of it.
TEST(Knee, OfASoundDesignIsBelowWhatItsCoresCanDo) {
    const auto knee = findKnee(shippedScenario("sound", 10'000), shippedInputs());
    EXPECT_GT(knee.holdsTo, 110'000);
    EXPECT_LT(knee.holdsTo, 171'000);
    EXPECT_GT(knee.failsFrom, knee.holdsTo);
    EXPECT_LE(knee.failsFrom, knee.holdsTo * 1.1001);
    ASSERT_TRUE(knee.firstToBreak);
    EXPECT_EQ(knee.firstToBreak->substr(0, 4), "api-");
    EXPECT_NE(knee.words().find("holds to"), std::string::npos);
}

TEST(Knee, IsTheSameFromAbove) {
    auto s = shippedScenario("sound", 1'000'000);
    s.hardware = "10k";
    const auto knee = findKnee(s, shippedInputs());
    EXPECT_EQ(knee.trials.front().holds, judge::Holds::no);
    EXPECT_GT(knee.holdsTo, 110'000);
    EXPECT_LT(knee.holdsTo, 171'000);
}

// One list alone takes longer than the objective: no number of users is small enough.
TEST(Knee, ADesignThatNeverHoldsIsToldSo) {
    const auto knee = findKnee(shippedScenario("first-minute", 1'000), shippedInputs());
    EXPECT_EQ(knee.holdsTo, 0);
    EXPECT_EQ(knee.failsFrom, 100);
    EXPECT_EQ(knee.words(), "fails at 100 users already");
}

TEST(Knee, StopsWhenAskedTo) {
    std::atomic<bool> isCancelled{true};
    const auto knee = findKnee(shippedScenario("sound", 10'000), shippedInputs(), {}, &isCancelled);
    EXPECT_EQ(knee.trials.size(), 1u);
}

}  // namespace
}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/judge/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tenfold;  // NOLINT: a test
using judge::Holds;
using measure::Outcome;

namespace {
measure::Sample windowOf(std::uint64_t fast, std::uint64_t slow, std::uint64_t failed = 0,
                         const std::string& endpoint = "products.get") {
    measure::Sample s;
    auto& users = s.endpoints[endpoint].users;
    users.offered = fast + slow + failed;
    users.of(Outcome::ok) = fast + slow;
    users.of(Outcome::serverError) = failed;
    users.response.recordMs(20, fast);
    users.response.recordMs(900, slow);
    return s;
}

Holds holds(const measure::Sample& s) {
    return judge::judge(s, {}, "10k", std::nullopt).holds;
}
}  // namespace

TEST(BinomialLowerBound, AgreesWithPublishedClopperPearsonValues) {
    // One-sided 95 % lower bounds (Clopper & Pearson): 1 of 10 → 0.00512, 5 of 50 → 0.0402,
    // 10 of 100 → 0.0553; all of n → alpha^(1/n).
    EXPECT_NEAR(judge::binomialLowerBound(1, 10), 0.00512, 1e-5);
    EXPECT_NEAR(judge::binomialLowerBound(5, 50), 0.0402, 1e-4);
    EXPECT_NEAR(judge::binomialLowerBound(10, 100), 0.0553, 1e-4);
    EXPECT_NEAR(judge::binomialLowerBound(10, 10), 0.7411, 1e-3);
    EXPECT_EQ(judge::binomialLowerBound(0, 1000), 0);
}

TEST(Verdict, FailsAsSoonAsMoreThanOnePercentAreSurelySlow) {
    EXPECT_EQ(holds(windowOf(10, 3)), Holds::no) << "three of thirteen cannot be one percent";
    EXPECT_EQ(holds(windowOf(99, 1)), Holds::notYetKnown);
    EXPECT_EQ(holds(windowOf(990, 10)), Holds::yes);
    EXPECT_EQ(holds(windowOf(950, 50)), Holds::no);
}

TEST(Verdict, DoesNotHoldWithoutTheSamplesForAP99) {
    EXPECT_EQ(holds(windowOf(200, 0)), Holds::notYetKnown);
    EXPECT_EQ(holds(windowOf(298, 0)), Holds::notYetKnown);
    EXPECT_EQ(holds(windowOf(299, 0)), Holds::yes);
}

TEST(Verdict, ARareEndpointCanFailButNeedNotProveItself) {
    auto s = windowOf(2000, 0);
    const auto rare = windowOf(20, 0, 0, "reviews.create");
    s.mergePart(rare);
    EXPECT_EQ(holds(s), Holds::yes);
    s.mergePart(windowOf(0, 4, 0, "orders.list"));
    const auto v = judge::judge(s, {}, "10k", "primary.cpu");
    EXPECT_EQ(v.holds, Holds::no);
    EXPECT_THAT(v.sentence, testing::HasSubstr("orders.list: 4 of 4 took longer than 300 ms"));
    EXPECT_THAT(v.sentence, testing::HasSubstr("First to break: primary CPU"));
}

TEST(Verdict, FailuresCountButAnAbusersRefusalsDoNot) {
    EXPECT_EQ(holds(windowOf(9990, 0, 50)), Holds::no);
    auto s = windowOf(1000, 0);
    s.endpoints["products.get"].abuser.of(Outcome::rateLimited) = 5000;
    EXPECT_EQ(holds(s), Holds::yes);
}

TEST(Verdict, IsWithheldWhenTheMeasurementCannotBeTrusted) {
    auto s = windowOf(1000, 500);
    s.hostCpu = 0.99;
    EXPECT_EQ(holds(s), Holds::no) << "a busy host whose deadlines hold is no reason for doubt";
    s.nodes["primary"].overrun.recordMs(2, 100);
    const auto v = judge::judge(s, {}, "1M", std::nullopt);
    EXPECT_EQ(v.holds, Holds::withheld);
    EXPECT_THAT(v.withheld, testing::HasSubstr("host-limited"));
    auto late = windowOf(1000, 0);
    late.generatorLag.recordMs(50, 100);
    EXPECT_EQ(holds(late), Holds::withheld);
    auto unsent = windowOf(998, 0);
    unsent.endpoints["products.get"].users.offered += 2;
    unsent.endpoints["products.get"].users.of(Outcome::notSent) = 2;
    EXPECT_EQ(holds(unsent), Holds::withheld) << "two of a thousand were not sent";
    auto overrun = windowOf(1000, 0);
    overrun.nodes["api-1"].overrun.recordMs(6, 100);
    EXPECT_EQ(holds(overrun), Holds::withheld);
    auto halved = windowOf(1000, 0);
    halved.nodes["generator"].role = "generator";
    EXPECT_EQ(holds(halved), Holds::yes);
    halved.nodes["generator"].alive = false;
    EXPECT_EQ(judge::judge(halved, {}, "10k", std::nullopt).withheld, "the load generator died");
}

TEST(Verdict, AnEndpointWithEnoughSamplesMustMeetTheObjectiveAndFailuresHaveTheirOwnBound) {
    auto s = windowOf(5000, 0);
    // 4 of 300 are over: too few to be sure that it is more than 1 %, too many to hold.
    s.mergePart(windowOf(296, 4, 0, "orders.list"));
    EXPECT_EQ(holds(s), Holds::notYetKnown);
    EXPECT_EQ(holds(windowOf(999, 0, 1)), Holds::yes) << "one of a thousand may fail";
    EXPECT_EQ(holds(windowOf(498, 0, 2)), Holds::notYetKnown);
    EXPECT_EQ(holds(windowOf(497, 0, 4)), Holds::no);
}

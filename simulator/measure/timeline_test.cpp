// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/timeline.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using namespace tenfold::measure;  // NOLINT: a test

namespace {
Sample slotWith(std::int64_t slot, std::uint64_t requests) {
    Sample s;
    s.slot = slot;
    s.endpoints["products.get"].users.response.recordMs(10, requests);
    return s;
}
}  // namespace

TEST(Timeline, TheSteadyWindowIsTenSecondsWhenRequestsAreMany) {
    Timeline t;
    for (int i = 0; i < 200; ++i) t.add(slotWith(i, 100));
    EXPECT_EQ(t.steadyWindow().slots, 40);
}

TEST(Timeline, TheSteadyWindowGrowsUntilItHoldsThreeHundredRequests) {
    Timeline t;
    for (int i = 0; i < 400; ++i) t.add(slotWith(i, 2));
    const Sample w = t.steadyWindow();
    EXPECT_GE(w.total().users.response.count(), 300u);
    EXPECT_LE(w.total().users.response.count(), 304u);
}

TEST(Timeline, TheSteadyWindowNeverReachesBackAcrossAChange) {
    Timeline t;
    for (int i = 0; i < 100; ++i) t.add(slotWith(i, 2));
    t.add(Event{EventKind::switched, 90 * 250.0 + 10, 2, 1, "indexes off → on", ""});
    EXPECT_EQ(t.slotAfterLastChange(), 91);
    EXPECT_EQ(t.steadyWindow().slots, 9);
    // A note changes nothing.
    t.add(Event{EventKind::note, 99 * 250.0, 0, 0, "note", ""});
    EXPECT_EQ(t.steadyWindow().slots, 9);
}

TEST(Timeline, RefusesSlotsThatDoNotRiseAndKeepsGaps) {
    Timeline t;
    t.add(slotWith(1, 1));
    t.add(slotWith(5, 1));
    EXPECT_THROW(t.add(slotWith(5, 1)), std::invalid_argument);
    EXPECT_EQ(t.window(0, 10).slots, 2);
    EXPECT_EQ(t.window(2, 4).slots, 0);
}

TEST(Timeline, SurvivesJson) {
    Timeline t;
    t.add(slotWith(3, 4));
    t.add(Event{EventKind::fault, 12.5, 4, 2, "kill an instance", "api-2"});
    EXPECT_EQ(t.toJson(), Timeline::fromJson(t.toJson()).toJson());
}

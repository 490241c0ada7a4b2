// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/slot_merger.h"

#include <gtest/gtest.h>

#include <vector>

using tenfold::measure::Sample;
using tenfold::measure::SlotClock;
using tenfold::supervisor::SlotMerger;

namespace {
constexpr std::int64_t kMs = 1'000'000;

Sample part(std::int64_t slot, const std::string& node) {
    Sample s;
    s.slot = slot;
    s.nodes[node].role = "instance";
    return s;
}

struct MergerFixture {
    std::vector<Sample> emitted;
    SlotMerger merger{SlotClock{0}, [this](Sample s) { emitted.push_back(std::move(s)); }};
    MergerFixture() {
        merger.expect("a", -1);
        merger.expect("b", -1);
    }
};
}  // namespace

TEST(SlotMerger, EmitsASlotAsSoonAsAllHaveReported) {
    MergerFixture f;
    f.merger.add("a", part(0, "a"));
    f.merger.advance(260 * kMs);
    EXPECT_TRUE(f.emitted.empty());
    f.merger.add("b", part(0, "b"));
    f.merger.advance(261 * kMs);
    ASSERT_EQ(f.emitted.size(), 1u);
    EXPECT_TRUE(f.emitted[0].missing.empty());
    EXPECT_EQ(f.emitted[0].nodes.size(), 2u);
}

TEST(SlotMerger, AfterHalfASecondTheMissingAreNamed) {
    MergerFixture f;
    f.merger.add("a", part(0, "a"));
    f.merger.advance(749 * kMs);
    EXPECT_TRUE(f.emitted.empty());
    f.merger.advance(750 * kMs);
    ASSERT_EQ(f.emitted.size(), 1u);
    EXPECT_EQ(f.emitted[0].missing, std::set<std::string>{"b"});
    // What comes too late is dropped and counted, not booked into a later slot.
    f.merger.add("b", part(0, "b"));
    EXPECT_EQ(f.merger.lateParts(), 1u);
}

TEST(SlotMerger, SlotsComeInOrderAndANewNodeIsExpectedFromTheNextSlotOn) {
    MergerFixture f;
    f.merger.expect("c", 100 * kMs);
    for (std::int64_t slot : {1, 0}) {
        f.merger.add("b", part(slot, "b"));
        f.merger.add("a", part(slot, "a"));
    }
    f.merger.advance(510 * kMs);
    EXPECT_EQ(f.emitted.size(), 1u) << "slot 1 waits for c, slot 0 does not";
    f.merger.forget("c", 200 * kMs);
    f.merger.advance(511 * kMs);
    ASSERT_EQ(f.emitted.size(), 2u);
    EXPECT_EQ(f.emitted[0].slot, 0);
    EXPECT_EQ(f.emitted[1].slot, 1);
}

TEST(SlotMerger, WhatADeadNodeDidInItsLastSlotIsMissingAndNothingWaitsForIt) {
    MergerFixture f;
    for (std::int64_t slot : {0, 1, 2}) f.merger.add("a", part(slot, "a"));
    f.merger.add("b", part(0, "b"));
    f.merger.forget("b", 400 * kMs);  // it died in slot 1
    f.merger.advance(760 * kMs);
    ASSERT_EQ(f.emitted.size(), 3u);
    EXPECT_TRUE(f.emitted[0].missing.empty());
    EXPECT_EQ(f.emitted[1].missing, std::set<std::string>{"b"});
    EXPECT_TRUE(f.emitted[2].missing.empty()) << "nobody expects it in later slots";
}

TEST(SlotMerger, ANodeThatEndsAndReportsItsLastSlotIsNotMissing) {
    MergerFixture f;
    f.merger.forget("b", 100 * kMs);
    f.merger.add("b", part(0, "b"));
    f.merger.add("a", part(0, "a"));
    f.merger.advance(260 * kMs);
    ASSERT_EQ(f.emitted.size(), 1u);
    EXPECT_TRUE(f.emitted[0].missing.empty());
    EXPECT_TRUE(f.emitted[0].nodes.contains("b"));
}

TEST(SlotMerger, SamplesCarryTheVersionOfTheirSlotHoweverLateTheyAreMerged) {
    MergerFixture f;
    f.merger.publish(1, 0);
    f.merger.publish(2, 300 * kMs);  // in slot 1
    f.merger.publish(3, 800 * kMs);  // in slot 3
    f.merger.advance(1600 * kMs);
    ASSERT_EQ(f.emitted.size(), 4u);
    const std::vector<std::uint64_t> expected{1, 2, 2, 3};
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(f.emitted[i].version, expected[i]);
}

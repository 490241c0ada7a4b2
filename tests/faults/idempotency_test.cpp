// SPDX-License-Identifier: GPL-3.0-or-later
// Answers are lost after the commit, and clients order again: what is in the database against what
// they meant.
#include "tests/faults/idempotency.h"

#include <gtest/gtest.h>

using namespace tenfold;  // NOLINT: a test
using measure::EventKind;
using measure::Outcome;
using test::LiveSystem;

TEST(Idempotency, WithoutKeysALostAnswerIsASecondOrderAndEachIsCounted) {
    LiveSystem live(test::orderingAgain({"idempotency=off"}));
    ASSERT_TRUE(live.isUp());
    const auto seen = test::orderWhileAnswersAreLost(live);
    EXPECT_GT(seen.duplicates, 5u);
    EXPECT_EQ(seen.replays, 0u);
    EXPECT_EQ(seen.inDatabase, seen.meant + seen.duplicates);
}

TEST(Idempotency, WithKeysEachIsThereExactlyOnce) {
    LiveSystem live(test::orderingAgain({"idempotency=keys"}));
    ASSERT_TRUE(live.isUp());
    const auto seen = test::orderWhileAnswersAreLost(live);
    EXPECT_EQ(seen.duplicates, 0u);
    EXPECT_GT(seen.replays, 5u);
    EXPECT_EQ(seen.inDatabase, seen.meant) << "none twice, and none lost";
}

TEST(Idempotency, WithCallsInTheRequestTooAndEachEmailIsSentOnce) {
    LiveSystem live(test::orderingAgain({"idempotency=keys", "side_effects=inline"}));
    ASSERT_TRUE(live.isUp());
    const auto seen = test::orderWhileAnswersAreLost(live);
    EXPECT_EQ(seen.duplicates, 0u);
    EXPECT_EQ(seen.inDatabase, seen.meant);
    EXPECT_GT(seen.replays, 5u);
}

TEST(Idempotency, AKilledInstanceMakesNoSecondOrder) {
    auto s = test::orderingAgain({"idempotency=keys"});
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    // Until a request was under way in the one that was killed, at least twice.
    const auto retries = [&] {
        return live.timeline().window(0, live.timeline().lastSlot()).total().users.retries;
    };
    for (int round = 0; round < 2 || (round < 15 && retries() == 0); ++round) {
        live.apply(engine::FaultStart{"kill_instance", 1});
        live.runFor(2);
    }
    const auto seen = test::endAndCount(live);
    EXPECT_GT(seen.retries, 0u);
    EXPECT_EQ(seen.duplicates, 0u);
    EXPECT_EQ(seen.inDatabase, seen.meant);
}

TEST(Idempotency, RepliesAreDroppedUntilTheFaultEndsAndItLeavesItsFlags) {
    auto s = test::orderingAgain({});
    s.workload.clientRetries = 0;
    s.workload.droppedReplyPart = 1;
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    live.apply(engine::FaultStart{"drop_replies", 2});
    live.waitForFlags(2);
    const auto end = live.timeline().slotAfterLastChange();
    live.runFor(3);
    live.stop();
    int begun = 0, ended = 0;
    for (const auto& e : live.timeline().events()) {
        begun += e.kind == EventKind::fault;
        ended += e.kind == EventKind::faultEnded;
    }
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(ended, 1);
    const auto all = live.timeline().window(0, live.timeline().lastSlot());
    EXPECT_GT(all.total().users.of(Outcome::refused), 20u);
    EXPECT_EQ(all.total().users.of(Outcome::refused),
              all.nodes.at("gateway").rejected.at("reply_lost"));
    const auto after = live.timeline().window(end + 2, live.timeline().lastSlot()).total().users;
    EXPECT_GT(after.of(Outcome::ok), 20u);
    EXPECT_EQ(after.failed(), 0u);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Keys in PostgreSQL itself, behind PgBouncer.
#include <gtest/gtest.h>

#include "tests/faults/idempotency.h"
#include "tests/real/real_system.h"

using namespace tenfold;  // NOLINT: a test
using test::LiveSystem;

TEST(RealComponents, UnderAKeyEachOrderIsThereExactlyOnce) {
    auto s = test::orderingAgain({"idempotency=keys", "connection_pooler=transaction"});
    s.real = {"database", "pooler"};
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    const auto seen = test::orderWhileAnswersAreLost(live);
    EXPECT_EQ(seen.duplicates, 0u);
    EXPECT_GT(seen.replays, 5u);
    EXPECT_EQ(seen.inDatabase, seen.meant);
}

TEST(RealComponents, WithoutKeysOrdersAreThereTwice) {
    auto s = test::orderingAgain({"idempotency=off"});
    s.real = {"database"};
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    const auto seen = test::orderWhileAnswersAreLost(live);
    EXPECT_GT(seen.duplicates, 5u);
    EXPECT_EQ(seen.inDatabase, seen.meant + seen.duplicates);
}

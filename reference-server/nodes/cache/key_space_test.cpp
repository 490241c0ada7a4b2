// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/cache/key_space.h"

#include <gtest/gtest.h>

using tenfold::nodes::KeySpace;

TEST(KeySpace, KeysEndWhenTheirTimeIsUp) {
    KeySpace k(1 << 20);
    k.set("a", "1", 100);
    EXPECT_NE(k.get("a", 99), nullptr);
    EXPECT_EQ(k.timeLeftMs("a", 40), 60);
    EXPECT_EQ(k.get("a", 100), nullptr);
    EXPECT_EQ(k.timeLeftMs("a", 100), -2);
    k.set("b", "1", KeySpace::kForever);
    EXPECT_EQ(k.timeLeftMs("b", 1'000'000), -1);
}

TEST(KeySpace, MemoryIsBoundedAndTheLeastRecentlyUsedGoesFirst) {
    KeySpace k(10'000);
    for (int i = 0; i < 50; ++i) {
        k.set(std::to_string(i), std::string(500, 'x'), KeySpace::kForever);
        k.get("0", 0);
    }
    EXPECT_LE(k.bytes(), 10'000u);
    EXPECT_NE(k.get("0", 0), nullptr);
    EXPECT_NE(k.get("49", 0), nullptr);
    EXPECT_EQ(k.get("1", 0), nullptr);
    EXPECT_GT(k.evicted(), 30u);
}

TEST(KeySpace, CountersCountKeepTheirEndAndRefuseWords) {
    KeySpace k(1 << 20);
    EXPECT_EQ(k.add("n", 1, 0), 1);
    EXPECT_EQ(k.add("n", 5, 0), 6);
    k.set("t", "41", 1000);
    EXPECT_EQ(k.add("t", 1, 10), 42);
    EXPECT_EQ(k.timeLeftMs("t", 10), 990);
    k.set("w", "word", KeySpace::kForever);
    EXPECT_FALSE(k.add("w", 1, 0));
    k.set("m", "9223372036854775807", KeySpace::kForever);
    EXPECT_FALSE(k.add("m", 1, 0));
}

TEST(KeySpace, TheSweepRemovesWhatNobodyAsksFor) {
    KeySpace k(1 << 20);
    for (int i = 0; i < 100; ++i) k.set(std::to_string(i), "x", i < 50 ? 10 : KeySpace::kForever);
    k.sweep(20);
    EXPECT_EQ(k.size(), 50u);
}

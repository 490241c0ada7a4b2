// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/auth/revocations.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

using tenfold::nodes::Revocations;

TEST(Revocations, OutliveTheProcessThatMadeThem) {
    const auto file =
        std::filesystem::temp_directory_path() / ("tenfold-revoked-" + std::to_string(::getpid()));
    {
        Revocations r(file);
        EXPECT_FALSE(r.has("a"));
        EXPECT_TRUE(r.add("a", 2000, 1000));
        EXPECT_TRUE(r.add("a", 2000, 1000)) << "twice is once";
        EXPECT_TRUE(r.add("b", 3000, 1000));
        EXPECT_TRUE(r.has("a"));
        EXPECT_EQ(r.size(), 2u);
    }
    std::ofstream(file, std::ios::app) << "cut-off ";
    Revocations again(file);
    EXPECT_TRUE(again.has("a"));
    EXPECT_TRUE(again.has("b"));
    EXPECT_FALSE(again.has("cut-off"));
    std::filesystem::remove(file);
}

TEST(Revocations, AreBoundedAndMakeRoomOfWhatHasEndedByItself) {
    Revocations r;
    for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(r.add(std::to_string(i), 2000, 1000));
    EXPECT_FALSE(r.add("more", 9000, 1000)) << "said, not dropped in silence";
    EXPECT_TRUE(r.add("more", 9000, 2002));
    EXPECT_EQ(r.size(), 1u);
}

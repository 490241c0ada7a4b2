// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/words.h"

#include <gtest/gtest.h>

using namespace tenfold::measure;  // NOLINT: a test

TEST(MeasureWords, TimesTakeTheUnitThatFits) {
    EXPECT_EQ(milliseconds(0.04), "0.0 ms");
    EXPECT_EQ(milliseconds(9.94), "9.9 ms");
    EXPECT_EQ(milliseconds(9.96), "10 ms");
    EXPECT_EQ(milliseconds(999.4), "999 ms");
    EXPECT_EQ(milliseconds(999.6), "1.0 s");
    EXPECT_EQ(milliseconds(5000), "5.0 s");
    EXPECT_EQ(milliseconds(12'400), "12 s");
}

TEST(MeasureWords, CountsAreGrouped) {
    EXPECT_EQ(count(0), "0");
    EXPECT_EQ(count(999), "999");
    EXPECT_EQ(count(1000), "1,000");
    EXPECT_EQ(count(75163), "75,163");
    EXPECT_EQ(count(1234567), "1,234,567");
}

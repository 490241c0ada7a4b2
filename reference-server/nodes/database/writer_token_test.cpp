// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/writer_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

using tenfold::nodes::WriterToken;
using testing::ElementsAre;

TEST(WriterToken, GoesRoundInOrderOfArrival) {
    WriterToken token;
    std::vector<std::string> order;
    int a = 0, b = 0, c = 0;
    token.acquire(&a, [&] { order.push_back("a"); });
    token.acquire(&b, [&] { order.push_back("b"); });
    token.acquire(&c, [&] { order.push_back("c"); });
    EXPECT_THAT(order, ElementsAre("a"));
    EXPECT_EQ(token.waiting(), 2u);
    token.release(&b);  // not its holder
    EXPECT_THAT(order, ElementsAre("a"));
    token.release(&a);
    token.release(&b);
    EXPECT_THAT(order, ElementsAre("a", "b", "c"));
    EXPECT_TRUE(token.isHeldBy(&c));
}

TEST(WriterToken, WhoeverGoesAwayLeavesTheLineAndPassesItOn) {
    WriterToken token;
    std::vector<std::string> order;
    int a = 0, b = 0, c = 0;
    token.acquire(&a, [&] { order.push_back("a"); });
    token.acquire(&b, [&] { order.push_back("b"); });
    token.acquire(&c, [&] { order.push_back("c"); });
    token.forget(&b);
    token.forget(&a);
    EXPECT_THAT(order, ElementsAre("a", "c"));
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/kernel/ring.h"

#include <gtest/gtest.h>

#include <deque>

#include "simulator/random/stream.h"

using tenfold::kernel::Ring;

TEST(Ring, KeepsItsOrderWhileItGrowsAndWraps) {
    tenfold::random::Stream s(1, "ring");
    Ring<int> ring;
    std::deque<int> model;
    for (int i = 0; i < 20'000; ++i) {
        if (model.empty() || s.uniform() < (i % 5'000 < 2'500 ? 0.7 : 0.3)) {
            ring.push(i);
            model.push_back(i);
        } else {
            ASSERT_EQ(ring.front(), model.front());
            ASSERT_EQ(ring.pop(), model.front());
            model.pop_front();
        }
        ASSERT_EQ(ring.size(), model.size());
        ASSERT_EQ(ring.empty(), model.empty());
    }
}

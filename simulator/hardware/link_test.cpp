// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/link.h"

#include <gtest/gtest.h>

using namespace tenfold::hardware;  // NOLINT: a test

TEST(Link, TransferTimeIsBitsOverBandwidth) {
    EXPECT_EQ(transferNs(20'000, 50), 3'200'000) << "a 20 kB image over 50 Mbit/s";
    EXPECT_EQ(transferNs(1'000, 0), 0);
}

TEST(Link, MessagesQueueForASharedLink) {
    SharedLink link(8, 1'000);  // 1 byte a microsecond
    EXPECT_EQ(link.deliverAt(0, 100), 101'000);
    EXPECT_EQ(link.deliverAt(50'000, 100), 201'000);
    EXPECT_EQ(link.deliverAt(500'000, 100), 601'000);
    EXPECT_EQ(link.busyNs(), 300'000);
}

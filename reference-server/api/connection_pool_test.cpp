// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/connection_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <vector>

#include "reference-server/api/problem.h"

using namespace tenfold;  // NOLINT: a test
using api::ConnectionPool;
using api::Problem;

namespace {
// Nobody listens at port 1: each attempt is refused at once.
constexpr int kNobody = 1;
}  // namespace

TEST(ConnectionPool, WhoWaitsTooLongForAConnectionGets503AndIsCounted) {
    ConnectionPool pool({kNobody, "shop", 3, 50});
    api::Trace trace;
    try {
        pool.lend(trace);
        FAIL();
    } catch (const Problem& p) {
        EXPECT_EQ(p.status(), 503);
        EXPECT_EQ(p.reason(), "connection_wait");
        EXPECT_GT(p.retryAfterS(), 0);
    }
    EXPECT_GE(trace.where.of(measure::Stage::connection), 50);
    const auto c = pool.takeCounters();
    EXPECT_EQ(c.timedOut, 1u);
    EXPECT_EQ(c.waiting, 0);
    EXPECT_EQ(c.open, 0);
}

TEST(ConnectionPool, TheFirstFillAsksOnceForEachConnectionAndACrowdDoesNotHastenTheRetries) {
    constexpr int kSize = 5;
    ConnectionPool pool({kNobody, "shop", kSize, 400});
    std::vector<std::future<bool>> crowd;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 30; ++i)
        crowd.push_back(std::async(std::launch::async, [&pool, i] {
            std::this_thread::sleep_for(std::chrono::milliseconds(i * 10));
            api::Trace trace;
            try {
                pool.lend(trace);
                return true;
            } catch (const Problem&) {
                return false;
            }
        }));
    for (auto& c : crowd) EXPECT_FALSE(c.get());
    const auto c = pool.takeCounters();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
    EXPECT_EQ(c.timedOut, 30u);
    EXPECT_GE(c.refused, static_cast<std::uint64_t>(kSize));
    EXPECT_LE(c.refused, static_cast<std::uint64_t>(kSize + 1 + ms / 250));
}

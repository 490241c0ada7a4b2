// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/shared_cache/shared_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulator/system/small_system.h"

namespace tenfold::mechanisms {
namespace {

using namespace system::small;  // NOLINT: its numbers are this test's
using measure::Outcome;

TEST(SharedCache, AnAnswerIsGoodUntilItsTimeToLiveHasPassed) {
    SharedCache cache;
    EXPECT_FALSE(cache.has(7, 0, 0));
    cache.store(7, 1, 0, 1000);
    EXPECT_TRUE(cache.has(7, 0, 999));
    EXPECT_EQ(cache.keys(999), 1u);
    EXPECT_FALSE(cache.has(7, 0, 1000));
    EXPECT_EQ(cache.keys(1000), 0u);
    cache.store(7, 1, 0, 2000);
    cache.clear();
    EXPECT_FALSE(cache.has(7, 0, 1500));
}

TEST(SharedCache, OnlyOneHasTheRightToComputeAndItRunsOut) {
    SharedCache cache;
    EXPECT_TRUE(cache.lock(7, 0, 100));
    EXPECT_FALSE(cache.lock(7, 99, 199));
    EXPECT_TRUE(cache.lock(8, 0, 100));
    EXPECT_TRUE(cache.lock(7, 100, 200)) << "whoever had it was too slow";
    cache.unlock(7);
    EXPECT_TRUE(cache.lock(7, 101, 201));
}

TEST(SharedCache, JitterSpreadsTheEndsOfLifeATenthEachWay) {
    SharedCache cache(7);
    double least = 2000, most = 0, sum = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto life = static_cast<double>(cache.jittered(1000));
        least = std::min(least, life);
        most = std::max(most, life);
        sum += life;
    }
    EXPECT_GE(least, 900);
    EXPECT_LT(least, 910);
    EXPECT_LE(most, 1100);
    EXPECT_GT(most, 1090);
    EXPECT_NEAR(sum / 1000, 1000, 5 * 200 / std::sqrt(12 * 1000.0));
}

TEST(SharedCache, EndsOfLifeMayCrossAndAreForgottenInTheirOrder) {
    SharedCache cache;
    cache.store(1, 1, 0, 3000);
    cache.store(2, 1, 0, 1000);
    cache.store(3, 1, 0, 2000);
    EXPECT_EQ(cache.keys(1500), 2u);
    EXPECT_FALSE(cache.has(2, 0, 1500));
    EXPECT_EQ(cache.keys(2500), 1u);
    EXPECT_TRUE(cache.has(1, 0, 2500));
}

TEST(SharedCache, AnAnswerIsDueEarlyWithTheChanceOfXFetch) {
    SharedCache cache(7);
    cache.store(1, 1, 100, 10'000);
    const auto shareAt = [&](system::Nanos now, double beta) {
        int early = 0;
        for (int i = 0; i < 20'000; ++i) early += cache.isDueEarly(1, beta, now);
        return early / 20'000.0;
    };
    EXPECT_NEAR(shareAt(9900, 1), std::exp(-1), 0.017) << "37 % when as much is left as it took";
    EXPECT_NEAR(shareAt(9500, 1), std::exp(-5), 0.003);
    EXPECT_NEAR(shareAt(9500, 5), std::exp(-1), 0.017);
    EXPECT_EQ(shareAt(0, 1), 0);
    EXPECT_FALSE(cache.isDueEarly(2, 1, 0)) << "there is none";
}

TEST(SharedCache, WhatIsOlderThanTheNewsIsGoneAlsoWhenItIsStoredAfterwards) {
    SharedCache cache;
    cache.store(7, 3, 0, 1000);
    cache.changed(70, 4, 2000);
    EXPECT_FALSE(cache.has(7, 70, 10));
    EXPECT_TRUE(cache.has(7, 0, 10)) << "nobody tells about it";
    EXPECT_TRUE(cache.has(7, 71, 10)) << "another product has changed";
    cache.store(7, 3, 0, 1100);
    EXPECT_FALSE(cache.has(7, 70, 20)) << "read before the change, stored after the news";
    cache.store(7, 4, 0, 1200);
    EXPECT_TRUE(cache.has(7, 70, 30));
    cache.store(7, 3, 0, 9000);
    EXPECT_TRUE(cache.has(7, 70, 2000)) << "nobody who read it before the change is so late";
}

class SharedCacheInTheSystem : public SmallSystem {
protected:
    void startWith(std::map<std::string, double> parameters) {
        set("shared_cache", "ttl", std::move(parameters));
        system::Mechanisms m;
        m.cache = std::make_unique<SharedCache>();
        start(std::move(m));
    }
};

TEST_F(SharedCacheInTheSystem, SingleFlightLetsOneRecomputeAndTheOthersHaveItsAnswer) {
    startWith({{"ttl_s", 60}, {"stampede", 3}});
    ask("products.get", 6);
    const auto s = run(1);
    const auto& e = of(s, "products.get");
    EXPECT_EQ(e.users.of(Outcome::ok), 6u);
    EXPECT_EQ(e.server.recomputes, 1u);
    EXPECT_EQ(e.server.statements, 1u);
    EXPECT_EQ(e.server.cacheMisses, 6u) << "all of them looked before it was there";
    EXPECT_EQ(e.server.cacheHits, 0u);
}

TEST_F(SharedCacheInTheSystem, WithoutItEveryMissIsRecomputed) {
    startWith({{"ttl_s", 60}, {"stampede", 0}});
    ask("products.get", 6);
    const auto s = run(1);
    EXPECT_EQ(of(s, "products.get").server.recomputes, 6u);
    EXPECT_EQ(of(s, "products.get").server.overlappingRecomputes, 5u);
    EXPECT_EQ(s.nodes.at("api-1").gauges.at("stampede_width"), 6 / 4.0) << "the mean of four slots";
    EXPECT_EQ(of(s, "products.get").server.statements, 6u);
}

TEST_F(SharedCacheInTheSystem, AHitTakesACommandAndAMissWithItsLockFive) {
    startWith({{"ttl_s", 60}, {"stampede", 3}});
    ask("products.get");
    const auto miss = run(0.25);
    // Look, lock, look again, store, unlock.
    EXPECT_NEAR(of(miss, "products.get").users.response.sumMs(),
                kInstanceMs + 5 * kCacheMs + roundTripMs(kStatementMs) + restMs(), 1e-5);
    EXPECT_EQ(miss.nodes.at("cache").completed, 5u);
    EXPECT_EQ(miss.nodes.at("cache").gauges.at("keys"), 1);
    ask("products.get");
    const auto hit = run(0.25);
    EXPECT_NEAR(of(hit, "products.get").users.response.sumMs(), kInstanceMs + kCacheMs + restMs(),
                1e-5);
    EXPECT_EQ(of(hit, "products.get").server.cacheHits, 1u);
    EXPECT_EQ(of(hit, "products.get").server.statements, 0u);
}

TEST_F(SharedCacheInTheSystem, AnAnswerOlderThanItsTimeToLiveIsComputedAgain) {
    startWith({{"ttl_s", 1}, {"stampede", 3}});
    ask("products.get");  // stored at some ms
    run(0.75);
    ask("products.get");
    EXPECT_EQ(of(run(0.5), "products.get").server.cacheHits, 1u) << "at 0.75 s";
    ask("products.get");
    EXPECT_EQ(of(run(0.25), "products.get").server.recomputes, 1u) << "at 1.25 s";
}

TEST_F(SharedCacheInTheSystem, OrdersPassItBy) {
    startWith({{"ttl_s", 60}, {"stampede", 3}});
    ask("orders.get", 3);
    const auto s = run(1);
    EXPECT_EQ(of(s, "orders.get").server.statements, 3u);
    EXPECT_EQ(s.nodes.at("cache").arrived, 0u);
}

}  // namespace
}  // namespace tenfold::mechanisms

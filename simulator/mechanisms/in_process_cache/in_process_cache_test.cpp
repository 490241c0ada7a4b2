// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/in_process_cache/in_process_cache.h"

#include <gtest/gtest.h>

#include "simulator/random/stream.h"
#include "simulator/system/small_system.h"

namespace tenfold::mechanisms {
namespace {

using namespace system::small;  // NOLINT: its numbers are this test's
using measure::Outcome;

scenario::Design designWith(double capacity) {
    scenario::Design d;
    d.put("in_process_cache", {"on", {{"ttl_s", 10}, {"capacity", capacity}}});
    return d;
}

TEST(InProcessCaches, EachInstanceKnowsOnlyWhatItHasAnswered) {
    InProcessCaches caches;
    caches.configure(designWith(10));
    caches.store(0, 7, 3, 1000);
    EXPECT_EQ(caches.find(0, 7, 999), 3u);
    EXPECT_FALSE(caches.find(1, 7, 0));
    EXPECT_FALSE(caches.find(0, 7, 1000)) << "its time is up";
    caches.store(1, 7, 4, 1000);
    caches.forget(1);
    EXPECT_FALSE(caches.find(1, 7, 0));
}

TEST(InProcessCaches, TheOneUsedLongestAgoMakesRoom) {
    InProcessCaches caches;
    caches.configure(designWith(2));
    caches.store(0, 1, 1, 1000);
    caches.store(0, 2, 1, 1000);
    EXPECT_TRUE(caches.find(0, 1, 1));
    caches.store(0, 3, 1, 1000);
    EXPECT_TRUE(caches.find(0, 1, 2));
    EXPECT_FALSE(caches.find(0, 2, 2));
    EXPECT_TRUE(caches.find(0, 3, 2));
}

TEST(InProcessCaches, MoreInstancesFewerHitsAsTheFormulaOfTheCardSays) {
    constexpr system::Nanos kTtl = 1'000'000'000;
    constexpr int kArrivals = 200'000;
    constexpr double kPerTtl = 2;  // λT
    for (const std::uint32_t instances : {1u, 2u, 8u}) {
        InProcessCaches caches;
        caches.configure(designWith(10));
        random::Stream arrivals(6, "hits");
        double now = 0;
        int hits = 0;
        for (int i = 0; i < kArrivals; ++i) {
            now += arrivals.exponential(kTtl / kPerTtl);
            const auto at = static_cast<system::Nanos>(now);
            const auto instance = static_cast<std::uint32_t>(arrivals.uniformInt(instances));
            if (caches.find(instance, 7, at)) {
                ++hits;
            } else {
                caches.store(instance, 7, 1, at + kTtl);
            }
        }
        const double each = kPerTtl / instances;
        EXPECT_NEAR(static_cast<double>(hits) / kArrivals, each / (1 + each), 0.005) << instances;
    }
}

class InProcessCacheInTheSystem : public SmallSystem {
protected:
    void startWith(const char* value, int instances = 1) {
        set("in_process_cache", value, {{"ttl_s", 1}, {"capacity", 100}});
        hardware()["instances"] = instances;
        system::Mechanisms m;
        m.localCaches = std::make_unique<InProcessCaches>();
        start(std::move(m));
    }
    /// Reads until every instance has been asked.
    measure::Sample readEverywhere(int instances) {
        ask("products.get", instances);
        return run(0.25);
    }
};

TEST_F(InProcessCacheInTheSystem, AHitTakesNeitherAStatementNorACommand) {
    startWith("on");
    ask("products.get");
    const auto miss = run(0.25);
    EXPECT_EQ(of(miss, "products.get").server.localMisses, 1u);
    EXPECT_EQ(of(miss, "products.get").server.statements, 1u);
    ask("products.get");
    const auto hit = run(0.25);
    EXPECT_EQ(of(hit, "products.get").server.localHits, 1u);
    EXPECT_EQ(of(hit, "products.get").server.statements, 0u);
    EXPECT_NEAR(of(hit, "products.get").users.response.sumMs(), kInstanceMs + restMs(), 1e-5);
}

TEST_F(InProcessCacheInTheSystem, AnAnswerOlderThanItsTimeToLiveIsAskedForAgain) {
    startWith("on");
    ask("products.get");
    run(1.25);
    ask("products.get");
    EXPECT_EQ(of(run(0.25), "products.get").server.localMisses, 1u);
}

TEST_F(InProcessCacheInTheSystem, AfterAChangeTheOldAnswerIsShownAndCounted) {
    startWith("on", 2);
    readEverywhere(2);
    ask("products.update");
    run(0.25);
    const auto after = readEverywhere(2);
    EXPECT_EQ(of(after, "products.get").server.localHits, 2u);
    EXPECT_EQ(of(after, "products.get").users.staleAnswers, 2u)
        << "whoever changed it had been told so";
    run(1);
    const auto later = readEverywhere(2);
    EXPECT_EQ(of(later, "products.get").users.staleAnswers, 0u) << "a second later all know it";
}

TEST_F(InProcessCacheInTheSystem, WithoutItNothingIsStale) {
    startWith("off", 2);
    readEverywhere(2);
    ask("products.update");
    run(0.25);
    const auto after = readEverywhere(2);
    EXPECT_EQ(of(after, "products.get").server.localHits, 0u);
    EXPECT_EQ(of(after, "products.get").users.staleAnswers, 0u);
}

}  // namespace
}  // namespace tenfold::mechanisms

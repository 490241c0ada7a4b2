// SPDX-License-Identifier: GPL-3.0-or-later
// The shared cache of the running system: news of changes, by what is looked up in the cache
// itself.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/live_system.h"
#include "tests/support/redis.h"

using namespace tenfold;  // NOLINT: a test
using test::LiveSystem;
using test::Redis;
using test::shipped;

namespace {

std::vector<std::string> alone(std::vector<std::string> set) {
    for (const char* off : {"in_process_cache=off", "read_replicas=0", "rate_limiting=off",
                            "side_effects=inline", "shared_cache.ttl_s=3600"})
        set.emplace_back(off);
    return set;
}

std::int64_t priceIn(LiveSystem& live, int product) {
    auto client = live.client();
    const auto r = client.Get("/v1/products/" + std::to_string(product));
    EXPECT_TRUE(r && r->status == 200);
    return r ? nlohmann::json::parse(r->body)["price_cents"].get<std::int64_t>() : -1;
}

void change(LiveSystem& live, int product, std::int64_t price) {
    auto client = live.client();
    const auto r = client.Put("/v1/products/" + std::to_string(product), live.as(7),
                              nlohmann::json{{"price_cents", price}}.dump(), "application/json");
    ASSERT_TRUE(r && r->status == 200) << (r ? r->body : "no answer");
}

}  // namespace

TEST(SharedCacheLive, WithATimeToLiveAloneTheOldPriceStays) {
    LiveSystem live(shipped("sound", alone({"shared_cache=ttl"})), true);
    ASSERT_TRUE(live.isUp());
    const auto before = priceIn(live, 5);
    change(live, 5, before + 11);
    live.runFor(1);  // as long as news would take
    for (int i = 0; i < 6; ++i) EXPECT_EQ(priceIn(live, 5), before);
    for (const auto& n : live.topology()) EXPECT_NE(n.role, "worker") << "there are no jobs";
}

TEST(SharedCacheLive, NewsOfAChangeEndsTheOldAnswerAlsoOneThatIsStoredAfterwards) {
    LiveSystem live(shipped("sound", alone({"shared_cache=ttl_and_events"})), true);
    ASSERT_TRUE(live.isUp());
    Redis cache(live.node("cache").port);
    const auto before = priceIn(live, 5);
    const auto kept = cache.text({"GET", "product:5"});
    ASSERT_FALSE(kept.empty());
    for (int version = 1; version <= 3; ++version) {
        const std::int64_t price = before + 11 * version;
        change(live, 5, price);
        ASSERT_TRUE(cache.waitFor({"GET", "product:5:changed"}, std::to_string(version + 1)));
        EXPECT_EQ(priceIn(live, 5), price);
        // Who has read the database before the change may store it after the news.
        cache.text({"SET", "product:5", kept, "PX", "100000"});
        EXPECT_EQ(priceIn(live, 5), price);
        EXPECT_EQ(priceIn(live, 5), price) << "and by the other instance";
    }
    // Other products keep their answers, and a product that is not there leaves no job.
    priceIn(live, 6);
    EXPECT_EQ(cache.text({"GET", "product:6:changed"}), "");
    auto client = live.client();
    EXPECT_EQ(
        client.Put("/v1/products/987654", live.as(7), R"({"price_cents":1})", "application/json")
            ->status,
        404);
    EXPECT_EQ(test::shell(live.node("primary").tryIt + " -Atc 'SELECT count(*) FROM outbox'"),
              "0\n");
}

TEST(SharedCacheLive, EveryFormOfAProductIsOldAtOnce) {
    LiveSystem live(shipped("sound", alone({"shared_cache=ttl_and_events"})), true);
    ASSERT_TRUE(live.isUp());
    Redis cache(live.node("cache").port);
    auto client = live.client();
    const std::string path = "/v1/products/9?fields=price_cents";
    const auto before = priceIn(live, 9);
    EXPECT_EQ(client.Get(path)->body, nlohmann::json({{"price_cents", before}}).dump());
    change(live, 9, before + 5);
    ASSERT_TRUE(cache.waitFor({"GET", "product:9:changed"}, "2"));
    EXPECT_EQ(client.Get(path)->body, nlohmann::json({{"price_cents", before + 5}}).dump());
    EXPECT_EQ(priceIn(live, 9), before + 5);
}

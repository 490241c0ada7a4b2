// SPDX-License-Identifier: GPL-3.0-or-later
// The edges of a running system, asked as users ask them.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "tests/support/event_count.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using nlohmann::json;

namespace {
std::string cacheStatus(const httplib::Result& r) {
    return r->get_header_value("Cache-Status");
}
}  // namespace

TEST(EdgeLive, NobodyIsGivenSomebodyElsesAnswerAtTheSameAddress) {
    test::LiveSystem live(test::shipped("sound", {"cdn=on", "cdn.edges=1"}), true);
    ASSERT_TRUE(live.isUp());
    auto client = live.client("edge-1");
    for (int round = 0; round < 3; ++round)
        for (const std::uint64_t user : {1, 2, 3}) {
            const auto me = client.Get("/v1/me", live.as(user));
            ASSERT_TRUE(me);
            EXPECT_EQ(json::parse(me->body).at("id"), user) << cacheStatus(me);
            EXPECT_EQ(me->get_header_value("Cache-Control"), "private, no-store");
            EXPECT_EQ(cacheStatus(me).rfind("edge-1; fwd=", 0), 0u) << cacheStatus(me);
        }
    EXPECT_EQ(client.Get("/v1/me")->status, 401) << "nor is one who does not say who they are";
}

TEST(EdgeLive, WhatIsForEverybodyIsKeptAskedAboutAndForgottenWithAWrite) {
    test::LiveSystem live(test::shipped("sound", {"cdn=on", "cdn.edges=1", "shared_cache=off",
                                                  "in_process_cache=off"}),
                          true);
    ASSERT_TRUE(live.isUp());
    auto client = live.client("edge-1");
    const auto first = client.Get("/v1/products/7", live.as(1));
    EXPECT_EQ(cacheStatus(first), "edge-1; fwd=uri-miss; fwd-status=200; stored");
    EXPECT_EQ(first->get_header_value("Cache-Control"),
              "public, max-age=60, stale-while-revalidate=30");
    const auto second = client.Get("/v1/products/7", live.as(2));
    EXPECT_EQ(cacheStatus(second).rfind("edge-1; hit; ttl=", 0), 0u) << cacheStatus(second);
    EXPECT_EQ(second->body, first->body);
    // Asked from the origin again, which has nothing new to say.
    auto again = live.as(1);
    again.emplace("Cache-Control", "no-cache");
    EXPECT_EQ(cacheStatus(client.Get("/v1/products/7", again)),
              "edge-1; fwd=request; fwd-status=304; stored");
    client.Put("/v1/products/7", live.as(1), R"({"price_cents":4711})", "application/json");
    const auto changed = client.Get("/v1/products/7", live.as(2));
    EXPECT_EQ(json::parse(changed->body).at("price_cents"), 4711);
    EXPECT_EQ(client.Get("/images/3")->body.size(), 20'000u);
    EXPECT_EQ(cacheStatus(client.Get("/images/3")).rfind("edge-1; hit; ttl=31535", 0), 0u);
}

TEST(EdgeLive, ADeadEdgeIsReplacedByTheNextChange) {
    test::LiveSystem live(test::shipped("sound", {"cdn=on", "cdn.edges=1"}), true);
    ASSERT_TRUE(live.isUp());
    ::kill(live.node("edge-1").pid, SIGKILL);
    EXPECT_TRUE(live.recorder().waitFor(
        [&] { return count(live.timeline(), measure::EventKind::node) == 1; },
        std::chrono::seconds(10)));
    live.set({"cdn.catalogue_ttl_s=5"});
    auto client = live.client("edge-2");
    EXPECT_EQ(client.Get("/edge/healthz")->status, 200);
}

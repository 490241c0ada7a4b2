// SPDX-License-Identifier: GPL-3.0-or-later
// The worker against a real database node and a real provider: every job is done, whoever dies.
#include "reference-server/nodes/worker/relay.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <nlohmann/json.hpp>

#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/shared_cache/product_changes.h"
#include "reference-server/nodes/cache/cache_node.h"
#include "reference-server/nodes/database/test_database.h"
#include "reference-server/nodes/sink/sink_server.h"

using namespace tenfold;  // NOLINT: a test
using api::DatabaseAccess;
using mechanisms::JobQueue;
using mechanisms::Settled;
using mechanisms::SinkClient;
using nodes::Relay;
using nodes::SinkServer;

namespace {

constexpr measure::Nanos kSecond = 1'000'000'000;

SinkServer::Settings quick() {
    SinkServer::Settings s;
    s.medianMs = 1;
    s.connections = 32;
    return s;
}

class RelayTest : public testing::Test {
protected:
    RelayTest() : m_sink(quick()) {
        nodes::test::makeShop(m_folder / "shop.db");
        m_database = std::make_unique<nodes::test::RunningDatabase>(
            nodes::test::settingsFor(m_folder / "shop.db"));
    }
    std::shared_ptr<DatabaseAccess> access() {
        DatabaseAccess::Plan plan;
        plan.primary = {"primary", m_database->port(), "shop"};
        plan.size = 1;
        plan.waitMs = 10'000;
        return std::make_shared<DatabaseAccess>(plan);
    }
    Relay::Peers peers() {
        return {access(), std::make_shared<SinkClient>(m_sink.port()), nullptr};
    }
    Relay::Settings settings() {
        Relay::Settings s;
        s.workers = 4;
        s.timeoutS = 5;
        s.backoffS = 0.1;
        return s;
    }
    void makeJobs(int first, int n) {
        auto a = access();
        api::Trace trace;
        for (int i = first; i < first + n; ++i)
            a->primary().lend(trace)->run(
                {std::string(data::sql::kInsertJob),
                 {std::to_string(i), "email", R"({"kind":"email"})", "1", "1"}},
                trace, measure::monotonicNow() + 10 * kSecond);
    }
    void makeNews(int id, const std::string& payload) {
        api::Trace trace;
        access()->primary().lend(trace)->run(
            {std::string(data::sql::kInsertJob),
             {std::to_string(id), std::string(mechanisms::kProductChanged), payload, "1", "1"}},
            trace, measure::monotonicNow() + 10 * kSecond);
    }
    nlohmann::json emails() {
        httplib::Client client("127.0.0.1", m_sink.port());
        return nlohmann::json::parse(client.Get("/deliveries")->body)["email"];
    }

    nodes::test::ScratchFolder m_folder;
    std::unique_ptr<nodes::test::RunningDatabase> m_database;
    SinkServer m_sink;
};

}  // namespace

TEST_F(RelayTest, EveryJobIsDeliveredOnceAndDeleted) {
    makeJobs(1, 60);
    Relay relay(1, settings(), peers());
    EXPECT_TRUE(relay.drain(30 * kSecond));
    EXPECT_EQ(emails()["delivered"], 60);
    EXPECT_EQ(emails()["repeated"], 0);
    const auto node = relay.collect();
    EXPECT_EQ(node.arrived, 60u);
    EXPECT_EQ(node.completed, 60u);
    EXPECT_EQ(node.gauges.at("jobs"), 0);
    EXPECT_EQ(node.gauges.at("dead"), 0);
}

TEST_F(RelayTest, WhatFailsIsTriedAgainUntilItIsDone) {
    m_sink.setTrouble({1, 1});
    makeJobs(1, 5);
    Relay relay(1, settings(), peers());
    EXPECT_FALSE(relay.drain(kSecond / 5));
    m_sink.setTrouble({1, 0});
    EXPECT_TRUE(relay.drain(30 * kSecond));
    EXPECT_EQ(emails()["delivered"], 5);
    EXPECT_EQ(relay.collect().gauges.at("dead"), 0);
}

TEST_F(RelayTest, WhatFailsTooOftenIsADeadLetterAndHoldsUpNobody) {
    m_sink.setTrouble({1, 1});
    makeJobs(1, 3);
    auto s = settings();
    s.attempts = 3;
    Relay relay(1, s, peers());
    EXPECT_TRUE(relay.drain(30 * kSecond)) << "the outbox is empty: they were given up";
    m_sink.setTrouble({1, 0});
    makeJobs(10, 2);
    EXPECT_TRUE(relay.drain(30 * kSecond));
    const auto node = relay.collect();
    EXPECT_EQ(node.gauges.at("dead"), 3);
    EXPECT_EQ(node.rejected.at("dead"), 3u);
    EXPECT_EQ(node.rejected.at("failed"), 9u);
    EXPECT_EQ(emails()["delivered"], 2);
    EXPECT_EQ(emails()["failed"], 9) << "three attempts each";
}

TEST_F(RelayTest, NewsGoesToTheCacheAndAnEmailBesideItToTheProvider) {
    nodes::CacheNode cache("cache");
    std::thread io([&] { cache.run(); });
    const auto client = std::make_shared<api::CacheClient>(cache.port());
    makeNews(1, "7-4");
    makeJobs(2, 1);
    {
        auto with = peers();
        with.cache = client;
        Relay relay(1, settings(), with);
        EXPECT_TRUE(relay.drain(30 * kSecond));
        EXPECT_EQ(relay.collect().completed, 2u);
    }
    EXPECT_EQ(client->get("product:7:changed"), "4");
    EXPECT_EQ(emails()["delivered"], 1);
    cache.stop();
    io.join();
}

TEST_F(RelayTest, NewsIsTriedUntilACacheIsThereAndGivenUpWithoutOne) {
    const auto nobody = std::make_shared<api::CacheClient>(1);
    makeNews(1, "7-4");
    auto s = settings();
    s.attempts = 2;
    auto with = peers();
    with.cache = nobody;
    Relay relay(1, s, with);
    EXPECT_FALSE(relay.drain(2 * kSecond));
    const auto failing = relay.collect();
    EXPECT_GT(failing.rejected.at("failed"), 2u) << "more often than an e-mail";
    EXPECT_EQ(failing.gauges.at("dead"), 0);
    // The design has none any more: there is nobody to tell.
    relay.use(s, peers());
    EXPECT_TRUE(relay.drain(30 * kSecond));
    EXPECT_EQ(relay.collect().gauges.at("dead"), 0);
}

TEST_F(RelayTest, ALeaseThatEndsGivesTheJobToSomebodyElseAndItIsDoneOnce) {
    makeJobs(1, 4);
    JobQueue died(access());  // takes them and says nothing more
    const std::int64_t now = 1'000'000;
    EXPECT_EQ(died.settleAndTake({}, 3, now, 1000).size(), 3u);
    JobQueue other(access());
    EXPECT_EQ(other.settleAndTake({}, 10, now + 999, 1000).size(), 1u) << "the others are leased";
    EXPECT_FALSE(other.isAnyDue(now + 999));
    const auto again = other.settleAndTake({}, 10, now + 1000, 1000);
    ASSERT_EQ(again.size(), 3u);
    for (const auto& job : again) EXPECT_EQ(job.attempts, 2);
}

TEST_F(RelayTest, WhatWasSettledIsSafeToSayTwice) {
    makeJobs(1, 3);
    JobQueue queue(access());
    ASSERT_EQ(queue.settleAndTake({}, 10, 1000, 1000).size(), 3u);
    const std::vector<Settled> settled{
        {"1", Settled::As::done, 0}, {"2", Settled::As::later, 5000}, {"3", Settled::As::dead, 0}};
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(queue.settleAndTake(settled, 10, 2000, 1000).empty());
    const auto left = queue.left();
    EXPECT_EQ(left.jobs, 1);
    EXPECT_EQ(left.oldestAtMs, 1);
    EXPECT_EQ(left.dead, 1);
    EXPECT_FALSE(queue.isAnyDue(4999));
    EXPECT_TRUE(queue.isAnyDue(5000));
}

TEST_F(RelayTest, TwoWorkersShareTheJobsAndEachIsDoneOnce) {
    makeJobs(1, 80);
    Relay one(1, settings(), peers());
    Relay two(2, settings(), peers());
    EXPECT_TRUE(one.drain(30 * kSecond));
    EXPECT_TRUE(two.drain(30 * kSecond));
    EXPECT_EQ(emails()["delivered"], 80);
    EXPECT_EQ(emails()["repeated"], 0);
}

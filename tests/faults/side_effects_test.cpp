// SPDX-License-Identifier: GPL-3.0-or-later
// Orders and their e-mails, counted in the database and at the provider: none is lost and none is
// done twice, whoever is killed or switched in between.
#include <gtest/gtest.h>
#include <signal.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/load/endpoints.h"
#include "tests/support/event_count.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using measure::EventKind;
using measure::Outcome;
using test::LiveSystem;

namespace {

/// Orders and payments alone, 40 a second.
scenario::Scenario buying(std::vector<std::string> set) {
    for (const char* off : {"in_process_cache=off", "shared_cache=off", "read_replicas=0",
                            "rate_limiting=off", "token_validation=jwt"})
        set.emplace_back(off);
    auto s = test::shipped("sound", set);
    for (const auto& e : load::endpoints()) s.workload.mix[std::string(e.id)] = 0;
    s.workload.mix["orders.create"] = 2;
    s.workload.mix["payments.create"] = 1;
    s.workload.requestsPerUserPerDay =
        40 * 86'400 / s.workload.peakFactor / s.workload.dailyActiveUsers;
    return s;
}

std::int64_t inDatabase(const LiveSystem& live, const std::string& question) {
    const std::string out = test::shell(
        fmt::format("psql -h 127.0.0.1 -p {} -U shop -d shop -Atc \"SELECT count(*) FROM {}\"",
                    live.node("primary").port, question));
    EXPECT_NE(out.find_first_of("0123456789"), std::string::npos) << out;
    return std::atoll(out.c_str());
}
// What the run has made: ids of the dataset are small.
std::int64_t orders(const LiveSystem& live) {
    return inDatabase(live, "orders WHERE id > 1000000000");
}
std::int64_t payments(const LiveSystem& live) {
    return inDatabase(live, "payments WHERE id > 1000000000");
}

nlohmann::json deliveries(const LiveSystem& live) {
    auto client = live.client("sink");
    const auto answer = client.Get("/deliveries");
    return answer ? nlohmann::json::parse(answer->body) : nlohmann::json();
}

void pauseAndWaitForJobs(LiveSystem& live) {
    live.recorder().engine().pause();
    live.recorder().waitFor([&] { return live.recorder().phase() == engine::Phase::paused; },
                            std::chrono::seconds(10));
    for (int i = 0; i < 60 && inDatabase(live, "outbox") > 0; ++i) live.runFor(0.5);
    EXPECT_EQ(inDatabase(live, "outbox"), 0);
    EXPECT_EQ(inDatabase(live, "dead_jobs"), 0);
}

void expectEachDoneOnce(const LiveSystem& live) {
    const auto sink = deliveries(live);
    ASSERT_TRUE(sink.is_object());
    EXPECT_GT(orders(live), 20);
    EXPECT_GT(payments(live), 10);
    EXPECT_EQ(sink["email"]["delivered"], orders(live));
    EXPECT_EQ(sink["webhook"]["delivered"], payments(live));
}

}  // namespace

TEST(SideEffects, WhoeverIsKilledBetweenCommitAndDeliveryNoJobIsLostAndNoneIsDoneTwice) {
    LiveSystem live(buying({"side_effects=queued", "side_effects.lease_s=2"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    for (int round = 0; round < 4; ++round) {
        live.apply(engine::FaultStart{"kill_instance", 1});
        ::kill(live.node("worker").pid, SIGKILL);
        live.runFor(1.5);
        EXPECT_GT(inDatabase(live, "outbox"), 0) << "nobody is there to deliver";
        // A change puts another worker in the place of the dead one.
        live.set({fmt::format("side_effects.attempts={}", 10 + round)});
        live.runFor(1);
    }
    pauseAndWaitForJobs(live);
    expectEachDoneOnce(live);
    // Calls that were under way when their worker died were made again, and recognised.
    RecordProperty("repeated", deliveries(live)["email"]["repeated"].dump());
}

TEST(SideEffects, SwitchedUnderLoadEachOrderStillHasItsEmail) {
    LiveSystem live(buying({"side_effects=inline"}));
    ASSERT_TRUE(live.isUp());
    for (const char* value : {"queued", "inline", "queued"}) {
        live.runFor(1.5);
        live.set({std::string("side_effects=") + value});
    }
    live.runFor(1.5);
    pauseAndWaitForJobs(live);
    expectEachDoneOnce(live);
    EXPECT_EQ(deliveries(live)["email"]["repeated"], 0);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.of(Outcome::ok));
}

TEST(SideEffects, AFailingProviderFailsOrdersInlineUntilTheFaultEnds) {
    LiveSystem live(buying({"side_effects=inline"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    live.apply(engine::FaultStart{"failing_email", 2});
    live.waitForFlags(2);
    live.runFor(4);
    live.stop();
    const auto& t = live.timeline();
    EXPECT_EQ(count(t, EventKind::fault), 1);
    EXPECT_EQ(count(t, EventKind::faultEnded), 1);
    const auto all = t.window(0, t.lastSlot());
    const auto& of = all.endpoints;
    EXPECT_GT(of.at("orders.create").users.of(Outcome::serverError), 10u);
    EXPECT_EQ(of.at("payments.create").users.failed(), 0u) << "e-mails alone fail";
    std::uint64_t failed = 0;
    for (const auto& [id, n] : all.nodes)
        if (const auto it = n.rejected.find("side_effect_failed"); it != n.rejected.end())
            failed += it->second;
    EXPECT_EQ(failed, of.at("orders.create").users.of(Outcome::serverError));
    // What it was asked during the fault it may still refuse two seconds later.
    const auto after = live.sinceChange(8);
    EXPECT_GT(after.total().users.of(Outcome::ok), 5u);
    EXPECT_EQ(after.total().users.failed(), 0u);
}

TEST(SideEffects, AFailingProviderFailsNoOrderWhenQueuedAndEveryEmailIsSentLater) {
    LiveSystem live(
        buying({"side_effects=queued", "side_effects.attempts=25", "side_effects.backoff_s=0.5"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    live.apply(engine::FaultStart{"failing_email", 2});
    live.waitForFlags(2);
    pauseAndWaitForJobs(live);
    EXPECT_GT(deliveries(live)["email"]["failed"], 10);
    expectEachDoneOnce(live);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.of(Outcome::ok));
}

TEST(SideEffects, ASlowProviderKeepsTheThreadsOfInlineOrders) {
    LiveSystem live(buying({"side_effects=inline"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(2);
    const auto inUse = [&](const measure::Sample& s) { return s.nodes.at("sink").inUse; };
    const double before = inUse(live.sinceChange(2));
    live.apply(engine::FaultStart{"slow_email", 60});
    live.runFor(3);
    // Orders arrive 27 times a second and stay for five: all 20 threads are theirs soon.
    EXPECT_GT(inUse(live.sinceChange(4)), std::max(12.0, before));
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.ended());
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Each fault begins, shows, ends by itself, and leaves its flags.
#include <gtest/gtest.h>

#include <signal.h>
#include <cmath>

#include "simulator/mechanisms/catalogue.h"
#include "tests/support/event_count.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using measure::EventKind;
using measure::Outcome;
using test::LiveSystem;
using test::shipped;

namespace {
std::set<std::string> aliveNow(const measure::Timeline& t, const std::string& role) {
    std::set<std::string> ids;
    for (const auto& [id, n] : t.samples().back().nodes)
        if (n.alive && n.role == role) ids.insert(id);
    return ids;
}
/// The same by the set of nodes that the engine names, which does not wait for a sample; the dead
/// are among them.
std::set<std::string> namedNow(const LiveSystem& live, const std::string& role) {
    std::set<std::string> ids;
    for (const auto& n : live.topology())
        if (n.role == role) ids.insert(n.id);
    return ids;
}
}  // namespace

TEST(Faults, AKilledInstanceIsShownDeadTheRunGoesOnAndItIsReplaced) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    EXPECT_EQ(aliveNow(live.timeline(), "instance").size(), 2u);
    live.apply(engine::FaultStart{"kill_instance", 3});
    live.runFor(1.5);
    EXPECT_EQ(aliveNow(live.timeline(), "instance").size(), 1u);
    EXPECT_EQ(count(live.timeline(), EventKind::node), 1) << "its death is told";
    live.runFor(4);
    EXPECT_EQ(aliveNow(live.timeline(), "instance").size(), 2u);
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 1);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.ended());
    // What was on its way to it may fail; reads are tried elsewhere.
    EXPECT_LE(all.failed(), 5u);
}

TEST(Faults, AKilledReplicaIsReplacedByOneThatHasEverything) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    live.apply(engine::FaultStart{"kill_replica", 2});
    live.runFor(5);
    EXPECT_EQ(aliveNow(live.timeline(), "replica").size(), 2u);
    const auto& nodes = live.timeline().samples().back().nodes;
    for (const auto& [id, n] : nodes)
        if (n.alive && n.role == "replica") {
            EXPECT_NEAR(n.gauges.at("lsn"), nodes.at("primary").gauges.at("lsn"), 2) << id;
        }
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.ended());
}

TEST(Faults, AFlashCrowdIsThreeTimesAsManyAndEnds) {
    auto s = shipped("sound");
    s.workload.requestsPerUserPerDay = 200;  // 93 a second: enough to tell three times from chance
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    live.runFor(3);
    const double normalHz = s.workload.rate().peakHz;
    // Poisson counts: within five standard deviations.
    const auto expectRate = [](const measure::Sample& w, double rateHz) {
        const double expected = rateHz * w.spanMs() / 1000;
        EXPECT_NEAR(static_cast<double>(w.total().users.offered), expected,
                    5 * std::sqrt(expected));
    };
    expectRate(live.timeline().window(2, live.timeline().lastSlot()), normalHz);
    live.apply(engine::FaultStart{"flash_crowd", 3});
    live.runFor(2.5);
    expectRate(live.sinceChange(1), 3 * normalHz);
    live.runFor(4);
    expectRate(live.sinceChange(1), normalHz);
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 1);
}

TEST(Faults, WithoutTheCacheTheDatabaseAnswersAndItComesBackEmpty) {
    LiveSystem live(shipped("sound", {"in_process_cache=off"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(3);
    EXPECT_GT(live.sinceChange().total().server.cacheHits, 0u);
    live.apply(engine::FaultStart{"kill_cache", 3});
    live.runFor(2.5);
    EXPECT_TRUE(aliveNow(live.timeline(), "cache").empty());
    const auto down = live.sinceChange(2).total().server;
    EXPECT_GT(down.cacheMisses, 0u);
    EXPECT_EQ(down.cacheHits, 0u);
    EXPECT_EQ(down.recomputes, down.cacheMisses) << "each goes to the database";
    live.waitForFlags(2);
    live.runFor(5);
    EXPECT_EQ(aliveNow(live.timeline(), "cache").size(), 1u);
    EXPECT_GT(live.sinceChange(2).total().server.cacheHits, 0u);
    live.stop();
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 1);
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.of(Outcome::ok)) << "nobody is told";
}

TEST(Faults, AFlushedCacheHasNothingAndWithoutOneThereIsNothingToFlush) {
    LiveSystem live(shipped("sound", {"in_process_cache=off", "shared_cache.ttl_s=3600"}), true);
    ASSERT_TRUE(live.isUp());
    auto client = live.client();
    for (int id = 1; id <= 20; ++id) client.Get("/v1/products/" + std::to_string(id));
    const auto keys = [&] { return test::shell(live.node("cache").tryIt + " DBSIZE"); };
    EXPECT_EQ(keys(), "20\n");
    live.apply(engine::FaultStart{"flush_cache", 1});
    EXPECT_EQ(keys(), "0\n");
    live.waitForFlags(2);
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 1);
    client.Get("/v1/products/1");
    EXPECT_EQ(keys(), "1\n");
    live.set({"shared_cache=off"});
    live.recorder().engine().apply(engine::FaultStart{"flush_cache", 1});
    const auto isTold = [&] {
        for (const auto& e : live.timeline().events())
            if (e.text == "Flush the cache: there is none") return true;
        return false;
    };
    EXPECT_TRUE(live.recorder().waitFor(isTold, std::chrono::seconds(20)));
}

TEST(Faults, WithoutTheAuthServiceCentralTokensLetNobodyInAndItEndsByItself) {
    LiveSystem live(shipped("sound", {"token_validation=central"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(2);
    EXPECT_EQ(live.sinceChange().total().users.failed(), 0u);
    live.apply(engine::FaultStart{"auth_down", 3});
    live.runFor(2);
    EXPECT_TRUE(aliveNow(live.timeline(), "auth").empty());
    const auto down = live.sinceChange(1);
    EXPECT_GT(down.total().users.ended(), 5u);
    EXPECT_EQ(down.total().users.of(Outcome::ok), 0u);
    live.waitForFlags(2);
    live.runFor(2);
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 1);
    EXPECT_EQ(aliveNow(live.timeline(), "auth").size(), 1u);
    EXPECT_EQ(live.sinceChange(2).total().users.failed(), 0u);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot());
    EXPECT_EQ(all.total().users.offered, all.total().users.ended());
    EXPECT_EQ(all.nodes.at("gateway").rejected.at("auth_down"),
              all.total().users.of(Outcome::serverError))
        << "each is told why";
}

TEST(Faults, WithoutTheAuthServiceJwtGoesOnUntilTheTokensEnd) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    live.runFor(1.5);
    live.apply(engine::FaultStart{"auth_down", 3});
    live.runFor(2.5);
    const auto down = live.sinceChange(1).total().users;
    EXPECT_GT(down.ended(), 5u);
    EXPECT_EQ(down.of(Outcome::serverError), 0u);
    // Of tokens that live 600 s a few seconds are over in these seconds.
    EXPECT_LE(down.of(Outcome::clientError), 4u);
    live.stop();
    EXPECT_EQ(count(live.timeline(), EventKind::fault), 1);
}

TEST(Faults, TokensThatLiveForASecondEndWithTheAuthService) {
    LiveSystem live(shipped("sound", {"token_validation.token_lifetime_s=1"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(2);
    EXPECT_EQ(live.sinceChange().total().users.failed(), 0u) << "each is traded for the next";
    EXPECT_GT(live.timeline().samples().back().nodes.at("generator").gauges.at("tokens_refreshed"),
              0);
    live.apply(engine::FaultStart{"auth_down", 8});
    live.runFor(5);
    // A second of life and one of leeway later.
    const auto late = live.sinceChange(12);
    EXPECT_GT(late.total().users.ended(), 5u);
    EXPECT_EQ(late.total().users.of(Outcome::ok), 0u);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot());
    EXPECT_EQ(all.nodes.at("gateway").rejected.at("token_expired"),
              all.total().users.of(Outcome::clientError));
}

TEST(Faults, ARollingDeployReplacesEveryInstanceAndLosesNothing) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    const auto before = aliveNow(live.timeline(), "instance");
    live.recorder().engine().apply(engine::FaultStart{"rolling_deploy", 2});
    live.runFor(6);
    const auto after = aliveNow(live.timeline(), "instance");
    EXPECT_EQ(after.size(), before.size());
    for (const auto& id : before) EXPECT_EQ(after.count(id), 0u) << id << " is still there";
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.ended());
    EXPECT_EQ(all.failed(), 0u);
}

TEST(Faults, BiggerMachinesAreMoreInstancesAndMoreCores) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    live.apply(engine::MachinesChange{{2, 4}});
    live.runFor(2);
    EXPECT_EQ(aliveNow(live.timeline(), "instance").size(), 4u);
    EXPECT_EQ(live.timeline().samples().back().nodes.at("primary").cores, 8);
    live.apply(engine::MachinesChange{{1, 1}});
    live.runFor(4);
    EXPECT_EQ(aliveNow(live.timeline(), "instance").size(), 2u);
    EXPECT_EQ(live.timeline().samples().back().nodes.at("primary").cores, 2);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.failed(), 0u);
}

TEST(Faults, AnotherTierIsAnotherLoadOnOtherMachines) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    live.apply(engine::UsersChange{100'000});
    live.runFor(3);
    const auto w = live.sinceChange(2);
    EXPECT_NEAR(static_cast<double>(w.total().users.offered) * 1000 / w.spanMs(), 231.5, 60);
    EXPECT_EQ(aliveNow(live.timeline(), "instance").size(), 4u);
    for (const auto& [id, n] : live.timeline().samples().back().nodes) {
        if (n.role != "instance" || !n.alive) continue;
        EXPECT_EQ(n.cores, 2) << id << " is an instance of the tier before";
        EXPECT_EQ(n.capacity, 20) << id;
    }
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.failed(), 0u) << "growing loses nobody's request";
}

TEST(Faults, DuringADeployChangesAndPauseAreTakenAtOnceAndTheDeployGoesOn) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    const auto before = namedNow(live, "instance");
    live.apply(engine::FaultStart{"rolling_deploy", 60});
    EXPECT_EQ(namedNow(live, "instance").size(), 2 * before.size()) << "both sets serve";
    // apply() waits for the flag: were the queue held up by the deploy it would not come in time.
    live.set({"rate_limiting=off"});
    EXPECT_EQ(namedNow(live, "instance").size(), 2 * before.size())
        << "the change ends neither the old nor the new";
    live.apply(engine::MachinesChange{{2, 1}});
    EXPECT_EQ(namedNow(live, "instance").size(), before.size() + 2 * before.size())
        << "the new set is as large as was asked, the old one still there";
    live.recorder().engine().pause();
    EXPECT_TRUE(
        live.recorder().waitFor([&] { return live.recorder().phase() == engine::Phase::paused; },
                                std::chrono::seconds(10)));
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 0) << "the deploy still goes on";
    live.stop();
    EXPECT_EQ(live.recorder().phase(), engine::Phase::idle);
}

TEST(Faults, TwoKilledInstancesAreTwoAndEachComesBackAtTheEndOfItsOwnFault) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    live.apply(engine::MachinesChange{{2, 1}});
    ASSERT_EQ(namedNow(live, "instance").size(), 4u);
    // One after the other without a breath: both must find a living victim.
    live.recorder().engine().apply(engine::FaultStart{"kill_instance", 2});
    live.apply(engine::FaultStart{"kill_instance", 60});
    live.waitForFlags(3);
    std::set<std::string> victims;
    for (const auto& e : live.timeline().events())
        if (e.kind == EventKind::fault) victims.insert(e.detail);
    EXPECT_EQ(victims.size(), 2u);
    // A change in between brings nobody back: the faults go on.
    live.set({"rate_limiting=off"});
    live.waitForFlags(5);  // the end of the first
    live.runFor(1);
    EXPECT_EQ(aliveNow(live.timeline(), "instance").size(), 3u);
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 1);
}

TEST(Faults, OverlappingFlashCrowdsAreOneThatLastsUntilTheLaterEnd) {
    auto s = shipped("sound");
    s.workload.requestsPerUserPerDay = 200;
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    live.apply(engine::FaultStart{"flash_crowd", 60});
    live.apply(engine::FaultStart{"flash_crowd", 1});
    live.waitForFlags(3);  // the second has ended, the first has not
    live.runFor(3);
    const auto during = live.sinceChange(1);
    const double perSecond =
        static_cast<double>(during.total().users.offered) * 1000 / during.spanMs();
    // 92.6 a second × 3, and four standard deviations of two seconds' count.
    EXPECT_NEAR(perSecond, 277.8, 50);
    EXPECT_EQ(live.timeline().samples().back().version, live.timeline().events().back().version);
}

TEST(Faults, AChangeThatFailsHalfwayLeavesTheOldStateStandingAndSaysSo) {
    LiveSystem live(shipped("sound", {"read_replicas=0"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    const auto version = live.timeline().samples().back().version;
    ::kill(live.node("primary").pid, SIGKILL);
    live.runFor(1);
    // Its instances can be started, its replica cannot: nobody can copy a dead primary.
    const auto design = shipped("sound", {"read_replicas=1"}).design;
    live.recorder().engine().apply(engine::DesignChange{design, "read_replicas 0 → 1"});
    const auto told = [&]() -> const measure::Event* {
        for (const auto& e : live.timeline().events())
            if (e.text == "a change could not be made") return &e;
        return nullptr;
    };
    live.recorder().waitFor([&] { return told() != nullptr; }, std::chrono::seconds(20));
    ASSERT_TRUE(told());
    EXPECT_NE(told()->detail.find("the primary is not running"), std::string::npos);
    live.runFor(1);
    EXPECT_EQ(live.timeline().samples().back().version, version) << "nothing was published";
    for (const auto& e : live.timeline().events()) EXPECT_EQ(e.number, 0) << e.text;
    // What failed is not asked for again: the next change is only itself.
    live.apply(engine::MachinesChange{{1, 2}});
    EXPECT_GT(live.timeline().events().back().version, version);
    EXPECT_EQ(namedNow(live, "replica").size(), 0u);
}

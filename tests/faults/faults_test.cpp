// SPDX-License-Identifier: GPL-3.0-or-later
// Each fault begins, shows, ends by itself, and leaves its flags.
#include <gtest/gtest.h>

#include "simulator/mechanisms/catalogue.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using measure::EventKind;
using measure::Outcome;
using test::LiveSystem;
using test::shipped;

namespace {
int count(const measure::Timeline& t, EventKind kind) {
    int n = 0;
    for (const auto& e : t.events()) n += e.kind == kind;
    return n;
}

std::set<std::string> aliveNow(const measure::Timeline& t, const std::string& role) {
    std::set<std::string> ids;
    for (const auto& [id, n] : t.samples().back().nodes)
        if (n.alive && n.role == role) ids.insert(id);
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
    const auto offered = [&](const measure::Sample& w) {
        return static_cast<double>(w.total().users.offered) * 1000 / w.spanMs();
    };
    const double before = offered(live.timeline().window(2, live.timeline().lastSlot()));
    live.apply(engine::FaultStart{"flash_crowd", 3});
    live.runFor(2.5);
    const double during = offered(live.sinceChange(1));
    // Poisson counts: four standard deviations over two seconds.
    EXPECT_NEAR(during / before, 3, 0.9);
    live.runFor(4);
    EXPECT_NEAR(offered(live.sinceChange(1)) / before, 1, 0.5);
    EXPECT_EQ(count(live.timeline(), EventKind::faultEnded), 1);
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
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The simulated system against times computed by hand.
#include "simulator/system/system.h"

#include <gtest/gtest.h>

#include "simulator/system/small_system.h"

namespace tenfold::system {
namespace {

using namespace small;  // NOLINT: its numbers are this test's
using measure::Outcome;
using measure::Stage;

constexpr double kExact = 1e-5;  // ten ns, in ms: each part is cut to whole ns

using SystemTest = SmallSystem;

TEST_F(SystemTest, OneRequestThroughAnEmptySystemTakesWhatItsPartsTake) {
    start();
    ask("orders.get");
    const auto s = run(1);
    const auto& e = of(s, "orders.get");
    ASSERT_EQ(e.users.of(Outcome::ok), 1u);
    EXPECT_NEAR(e.users.response.sumMs(), kInstanceMs + roundTripMs(kStatementMs) + restMs(),
                kExact);
    EXPECT_EQ(e.server.requests, 1u);
    EXPECT_EQ(e.server.statements, 1u);
    EXPECT_EQ(e.server.vmSteps, 13u);
    EXPECT_EQ(e.server.rows, 1u);
    EXPECT_NEAR(e.where.of(Stage::database), kStatementMs, 1e-5);
    EXPECT_NEAR(e.where.of(Stage::serialisation), cpuMs(kRows, kBytes), 1e-5);
    EXPECT_NEAR(e.where.of(Stage::link), kLinkMs + kDatabaseMs + transferMs(kBytes), 1e-5);
    EXPECT_NEAR(s.nodes.at("primary").busyCoreMs, kStatementMs, kExact);
    EXPECT_NEAR(s.nodes.at("api-1").busyCoreMs, cpuMs(kRows, kBytes), kExact);
}

TEST_F(SystemTest, StatementsOneAfterTheOtherAddUpEachWithItsRoundTrip) {
    start();
    ask("orders.list");
    ask("images.get");
    const auto s = run(1);
    EXPECT_NEAR(of(s, "orders.list").users.response.sumMs(),
                kInstanceMs + 4 * roundTripMs(kStatementMs) + restMs(), kExact);
    EXPECT_EQ(of(s, "orders.list").server.statements, 4u);
    EXPECT_NEAR(of(s, "images.get").users.response.sumMs(), kInstanceMs + restMs(), kExact);
}

TEST_F(SystemTest, ThroughThePoolerEachRoundTripTakesAHopMore) {
    set("connection_pooler", "transaction", {{"size", 2}, {"wait_limit_s", 1}});
    start();
    ask("orders.list");
    const auto s = run(1);
    EXPECT_NEAR(of(s, "orders.list").users.response.sumMs(),
                kInstanceMs + 4 * (roundTripMs(kStatementMs) + kPoolerMs) + restMs(), kExact);
    EXPECT_EQ(s.nodes.at("pooler").completed, 4u);
}

TEST_F(SystemTest, WhoWaitsForAConnectionIsAnswered503AfterExactlyTheLimit) {
    hardware()["max_connections"] = 5;  // two for us
    start();
    ask("me.get", 3);
    const auto s = run(5);
    const auto& e = of(s, "me.get");
    EXPECT_EQ(e.users.of(Outcome::ok), 2u);
    EXPECT_EQ(e.users.of(Outcome::serverError), 1u);
    EXPECT_EQ(rejected(s, "api-1", "connection_wait"), 1u);
    const double served = kInstanceMs + roundTripMs(kLongMs) + restMs();
    const double refused = 1000 + cpuMs(0, 190) + transferMs(190) + kGatewayMs;
    EXPECT_NEAR(e.users.response.sumMs(), 2 * served, kExact);
    EXPECT_NEAR(e.users.service.sumMs(), 2 * served + refused, kExact);
    EXPECT_EQ(e.server.statements, 2u);
}

TEST_F(SystemTest, TheGatewaysLineShedsAtItsBound) {
    hardware()["threads_per_instance"] = 4;
    start();
    ask("me.get", 9);  // four at work, three in line
    const auto first = run(0.25);
    EXPECT_EQ(rejected(first, "gateway", "queue_full"), 2u);
    EXPECT_EQ(of(first, "me.get").users.of(Outcome::serverError), 2u);
    EXPECT_NEAR(of(first, "me.get").users.service.sumMs(), 2 * (transferMs(180) + kGatewayMs),
                kExact);
    EXPECT_EQ(first.nodes.at("gateway").waiting, 3);
    const auto rest = run(15);
    EXPECT_EQ(of(rest, "me.get").users.of(Outcome::ok), 7u);
    EXPECT_EQ(rejected(rest, "gateway", "queue_full"), 0u);
}

TEST_F(SystemTest, AClientGivesUpAtExactlyItsLimitAndTheWorkItLeavesStillCostsCoreTime) {
    m_scenario.workload.clientTimeoutMs = 1500;
    hardware()["request_timeout_ms"] = 2000;
    start();
    ask("me.get");
    const auto s = run(4);
    const auto& e = of(s, "me.get");
    EXPECT_EQ(e.users.of(Outcome::timeout), 1u);
    EXPECT_EQ(e.users.ended(), 1u);
    EXPECT_NEAR(e.users.response.sumMs(), 1500, kExact);
    EXPECT_EQ(rejected(s, "api-1", "request_timeout"), 1u) << "the API has its own limit";
    EXPECT_EQ(rejected(s, "gateway", "client_gone"), 1u);
    EXPECT_NEAR(s.nodes.at("primary").busyCoreMs, kLongMs, kExact) << "begun is paid";
    EXPECT_TRUE(m_system->isDrained());
}

TEST_F(SystemTest, WhatHasNotBegunWhenItIsAbandonedCostsOnlyItsBase) {
    m_scenario.workload.clientTimeoutMs = 1500;
    hardware()["request_timeout_ms"] = 2000;
    hardware()["primary_cores"] = 1;
    hardware()["slice_ms"] = 10'000;  // one after the other
    start();
    ask("me.get", 2);
    const auto s = run(8);
    EXPECT_EQ(of(s, "me.get").users.of(Outcome::timeout), 2u);
    EXPECT_NEAR(s.nodes.at("primary").busyCoreMs, kLongMs + kStatementMs, kExact);
    EXPECT_EQ(run(0.25).nodes.at("primary").gauges.at("active"), 0);
}

TEST_F(SystemTest, WritersHaveTheLockOneAtATimeInOrderOfArrival) {
    start();
    const std::pair<const char*, double> writers[] = {{"reviews.create", 5},
                                                      {"orders.create", 3},
                                                      {"products.update", 11},
                                                      {"payments.create", 3},
                                                      {"me.update", 7}};
    for (const auto& [id, ms] : writers) ask(id);
    const auto s = run(1);
    double before = 0;
    for (const auto& [id, ms] : writers) {
        const auto& e = of(s, id);
        ASSERT_EQ(e.users.of(Outcome::ok), 1u) << id;
        EXPECT_NEAR(e.where.of(Stage::lock), before, 1e-4) << id;
        // The next begins while this one waits for its flush.
        EXPECT_NEAR(e.users.response.sumMs(),
                    kInstanceMs + roundTripMs(before + ms + kFlushMs) + restMs(), kExact)
            << id;
        before += ms;
    }
    EXPECT_EQ(of(s, "orders.create").server.statements, 2u) << "one pipeline, one round trip";
    EXPECT_EQ(s.nodes.at("primary").gauges.at("lsn"), 5);
    EXPECT_NEAR(s.nodes.at("primary").gauges.at("lock_busy") * 1000, before, kExact);
}

TEST_F(SystemTest, ReadersDoNotWaitForWriters) {
    hardware()["primary_cores"] = 2;
    start();
    ask("products.update");
    ask("orders.get");
    EXPECT_NEAR(of(run(1), "orders.get").users.response.sumMs(),
                kInstanceMs + roundTripMs(kStatementMs) + restMs(), kExact);
}

TEST_F(SystemTest, AReplicaHasAWriteAfterItsLagAndTheWorkOfApplyingIt) {
    set("read_replicas", "1", {{"lag_ms", 300}, {"read_your_writes", 1}});
    start();
    ask("orders.create");
    const auto first = run(0.25);  // committed after some ms
    EXPECT_EQ(first.nodes.at("primary").gauges.at("lsn"), 1);
    EXPECT_EQ(first.nodes.at("replica-1").gauges.at("lsn"), 0);
    const auto second = run(0.25);
    EXPECT_EQ(second.nodes.at("replica-1").gauges.at("lsn"), 1);
    EXPECT_NEAR(second.nodes.at("replica-1").gauges.at("lag_ms"), 300 + kApplyMs, kExact);
    EXPECT_NEAR(second.nodes.at("replica-1").busyCoreMs, kApplyMs, kExact);
}

TEST_F(SystemTest, ConnectionsBeyondTheDatabasesLimitAreRefusedAndMissingWhereTheyWereWanted) {
    hardware()["instances"] = 2;  // 2 × 16 wanted, 20 to be had
    start();
    const auto s = run(0.25);
    EXPECT_EQ(rejected(s, "primary", "too_many_connections"), 12u);
    EXPECT_EQ(s.nodes.at("api-1").gauges.at("connections_open"), 16);
    EXPECT_EQ(s.nodes.at("api-2").gauges.at("connections_open"), 4);
    EXPECT_EQ(s.nodes.at("primary").inUse, 20);
    // Sixteen go to each: on the second one most of them wait, and only there.
    ask("me.get", 32);
    const auto busy = run(0.25);
    EXPECT_EQ(busy.nodes.at("api-1").gauges.at("connections_waiting"), 0);
    EXPECT_EQ(busy.nodes.at("api-2").gauges.at("connections_waiting"), 12);
}

TEST_F(SystemTest, OfAnInstanceThatDiesReadsAreAskedElsewhereAndWritesAreToldThatItBroke) {
    hardware()["instances"] = 2;
    System& system = start();
    ask("orders.get", 4);  // two on each
    ask("orders.create", 2);
    system.beginFault("kill_instance", 1);
    const auto s = run(1);
    EXPECT_EQ(of(s, "orders.get").users.of(Outcome::ok), 4u);
    EXPECT_EQ(of(s, "orders.create").users.of(Outcome::ok), 1u);
    EXPECT_EQ(of(s, "orders.create").users.of(Outcome::serverError), 1u);
    EXPECT_EQ(rejected(s, "gateway", "upstream_broken"), 1u);
    EXPECT_TRUE(system.isDrained());
}

TEST_F(SystemTest, CoresAreSharedInSlices) {
    hardware()["primary_cores"] = 1;
    start();
    ask("me.get");
    ask("orders.get");
    // Two ms of the long one, one of its own: it does not wait for three seconds.
    EXPECT_NEAR(of(run(1), "orders.get").users.response.sumMs(),
                kInstanceMs + roundTripMs(2 + kStatementMs) + restMs(), kExact);
}

TEST_F(SystemTest, NativeHardwareIsRefusedWithTheReason) {
    m_scenario.hardware = "native";
    EXPECT_THROW(start(), std::runtime_error);
}

TEST_F(SystemTest, WhatIsOpenAtTheEndOfTheLoadEndsAndIsCounted) {
    m_scenario.workload.dailyActiveUsers = 1e6;
    m_scenario.workload.requestsPerUserPerDay = 8.64;  // 400/s at the peak
    System& system = start();
    system.pause(false);
    measure::Sample all = run(2);
    EXPECT_GT(all.total().users.offered, all.total().users.ended()) << "long ones are open";
    system.endLoad();
    const auto offered = all.total().users.offered;
    while (!system.isDrained()) all.mergeLater(system.nextSlot());
    EXPECT_EQ(all.total().users.offered, offered) << "nobody came after the end";
    EXPECT_EQ(all.total().users.ended(), offered);
}

}  // namespace
}  // namespace tenfold::system

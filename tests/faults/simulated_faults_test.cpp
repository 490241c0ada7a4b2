// SPDX-License-Identifier: GPL-3.0-or-later
// Each fault in the twin begins, shows in counts, ends by itself, and loses nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "simulator/cli/inputs.h"
#include "tests/support/event_count.h"
#include "tests/support/simulated_system.h"

using namespace tenfold;  // NOLINT: a test
using measure::EventKind;
using measure::Outcome;
using measure::Sample;
using test::SimulatedSystem;

namespace {

scenario::Scenario sound(double requestsPerUserPerDay = 200) {
    cli::ScenarioFlags flags;
    flags.tier = "10k";
    auto s = cli::scenarioFrom(flags);
    s.workload.requestsPerUserPerDay = requestsPerUserPerDay;  // 93 a second
    return s;
}

std::set<std::string> alive(const Sample& s, const std::string& role) {
    std::set<std::string> ids;
    for (const auto& [id, n] : s.nodes)
        if (n.role == role && n.alive) ids.insert(id);
    return ids;
}

/// A fault from 5 s to 10 s of a run of 20 s, and what is to be seen before, meanwhile, afterwards.
struct FaultCase {
    std::function<void(const Sample& before, const Sample& during, const Sample& after)> shows;
    std::uint64_t mayFail = 0;  // of the users' requests
};

void expectRate(const Sample& w, double rateHz) {
    const double expected = rateHz * w.spanMs() / 1000;
    EXPECT_NEAR(static_cast<double>(w.total().users.offered), expected, 5 * std::sqrt(expected));
}

const std::map<std::string, FaultCase>& faultCases() {
    static const std::map<std::string, FaultCase> cases{
        {"flash_crowd",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              const double rateHz = sound().workload.rate().peakHz;
              expectRate(before, rateHz);
              expectRate(during, 3 * rateHz);
              expectRate(after, rateHz);
          },
          0}},
        {"abusive_client",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              EXPECT_EQ(before.total().abuser.offered, 0u);
              EXPECT_GT(during.total().abuser.of(Outcome::rateLimited), 500u);
              EXPECT_EQ(after.total().abuser.offered, 0u);
              EXPECT_EQ(during.total().users.of(Outcome::rateLimited), 0u);
          },
          0}},
        {"slow_email",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              // Queued: no customer waits, but for the worker.
              EXPECT_LT(before.nodes.at("worker").inUse, 3);
              EXPECT_GT(during.nodes.at("worker").inUse, 3 * before.nodes.at("worker").inUse);
              // Half of them take longer than the 5 s a call may take.
              EXPECT_GT(after.nodes.at("worker").rejected.at("timed_out"), 0u);
              EXPECT_GT(after.nodes.at("worker").completed, before.nodes.at("worker").completed);
          },
          0}},
        {"failing_email",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              EXPECT_EQ(before.nodes.at("sink").rejected.count("failed"), 0u);
              EXPECT_GT(during.nodes.at("worker").rejected.at("failed"), 10u);
              EXPECT_GT(during.nodes.at("worker").gauges.at("jobs"),
                        before.nodes.at("worker").gauges.at("jobs"));
              EXPECT_EQ(after.nodes.at("worker").gauges.at("dead"), 0) << "they are tried again";
              EXPECT_GT(after.nodes.at("worker").completed, before.nodes.at("worker").completed);
          },
          0}},
        {"auth_down",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              // Tokens are verified at the gateway: it goes on, but for those whose token ends.
              EXPECT_EQ(alive(before, "auth").size(), 1u);
              EXPECT_EQ(alive(during, "auth").size(), 0u);
              EXPECT_EQ(alive(after, "auth").size(), 1u);
              const auto users = during.total().users;
              EXPECT_GT(users.of(Outcome::ok), 9 * users.ended() / 10);
              EXPECT_EQ(users.of(Outcome::serverError), 0u);
          },
          25}},
        {"flush_cache",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              // It fills again at once: what was there has to be computed once more.
              EXPECT_GT(before.total().server.cacheHits, 0u);
              EXPECT_EQ(alive(during, "cache").size(), 1u);
              EXPECT_GT(during.total().server.cacheHits, 0u);
              EXPECT_GT(after.nodes.at("cache").gauges.at("keys"), 0);
          },
          0}},
        {"kill_cache",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              EXPECT_EQ(alive(before, "cache").size(), 1u);
              EXPECT_GT(before.total().server.cacheHits, 0u);
              // The database has the work again, and nobody is told.
              EXPECT_EQ(alive(during, "cache").size(), 0u);
              const auto server = during.total().server;
              EXPECT_EQ(server.cacheHits, 0u);
              EXPECT_GT(server.recomputes, 0u);
              EXPECT_EQ(server.recomputes, server.cacheMisses);
              EXPECT_EQ(during.nodes.at("cache").completed, 0u);
              EXPECT_EQ(alive(after, "cache").size(), 1u);
              EXPECT_GT(after.total().server.cacheHits, 0u);
          },
          0}},
        {"drop_replies",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              const auto lost = [](const Sample& w) {
                  const auto& all = w.nodes.at("gateway").rejected;
                  const auto it = all.find("reply_lost");
                  return it == all.end() ? 0 : it->second;
              };
              EXPECT_EQ(lost(before), 0u);
              // 5 % of the writes: some two in five seconds. None is a read.
              EXPECT_EQ(lost(during), during.total().users.of(Outcome::refused));
              EXPECT_EQ(lost(after), 0u);
              EXPECT_EQ(during.total().server.duplicates, 0u) << "nobody tries again";
          },
          12}},
        {"kill_instance",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              EXPECT_EQ(alive(before, "instance").size(), 2u);
              EXPECT_EQ(alive(during, "instance").size(), 1u);
              EXPECT_EQ(alive(after, "instance").size(), 2u);
              for (const auto& id : alive(after, "instance"))
                  EXPECT_GT(after.nodes.at(id).completed, 0u) << id << " works again";
          },
          5}},  // what was on its way to it; reads are tried elsewhere
        {"kill_replica",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              EXPECT_EQ(alive(before, "replica").size(), 2u);
              EXPECT_EQ(alive(during, "replica").size(), 1u);
              EXPECT_EQ(alive(after, "replica").size(), 2u);
              for (const auto& id : alive(after, "replica"))
                  EXPECT_GT(after.nodes.at(id).completed, 0u) << id << " works again";
          },
          150}},  // whoever asks the dead one waits for a connection and is told 503, as live
        {"rolling_deploy",
         {[](const Sample& before, const Sample& during, const Sample& after) {
              EXPECT_EQ(alive(before, "instance").size(), 2u);
              EXPECT_EQ(alive(during, "instance").size(), 4u) << "the new beside the old";
              EXPECT_EQ(alive(after, "instance").size(), 2u);
              for (const auto& id : alive(before, "instance"))
                  EXPECT_EQ(alive(after, "instance").count(id), 0u) << id << " is still there";
          },
          0}}};
    return cases;
}

}  // namespace

class SimulatedFaults : public testing::TestWithParam<std::string> {};

TEST_P(SimulatedFaults, DoesWhatItSaysEndsByItselfAndLosesNothing) {
    const std::string fault = GetParam();
    ASSERT_TRUE(faultCases().count(fault)) << "a fault without a test: " << fault;
    auto s = sound();
    s.faults = {{fault, 5, 5}};
    SimulatedSystem system(s);
    system.runFor(20);
    system.stop();
    const auto& t = system.timeline();
    // The last slots of each part: connections break and are opened in the first.
    faultCases().at(fault).shows(t.window(8, 19), t.window(24, 39), t.window(44, 79));
    EXPECT_EQ(count(t, EventKind::fault), 1);
    EXPECT_EQ(count(t, EventKind::faultEnded), 1);
    const auto all = t.window(0, t.lastSlot()).total();
    EXPECT_EQ(all.users.offered, all.users.ended());
    EXPECT_EQ(all.abuser.offered, all.abuser.ended());
    EXPECT_LE(all.users.failed(), faultCases().at(fault).mayFail);
}
INSTANTIATE_TEST_SUITE_P(All, SimulatedFaults, testing::ValuesIn(scenario::faultNames()),
                         [](const auto& it) { return it.param; });

TEST(SimulatedFaults, OverlappingCrowdsAreOneThatLastsUntilTheLaterEnd) {
    auto s = sound();
    s.faults = {{"flash_crowd", 2, 10}, {"flash_crowd", 4, 2}};
    SimulatedSystem system(s);
    system.runFor(16);
    const double rateHz = s.workload.rate().peakHz;
    expectRate(system.timeline().window(28, 47), 3 * rateHz);
    expectRate(system.timeline().window(48, 63), rateHz);
}

TEST(SimulatedFaults, AFlushedCacheHasNothingAndIsFilledAnew) {
    auto s = sound();
    s.design.put("in_process_cache", {"off", {}});
    s.faults = {{"flush_cache", 20, 1}};
    SimulatedSystem system(s);
    system.runFor(40);
    const auto& t = system.timeline();
    const auto missesOf = [&](int from, int to) {
        return t.window(from, to).total().server.cacheMisses;
    };
    EXPECT_GT(missesOf(80, 99), 1.2 * static_cast<double>(missesOf(60, 79)));
    EXPECT_LT(t.samples()[80].nodes.at("cache").gauges.at("keys"),
              0.5 * t.samples()[79].nodes.at("cache").gauges.at("keys"));
}

TEST(SimulatedFaults, NewsOfChangesWaitsForTheCacheAndNoneIsGivenUp) {
    auto s = sound();
    s.design.put("shared_cache", {"ttl_and_events", {{"ttl_s", 60}}});
    s.workload.mix["products.update"] = 10;
    s.faults = {{"kill_cache", 5, 20}};
    SimulatedSystem system(s);
    system.runFor(24);
    const auto& during = system.timeline().samples().back().nodes.at("worker");
    EXPECT_GT(during.gauges.at("jobs"), 10);
    system.runFor(70);  // the longest backoff is a minute
    const auto& after = system.timeline().samples().back().nodes.at("worker");
    EXPECT_LT(after.gauges.at("jobs"), during.gauges.at("jobs"));
    EXPECT_EQ(after.gauges.at("dead"), 0);
    system.stop();
    const auto all = system.timeline().window(0, system.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.failed(), 0u);
}

TEST(SimulatedFaults, WithCentralTokensNobodyGetsInWithoutTheAuthService) {
    auto s = sound();
    s.design.put("token_validation", {"central", {}});
    s.faults = {{"auth_down", 2, 3}};
    SimulatedSystem system(s);
    system.runFor(10);
    system.stop();
    const auto dead = system.timeline().window(9, 19);
    EXPECT_EQ(dead.total().users.of(Outcome::ok), 0u);
    EXPECT_EQ(dead.nodes.at("gateway").rejected.at("auth_down"),
              dead.total().users.of(Outcome::serverError));
    EXPECT_EQ(system.timeline().window(24, 39).total().users.failed(), 0u);
    const auto all = system.timeline().window(0, system.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.ended());
}

TEST(SimulatedFaults, WithEveryInstanceDeadEverybodyIsToldAndTheyComeBack) {
    auto s = sound();
    s.faults = {{"kill_instance", 2, 3}, {"kill_instance", 2, 3}};
    SimulatedSystem system(s);
    system.runFor(10);
    system.stop();
    const auto dead = system.timeline().window(12, 19);
    EXPECT_EQ(dead.total().users.of(Outcome::ok), 0u);
    EXPECT_GT(dead.nodes.at("gateway").rejected.at("no_instance"), 0u);
    EXPECT_GT(system.timeline().window(28, 39).total().users.of(Outcome::ok), 100u);
    const auto all = system.timeline().window(0, system.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.ended());
}

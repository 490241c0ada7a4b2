// SPDX-License-Identifier: GPL-3.0-or-later
// Side effects in a system so small that every time follows by hand; and the outbox itself.
#include "simulator/mechanisms/side_effects/side_effects.h"

#include <gtest/gtest.h>

#include "simulator/mechanisms/side_effects/spec.h"
#include "simulator/system/small_system.h"

using namespace tenfold;                 // NOLINT: a test
using namespace tenfold::system::small;  // NOLINT: a test
using mechanisms::Outbox;
using system::Nanos;

namespace {

constexpr Nanos kSecond = 1'000'000'000;

scenario::Design designOf(std::map<std::string, double> parameters) {
    scenario::Design design;
    design.put("side_effects", {"queued", std::move(parameters)});
    return design;
}

class SideEffects : public SmallSystem {
protected:
    system::System& startAs(const char* value, std::map<std::string, double> parameters = {}) {
        set("side_effects", value, std::move(parameters));
        system::Mechanisms mechanisms;
        mechanisms.jobs = std::make_unique<Outbox>(1);
        return start(std::move(mechanisms));
    }
    measure::Sample fault(system::System& s, const char* name, double seconds) {
        s.beginFault(name, seconds);
        return run(seconds);
    }
};

double gauge(const measure::Sample& s, const char* node, const char* name) {
    return s.nodes.at(node).gauges.at(name);
}

}  // namespace

TEST(OutboxTest, JobsAreTakenOldestFirstAndAreNobodyElsesUntilTheLeaseEnds) {
    Outbox box(1);
    box.configure(designOf({{"lease_s", 10}}));
    for (int i = 0; i < 3; ++i) box.add({}, i);
    EXPECT_EQ(box.take(2, 5), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(box.look(10, 5).due, 1);
    EXPECT_EQ(box.look(10, 5).read, 3) << "past those that are taken";
    EXPECT_EQ(box.take(9, 5), (std::vector<std::uint64_t>{3}));
    EXPECT_EQ(box.look(10, 10 * kSecond + 4).due, 0);
    EXPECT_EQ(box.take(9, 10 * kSecond + 5).size(), 3u);
    box.done(1);
    EXPECT_EQ(box.jobs(), 2u);
    EXPECT_EQ(box.oldestAt(), 1);
}

TEST(OutboxTest, RetriesComeWithinTheBackoffAndThenTheJobIsGivenUp) {
    EXPECT_EQ(mechanisms::backoffLimitS(1, 1), 1);
    EXPECT_EQ(mechanisms::backoffLimitS(1, 4), 8);
    EXPECT_EQ(mechanisms::backoffLimitS(1, 25), 60) << "a minute at most";
    Outbox box(1);
    box.configure(designOf({{"attempts", 3}, {"backoff_s", 2}, {"lease_s", 1}}));
    box.add({}, 0);
    Nanos now = 0;
    for (int attempt = 1; attempt <= 3; ++attempt) {
        ASSERT_EQ(box.take(1, now).size(), 1u) << attempt;
        const auto failure = box.failed(1, now);
        EXPECT_EQ(failure.isLast, attempt == 3);
        if (failure.isLast) break;
        EXPECT_GE(failure.runAt, now);
        EXPECT_LE(failure.runAt, now + (attempt == 1 ? 2 : 4) * kSecond);
        box.later(1, failure.runAt);
        EXPECT_EQ(box.look(1, failure.runAt - 1).due, 0);
        now = failure.runAt;
    }
    box.bury(1);
    EXPECT_EQ(box.dead(), 1u);
    EXPECT_EQ(box.jobs(), 0u);
}

TEST_F(SideEffects, InlineTheCustomerWaitsForTheProvider) {
    startAs("inline");
    ask("orders.create");
    const auto s = run(2);
    const auto& e = of(s, "orders.create");
    EXPECT_EQ(e.server.callsInRequests, 1u);
    EXPECT_NEAR(e.where.of(measure::Stage::sideEffects), kProviderMs, 1e-3);
    // A statement each of 1 and 2 ms, the flush, the call.
    EXPECT_NEAR(e.users.response.sumMs(),
                kInstanceMs + roundTripMs(3) + kFlushMs + kProviderMs + restMs(),
                0.02 * kProviderMs);
    EXPECT_EQ(gauge(s, "sink", "delivered"), 1);
    EXPECT_FALSE(s.nodes.count("worker"));
}

TEST_F(SideEffects, AWriteWithoutSideEffectCallsNobody) {
    startAs("inline");
    ask("reviews.create");
    ask("orders.list");
    const auto s = run(2);
    EXPECT_EQ(s.total().server.callsInRequests, 0u);
    EXPECT_EQ(s.nodes.at("sink").arrived, 0u);
}

TEST_F(SideEffects, QueuedTheCustomerDoesNotWaitAndTheJobIsDone) {
    startAs("queued");
    ask("orders.create");
    ask("payments.create");
    const auto s = run(2);
    EXPECT_EQ(s.total().server.callsInRequests, 0u);
    EXPECT_EQ(of(s, "orders.create").where.of(measure::Stage::sideEffects), 0);
    EXPECT_LT(of(s, "orders.create").users.response.sumMs(), kProviderMs / 2);
    EXPECT_EQ(s.nodes.at("worker").completed, 2u);
    EXPECT_EQ(gauge(m_system->nextSlot(), "sink", "delivered"), 2);
    EXPECT_EQ(m_system->mechanisms().jobs->jobs(), 0u);
}

TEST_F(SideEffects, AFailingProviderFailsTheOrderInlineAndNoPayment) {
    auto& system = startAs("inline");
    system.beginFault("failing_email", 5);
    ask("orders.create");
    ask("payments.create");
    const auto s = run(2);
    EXPECT_EQ(of(s, "orders.create").users.of(measure::Outcome::serverError), 1u);
    EXPECT_EQ(of(s, "payments.create").users.of(measure::Outcome::ok), 1u);
    EXPECT_EQ(rejected(s, "api-1", "side_effect_failed"), 1u);
}

TEST_F(SideEffects, ASlowProviderIsGivenUpAtTheLimit) {
    auto& system = startAs("inline", {{"timeout_s", 1}});
    system.beginFault("slow_email", 10);  // 4 s
    ask("orders.create");
    const auto s = run(3);
    EXPECT_EQ(of(s, "orders.create").users.of(measure::Outcome::serverError), 1u);
    EXPECT_EQ(rejected(s, "api-1", "side_effect_timeout"), 1u);
    EXPECT_NEAR(of(s, "orders.create").where.of(measure::Stage::sideEffects), 1000, 1e-3);
}

TEST_F(SideEffects, WhatFailsIsTriedAgainAfterTheFaultAndDoneOnce) {
    auto& system = startAs("queued", {{"attempts", 25}});
    system.beginFault("failing_email", 3);
    ask("orders.create", 3);
    const auto during = run(3);
    EXPECT_EQ(during.total().users.of(measure::Outcome::ok), 3u) << "no customer is told";
    EXPECT_GE(rejected(during, "worker", "failed"), 3u);
    const auto after = run(30);
    EXPECT_EQ(after.nodes.at("worker").completed, 3u);
    EXPECT_EQ(system.mechanisms().jobs->jobs(), 0u);
    EXPECT_EQ(system.mechanisms().jobs->dead(), 0u);
}

TEST_F(SideEffects, WhatFailsTooOftenIsADeadLetter) {
    auto& system = startAs("queued", {{"attempts", 2}, {"backoff_s", 0.1}});
    system.beginFault("failing_email", 30);
    ask("orders.create", 2);
    run(5);
    EXPECT_EQ(system.mechanisms().jobs->dead(), 2u);
    EXPECT_EQ(gauge(m_system->nextSlot(), "worker", "dead"), 2);
}

TEST_F(SideEffects, ACallThatWasGivenUpIsRepeatedAndNotDoneTwice) {
    auto& system = startAs("queued", {{"timeout_s", 1}, {"backoff_s", 0.1}});
    system.beginFault("slow_email", 1);  // 4 s: given up after one
    ask("orders.create");
    run(5);
    const auto s = m_system->nextSlot();
    EXPECT_EQ(gauge(s, "sink", "delivered"), 1);
    EXPECT_EQ(gauge(s, "sink", "repeated"), 1);
    EXPECT_EQ(system.mechanisms().jobs->jobs(), 0u);
}

TEST_F(SideEffects, SwitchedOffTheWorkerDoesWhatIsLeftAndGoes) {
    auto& system = startAs("queued");
    ask("orders.create", 4);
    m_system->nextSlot();
    set("side_effects", "inline");
    system.change(m_scenario.design);
    const auto s = run(3);
    EXPECT_EQ(system.mechanisms().jobs->jobs(), 0u);
    EXPECT_EQ(gauge(s, "sink", "delivered"), 4);
    EXPECT_FALSE(m_system->nextSlot().nodes.count("worker"));
}

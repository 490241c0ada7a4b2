// SPDX-License-Identifier: GPL-3.0-or-later
// Keys, lost replies and clients that try again, in a system so small that counts follow by hand.
#include "simulator/mechanisms/idempotency/idempotency.h"

#include <gtest/gtest.h>

#include "simulator/system/small_system.h"

using namespace tenfold;                 // NOLINT: a test
using namespace tenfold::system::small;  // NOLINT: a test
using measure::Outcome;
using State = system::IdempotencyKeys::State;

namespace {

constexpr system::Nanos kSecond = 1'000'000'000;

class Ordering : public SmallSystem {
protected:
    Ordering() {
        m_scenario.workload.retryBackoffMs = 50;
        m_scenario.workload.droppedReplyPart = 1;
    }
    void begin(const std::string& idempotency, const std::string& sideEffects = "queued") {
        set("idempotency", idempotency);
        set("side_effects", sideEffects, {{"timeout_s", 5}});
        system::Mechanisms m;
        m.keys = std::make_unique<mechanisms::Idempotency>();
        start(std::move(m));
    }
};

scenario::Design keptFor(double seconds) {
    scenario::Design d;
    d.put("idempotency", {"keys", {{"ttl_s", seconds}}});
    return d;
}

}  // namespace

TEST(IdempotencyKeysOfTheTwin, GoThroughTheirStatesAndAreForgotten) {
    mechanisms::Idempotency keys;
    keys.configure(keptFor(60));
    EXPECT_EQ(keys.of(1, 0), State::unknown);
    keys.store(1, 0, 5 * kSecond);
    EXPECT_EQ(keys.of(1, 4 * kSecond), State::inProgress);
    EXPECT_EQ(keys.of(1, 5 * kSecond), State::leftBehind);
    keys.take(1, 9 * kSecond);
    EXPECT_EQ(keys.of(1, 6 * kSecond), State::inProgress);
    keys.finish(1, false);
    EXPECT_EQ(keys.of(1, 6 * kSecond), State::leftBehind);
    keys.finish(1, true);
    EXPECT_EQ(keys.of(1, 60 * kSecond), State::done);
    EXPECT_EQ(keys.of(1, 61 * kSecond), State::unknown);
    EXPECT_EQ(keys.keys(), 0u);
}

// Every answer is lost: an order is tried four times, and its client never knows.
TEST_F(Ordering, WithoutKeysEachAttemptIsAnOrder) {
    m_scenario.workload.clientRetries = 3;
    begin("off");
    m_system->beginFault("drop_replies", 60);
    ask("orders.create", 10);
    const auto all = run(3);
    const auto& e = of(all, "orders.create");
    EXPECT_EQ(e.users.offered, 10u);
    EXPECT_EQ(e.users.retries, 30u);
    EXPECT_EQ(e.users.of(Outcome::refused), 10u);
    EXPECT_EQ(e.server.requests, 40u);
    EXPECT_EQ(e.server.duplicates, 30u);
    EXPECT_EQ(e.server.replays, 0u);
    EXPECT_EQ(rejected(all, "gateway", "reply_lost"), 40u);
}

TEST_F(Ordering, WithKeysTheFirstIsAnOrderAndTheOthersAreToldOfIt) {
    m_scenario.workload.clientRetries = 3;
    begin("keys");
    m_system->beginFault("drop_replies", 60);
    ask("orders.create", 10);
    const auto all = run(3);
    const auto& e = of(all, "orders.create");
    EXPECT_EQ(e.server.requests, 40u);
    EXPECT_EQ(e.server.duplicates, 0u);
    EXPECT_EQ(e.server.replays, 30u);
    // Two of the write, three of each answer that is kept.
    EXPECT_EQ(e.server.statements, 10u * 2 + 30u * 3);
    EXPECT_EQ(m_system->databases().lsn(0), 10u) << "what is refused is not committed";
}

TEST_F(Ordering, TheFaultEndsAndTheNextAttemptIsAnswered) {
    m_scenario.workload.clientRetries = 5;
    m_scenario.workload.retryBackoffMs = 1000;
    begin("keys");
    m_system->beginFault("drop_replies", 0.25);
    ask("orders.create", 10);
    const auto all = run(20);
    const auto& e = of(all, "orders.create");
    EXPECT_EQ(e.users.of(Outcome::ok), 10u);
    EXPECT_GE(e.users.retries, 10u);
    EXPECT_EQ(e.server.duplicates, 0u);
    EXPECT_EQ(m_system->clients().open(), 0u);
}

TEST_F(Ordering, WhoDoesNotTryAgainHasOneOrderAndDoesNotKnow) {
    begin("off");
    m_system->beginFault("drop_replies", 60);
    ask("orders.create", 5);
    ask("orders.get", 5);
    const auto all = run(1);
    EXPECT_EQ(of(all, "orders.create").users.of(Outcome::refused), 5u);
    EXPECT_EQ(of(all, "orders.create").server.duplicates, 0u);
    EXPECT_EQ(of(all, "orders.create").users.retries, 0u);
    EXPECT_EQ(of(all, "orders.get").users.of(Outcome::ok), 5u) << "reads are answered";
}

// Patience of 100 ms and a provider of 200: the second attempt finds the first one at its call.
TEST_F(Ordering, WhileTheEmailIsUnderWayTheKeyIsInProgress) {
    m_scenario.workload.clientTimeoutMs = 100;
    m_scenario.workload.clientRetries = 10;
    begin("keys", "inline");
    ask("orders.create", 10);
    const auto all = run(10);
    const auto& e = of(all, "orders.create");
    EXPECT_EQ(e.users.of(Outcome::ok), 10u);
    EXPECT_GT(rejected(all, "api-1", "idempotency_in_progress"), 0u);
    EXPECT_EQ(e.server.duplicates, 0u);
    EXPECT_EQ(e.server.callsInRequests, 10u) << "one e-mail each";
    EXPECT_EQ(e.server.replays, 10u);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// What both engines tell of single requests: the slowest of them, their statements, the plans.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "simulator/cli/inputs.h"
#include "simulator/engine/simulated/simulated_engine.h"
#include "simulator/load/endpoints.h"
#include "simulator/mechanisms/catalogue.h"
#include "tests/support/shipped_inputs.h"

using namespace tenfold;  // NOLINT: a test
using measure::Stage;

namespace {

/// An engine, and what it has told of single requests.
class Watched {
public:
    using Make = std::function<std::unique_ptr<engine::Engine>(engine::Engine::Handler)>;
    explicit Watched(const Make& make)
        : m_engine(make([this](engine::Update u) { take(std::move(u)); })) {}

    engine::Engine& engine() { return *m_engine; }
    bool waitFor(const std::function<bool(const Watched&)>& isTrue) {
        std::unique_lock lock(m_mutex);
        return m_wake.wait_for(lock, std::chrono::seconds(90), [&] { return isTrue(*this); });
    }
    void stop() {
        m_engine->stop();
        EXPECT_TRUE(waitFor([](const Watched& w) { return w.phase == engine::Phase::idle; }));
    }
    const measure::SlowRequest* slowest(const std::string& node) const {
        const measure::SlowRequest* found = nullptr;
        for (const auto& r : requests)
            if (std::find(r.nodes.begin(), r.nodes.end(), node) != r.nodes.end() &&
                (!found || found->log.totalMs() < r.log.totalMs()))
                found = &r;
        return found;
    }
    std::string planOf(const std::string& shape) const {
        const auto it = statements.byShape.find(shape);
        return it == statements.byShape.end() ? "" : it->second.plan;
    }

    // Under the lock of waitFor(), or after stop().
    std::vector<measure::SlowRequest> requests;
    measure::StatementBook statements;
    engine::Phase phase = engine::Phase::idle;

private:
    void take(engine::Update update) {
        std::lock_guard lock(m_mutex);
        if (auto* slow = std::get_if<measure::SlowRequests>(&update)) {
            for (auto& r : slow->requests) requests.push_back(std::move(r));
        } else if (auto* book = std::get_if<measure::StatementBook>(&update)) {
            statements = std::move(*book);
        } else if (const auto* change = std::get_if<engine::PhaseChange>(&update)) {
            phase = change->phase;
        }
        m_wake.notify_all();
    }
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::unique_ptr<engine::Engine> m_engine;  // last: its thread calls back until it is gone
};

/// Only the back-office list, as the first version makes it, and little of it.
scenario::Scenario ordersList() {
    cli::ScenarioFlags flags;
    flags.scenario = "sound";
    flags.tier = "10k";
    flags.set = {"indexes=off",
                 "query_shape=n_plus_one",
                 "pagination.page_size=20",
                 "read_replicas=0",
                 "connection_pooler=off",
                 "rate_limiting=off",
                 "token_validation=central"};
    auto s = cli::scenarioFrom(flags);
    for (const auto& e : load::endpoints()) s.workload.mix[std::string(e.id)] = 0;
    s.workload.mix["orders.list"] = 1;
    s.workload.requestsPerUserPerDay = 1;  // one in two seconds: nobody waits for anybody
    return s;
}

struct Kind {
    const char* name;
    Watched::Make make;
};

class SlowRequests : public testing::TestWithParam<Kind> {};

}  // namespace

TEST_P(SlowRequests, AreToldWithTheirStatementsAndTheirPlansFollowTheIndexes) {
    Watched watched(GetParam().make);
    auto s = ordersList();
    watched.engine().start(s, false);
    ASSERT_TRUE(watched.waitFor([](const Watched& w) {
        return w.slowest("primary") && w.planOf("orders.count") == "SCAN order_lines";
    }));
    s.design.put("indexes", {"on", {}});
    watched.engine().apply(engine::DesignChange{s.design, "test"});
    EXPECT_TRUE(watched.waitFor([](const Watched& w) {
        return w.planOf("orders.count").starts_with("SEARCH order_lines");
    }));
    watched.stop();

    const auto* slow = watched.slowest("primary");
    ASSERT_NE(slow, nullptr);
    EXPECT_EQ(slow->endpoint, "orders.list");
    EXPECT_EQ(slow->status, 200);
    for (const char* node : {"gateway", "auth", "primary"})
        EXPECT_NE(std::find(slow->nodes.begin(), slow->nodes.end(), node), slow->nodes.end())
            << node;
    ASSERT_EQ(slow->log.questions().size(), 41u) << "one for the list, two for each order";
    std::uint64_t statements = 0, rows = 0, scanned = 0;
    for (const auto& q : slow->log.questions()) {
        EXPECT_EQ(q.node, "primary");
        statements += q.statements;
        rows += q.rows;
        scanned += q.fullScanSteps;
        EXPECT_TRUE(watched.statements.byShape.count(q.shapes.at(0))) << q.shapes.at(0);
    }
    EXPECT_EQ(statements, 41u);
    EXPECT_EQ(rows, 20u + 20 + 20);
    EXPECT_GE(scanned, 20u * 499'999) << "each count reads every line";
    // Twenty scans of 33 ms; what is left is on the way, at the auth service, and the API's CPU.
    EXPECT_GT(slow->log.of(Stage::database), 0.5 * slow->log.totalMs());
    EXPECT_GT(slow->log.of(Stage::link), 0);
    EXPECT_GT(slow->log.of(Stage::auth), 0);
    EXPECT_GT(slow->log.of(Stage::serialisation), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Both, SlowRequests,
    testing::Values(Kind{"live",
                         [](engine::Engine::Handler handler) {
                             return engine::makeLiveEngine(std::move(handler),
                                                           TENFOLD_BIN_DIR "/tenfold-server");
                         }},
                    Kind{"simulated",
                         [](engine::Engine::Handler handler) -> std::unique_ptr<engine::Engine> {
                             return engine::makeSimulatedEngine(
                                 std::move(handler), test::shippedInputs(),
                                 engine::SimulatedEngine::Pace::clock);
                         }}),
    [](const auto& it) { return it.param.name; });

// SPDX-License-Identifier: GPL-3.0-or-later
// What a simulated request tells about itself, against times computed by hand.
#include "simulator/system/slow_logs.h"

#include <gtest/gtest.h>

#include "simulator/system/small_system.h"

namespace tenfold::system {
namespace {

using namespace small;  // NOLINT: its numbers are this test's
using measure::Stage;
using SlowLogsTest = SmallSystem;

const Options kWatched{.tellsSlow = true};

TEST_F(SlowLogsTest, ARequestTellsWhatItSpentItsTimeOnInOrder) {
    start({}, kWatched);
    ask("orders.list");
    run(1);
    const auto slow = m_system->takeSlow().requests;
    ASSERT_EQ(slow.size(), 1u);
    const auto& r = slow.front();
    EXPECT_EQ(r.endpoint, "orders.list");
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.nodes, (std::vector<std::string>{"api-1", "gateway", "primary"}));
    ASSERT_EQ(r.log.questions().size(), 4u);
    EXPECT_EQ(r.log.questions()[2], (measure::Question{"primary", {"one"}, 1, 1, 13, 0}));
    // The way into the instance is a hop of the host, and no stage.
    EXPECT_NEAR(r.log.totalMs(), 4 * roundTripMs(kStatementMs) + cpuMs(kRows, kBytes), 1e-4);
    EXPECT_NEAR(r.endedMs, kInstanceMs + r.log.totalMs(), 1e-4);
    EXPECT_NEAR(r.log.of(Stage::database), 4 * kStatementMs, 1e-4);
    EXPECT_EQ(r.log.spans().back().stage, Stage::serialisation);
    EXPECT_EQ(r.log.spans()[0].question, 0);
}

TEST_F(SlowLogsTest, TheSlowestThroughEachNodeIsKept) {
    start({}, kWatched);
    ask("me.get");
    ask("images.get");
    ask("orders.get");
    run(5);
    const auto slow = m_system->takeSlow().requests;
    ASSERT_EQ(slow.size(), 1u) << "of all nodes it is the same one";
    EXPECT_EQ(slow.front().endpoint, "me.get");
    EXPECT_TRUE(m_system->takeSlow().requests.empty());
}

TEST_F(SlowLogsTest, NobodyWhoDoesNotAskPaysForIt) {
    start();
    ask("orders.get");
    run(1);
    EXPECT_EQ(m_system->slowLogs(), nullptr);
    EXPECT_TRUE(m_system->takeSlow().requests.empty());
}

TEST_F(SlowLogsTest, AWriteIsOneQuestionWithAllItsStatements) {
    start({}, kWatched);
    ask("orders.create");
    run(1);
    const auto slow = m_system->takeSlow().requests;
    ASSERT_EQ(slow.size(), 1u);
    ASSERT_EQ(slow.front().log.questions().size(), 1u);
    EXPECT_EQ(slow.front().log.questions()[0].shapes, (std::vector<std::string>{"write.2", "one"}));
    EXPECT_EQ(slow.front().log.questions()[0].statements, 2u);
}

}  // namespace
}  // namespace tenfold::system

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/read_replicas/read_replicas.h"

#include <gtest/gtest.h>

#include "simulator/system/small_system.h"

namespace tenfold::mechanisms {
namespace {

using namespace system::small;  // NOLINT: its numbers are this test's

class ReadReplicasTest : public SmallSystem {
protected:
    /// Writes and reads at once again: the lag is longer than the way back.
    measure::Sample writeThenRead(double readsOwnWrites) {
        set("read_replicas", "2", {{"lag_ms", 500}, {"read_your_writes", readsOwnWrites}});
        system::Mechanisms m;
        m.router = std::make_unique<ReadReplicas>();
        start(std::move(m));
        ask("orders.create", 1, 5);
        run(0.25);
        ask("orders.get", 1, 5);
        ask("orders.get", 1, 6);
        return run(0.25);
    }
};

TEST_F(ReadReplicasTest, ReadsGoRoundTheReplicasAndLeaveThePrimaryAlone) {
    set("read_replicas", "2");
    system::Mechanisms m;
    m.router = std::make_unique<ReadReplicas>();
    start(std::move(m));
    ask("orders.get", 6);
    const auto s = run(1);
    EXPECT_EQ(s.nodes.at("primary").completed, 0u);
    EXPECT_EQ(s.nodes.at("replica-1").completed, 3u);
    EXPECT_EQ(s.nodes.at("replica-2").completed, 3u);
}

TEST_F(ReadReplicasTest, WhoHasWrittenReadsWhereTheWriteIs) {
    const auto s = writeThenRead(1);
    EXPECT_EQ(of(s, "orders.get").server.staleOwnReads, 0u);
    EXPECT_EQ(s.nodes.at("primary").completed, 1u) << "the writer's read";
    EXPECT_EQ(s.nodes.at("replica-1").completed + s.nodes.at("replica-2").completed, 1u)
        << "the other's";
}

TEST_F(ReadReplicasTest, WithoutReadYourWritesTheOwnWriteIsNotThereYet) {
    const auto s = writeThenRead(0);
    EXPECT_EQ(of(s, "orders.get").server.staleOwnReads, 1u) << "of the writer, not of the other";
    EXPECT_EQ(s.nodes.at("primary").completed, 0u);
}

}  // namespace
}  // namespace tenfold::mechanisms

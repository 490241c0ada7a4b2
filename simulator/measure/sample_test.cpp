// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/sample.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "simulator/measure/clock.h"

using namespace tenfold::measure;  // NOLINT: a test

namespace {
Sample partOf(const std::string& node, std::uint64_t statements) {
    Sample s;
    s.slot = 7;
    s.version = 2;
    s.nodes[node].role = "instance";
    s.nodes[node].spanMs = 250;
    s.endpoints["orders.list"].server.requests = 1;
    s.endpoints["orders.list"].server.statements = statements;
    s.endpoints["orders.list"].where.of(Stage::database) = 5.0;
    return s;
}
}  // namespace

TEST(Sample, PartsOfOneSlotAddUp) {
    Sample s = partOf("api-1", 41);
    s.mergePart(partOf("api-2", 3));
    EXPECT_EQ(s.nodes.size(), 2u);
    EXPECT_EQ(s.endpoints["orders.list"].server.statements, 44u);
    EXPECT_DOUBLE_EQ(s.endpoints["orders.list"].where.sumMs(), 10.0);
    EXPECT_DOUBLE_EQ(s.spanMs(), 250.0);
}

TEST(Sample, LaterSlotsWidenTheWindowAndGaugesBecomeMeans) {
    Sample a = partOf("api-1", 1);
    a.nodes["api-1"].inUse = 2;
    a.nodes["api-1"].cores = 1;
    a.nodes["api-1"].busyCoreMs = 250;
    Sample b = a;
    b.slot = 8;
    b.nodes["api-1"].inUse = 4;
    b.nodes["api-1"].busyCoreMs = 0;
    a.mergeLater(b);
    EXPECT_DOUBLE_EQ(a.spanMs(), 500.0);
    EXPECT_DOUBLE_EQ(a.nodes["api-1"].inUse, 3.0);
    EXPECT_DOUBLE_EQ(a.nodes["api-1"].utilisation(), 0.5);
}

TEST(Sample, EveryFieldSurvivesJson) {
    Sample s = partOf("api-1", 3);
    auto& users = s.endpoints["orders.list"].users;
    users.offered = 5;
    users.sent = 4;
    users.bytes = 99;
    for (int i = 0; i < kOutcomes; ++i)
        users.outcomes[static_cast<std::size_t>(i)] = static_cast<std::uint64_t>(i) + 1;
    users.response.recordMs(12.5, 5);
    auto& server = s.endpoints["orders.list"].server;
    server = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    auto& node = s.nodes["api-1"];
    node.cores = 2;
    node.rejected["queue_full"] = 3;
    node.gauges["lag_ms"] = 1.5;
    node.overrun.recordMs(0.2);
    s.hostCpu = 0.4;
    s.missing.insert("api-2");
    s.generatorLag.recordMs(0.1);
    const auto j = toJson(s);
    EXPECT_EQ(j, toJson(sampleFromJson(nlohmann::json::parse(j.dump()))));
    EXPECT_EQ(j["endpoints"]["orders.list"]["users"]["outcomes"].size(), 8u);
}

TEST(SlotClock, SlotsCoverTimeWithoutGapOrOverlap) {
    const SlotClock clock{1'000};
    EXPECT_EQ(clock.slotAt(1'000), 0);
    EXPECT_EQ(clock.slotAt(1'000 + 249'999'999), 0);
    EXPECT_EQ(clock.slotAt(1'000 + 250'000'000), 1);
    EXPECT_EQ(clock.slotAt(999), -1);
    EXPECT_EQ(clock.endOf(3), clock.startOf(4));
}

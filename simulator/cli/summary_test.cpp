// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace tenfold;  // NOLINT: a test

TEST(Summary, HasEveryKeyThatRunJsonPromisesAndItsSumsAgree) {
    measure::Timeline timeline;
    for (int i = 0; i < 8; ++i) {
        measure::Sample s;
        s.slot = i;
        auto& e = s.endpoints["orders.list"];
        e.users.offered = 10;
        e.users.of(measure::Outcome::ok) = 9;
        e.users.of(measure::Outcome::timeout) = 1;
        e.users.response.recordMs(12, 9);
        e.users.response.recordMs(5000, 1);
        e.server.requests = 10;
        e.server.statements = 30;
        s.nodes["primary"].role = "database";
        timeline.add(s);
    }
    const auto window = timeline.steadyWindow();
    const auto verdict = judge::judge(window, {}, "10k", "primary.cpu");
    const auto j = cli::summaryOf(timeline, {}, window, verdict);
    for (const char* key :
         {"offered_per_s", "answered_per_s", "failed_ratio", "p50_ms", "p95_ms", "p99_ms",
          "samples", "statements_per_request", "outcomes", "by_endpoint", "nodes", "where",
          "overrun_p99_ms", "generator_lag_p99_ms", "host_cpu", "verdict", "confidence"})
        EXPECT_TRUE(j.contains(key)) << key;
    EXPECT_DOUBLE_EQ(j["offered_per_s"], 40);
    EXPECT_DOUBLE_EQ(j["failed_ratio"], 0.1);
    EXPECT_DOUBLE_EQ(j["statements_per_request"], 3);
    EXPECT_EQ(j["verdict"]["holds"], false);
    EXPECT_EQ(j["whole_run"]["users"]["offered"], j["whole_run"]["users"]["ended"]);
    EXPECT_EQ(std::count_if(j["outcomes"].begin(), j["outcomes"].end(), [](auto&) { return true; }),
              8);
    const auto csv = cli::csvOf(timeline);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 9);
    EXPECT_FALSE(cli::summaryText(j).empty());
}

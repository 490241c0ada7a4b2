// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

#include "simulator/load/endpoints.h"
#include "tests/support/live_system.h"

/// For tests: clients that order again when they hear nothing, and what became of their orders.
namespace tenfold::test {

/// Orders and payments alone, 40 a second; a fault takes every fifth answer. Whoever hears nothing
/// tries again up to ten times.
inline scenario::Scenario orderingAgain(std::vector<std::string> set) {
    std::vector<std::string> all{"in_process_cache=off", "shared_cache=off",
                                 "read_replicas=0",      "rate_limiting=off",
                                 "token_validation=jwt", "side_effects=queued"};
    all.insert(all.end(), set.begin(), set.end());
    auto s = shipped("sound", all);
    for (const auto& e : load::endpoints()) s.workload.mix[std::string(e.id)] = 0;
    s.workload.mix["orders.create"] = 2;
    s.workload.mix["payments.create"] = 1;
    s.workload.requestsPerUserPerDay =
        40 * 86'400 / s.workload.peakFactor / s.workload.dailyActiveUsers;
    s.workload.clientRetries = 10;
    s.workload.retryBackoffMs = 50;
    s.workload.droppedReplyPart = 0.2;
    return s;
}

/// Orders and payments together.
struct OrdersSeen {
    std::uint64_t meant = 0;       // by clients, all of whom have been told that it is done
    std::uint64_t inDatabase = 0;  // that the run has made
    std::uint64_t duplicates = 0;
    std::uint64_t replays = 0;
    std::uint64_t retries = 0;
};

inline std::uint64_t madeByTheRun(const LiveSystem& live) {
    std::uint64_t sum = 0;
    for (const char* table : {"orders", "payments"}) {
        // Ids of the dataset are small.
        const auto out = shell(fmt::format(
            "psql -X -h 127.0.0.1 -p {} -U shop -d shop -Atc \"SELECT count(*) FROM {} WHERE id > "
            "1000000000\"",
            live.node("primary").port, table));
        EXPECT_NE(out.find_first_of("0123456789"), std::string::npos) << out;
        sum += std::stoull("0" + out);
    }
    return sum;
}

/// Ends the load, waits until nobody tries again, and counts.
inline OrdersSeen endAndCount(LiveSystem& live) {
    live.recorder().engine().pause();
    live.recorder().waitFor([&] { return live.recorder().phase() == engine::Phase::paused; },
                            std::chrono::seconds(10));
    const auto all = [&] { return live.timeline().window(0, live.timeline().lastSlot()).total(); };
    for (int i = 0; i < 40 && all().users.ended() < all().users.offered; ++i) live.runFor(0.5);
    live.runFor(1);
    OrdersSeen seen;
    seen.inDatabase = madeByTheRun(live);
    live.stop();
    const auto total = all();
    EXPECT_GT(total.users.offered, 60u);
    EXPECT_EQ(total.users.offered, total.users.of(measure::Outcome::ok))
        << "whoever tries again is told in the end";
    seen.meant = total.users.offered;
    seen.duplicates = total.server.duplicates;
    seen.replays = total.server.replays;
    seen.retries = total.users.retries;
    return seen;
}

inline OrdersSeen orderWhileAnswersAreLost(LiveSystem& live) {
    live.apply(engine::FaultStart{"drop_replies", 3});
    live.waitForFlags(2);
    return endAndCount(live);
}

}  // namespace tenfold::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::test {

/// What a count shall be while switches stand in a position. Counts, never times: they hold in both
/// engines, whatever machine they run on.
struct Expected {
    std::string count;  // as MechanismSpec::counts names it
    double low = 0;
    double high = 0;
};

struct Step {
    std::vector<std::string> set;  // "indexes=on"; the first step's is part of the scenario
    double seconds = 3;
    std::vector<Expected> expected;
    int skip = 4;  // slots after the change in which both versions answer
};

/// One mechanism, moved through its positions while requests arrive.
struct MechanismCase {
    std::string name;
    std::string mechanism;
    scenario::Scenario scenario;
    std::vector<Step> steps;
    /// In one of its positions some are refused: 429 by a limit, 503 where connections are missing.
    bool refusesSome = false;
};

/// All mechanisms of the catalogue, every position of each, every count their cards name.
const std::vector<MechanismCase>& mechanismCases();

/// A count in a window: of full_scan_steps, vm_steps, statements, rows, bytes, API CPU, hits and
/// misses of caches those of a request; of edges the share of what came to them for everybody; of
/// reads_on_replicas, rate_limited (the abuser) and rate_limited_users the share.
double countOf(const measure::Sample& window, const std::string& count);

/// The same for every engine: `System` is LiveSystem or SimulatedSystem.
template <class System>
void runCase(const MechanismCase& c) {
    System system(c.scenario);
    ASSERT_TRUE(system.isUp());
    bool isFirst = true;
    for (const auto& step : c.steps) {
        if (!isFirst) system.set(step.set);
        isFirst = false;
        system.runFor(step.seconds);
        const auto window = system.sinceChange(step.skip);
        const std::string at = c.name + ", " + (step.set.empty() ? "" : step.set.front());
        EXPECT_GT(window.total().server.requests, 2u) << at;
        for (const auto& e : step.expected) {
            EXPECT_GE(countOf(window, e.count), e.low) << at << ": " << e.count;
            EXPECT_LE(countOf(window, e.count), e.high) << at << ": " << e.count;
        }
    }
    system.stop();
    const auto all = system.timeline().window(0, system.timeline().lastSlot()).total();
    EXPECT_GT(all.users.offered, 0u);
    EXPECT_EQ(all.users.offered, all.users.ended()) << c.name;
    EXPECT_EQ(all.abuser.offered, all.abuser.ended()) << c.name;
    // Refused is an answer; a broken connection or silence is none.
    const auto answered = all.users.of(measure::Outcome::ok) +
                          (c.refusesSome ? all.users.of(measure::Outcome::rateLimited) +
                                               all.users.of(measure::Outcome::serverError)
                                         : 0);
    EXPECT_EQ(all.users.offered, answered) << c.name << ": switching must lose no request";
}

}  // namespace tenfold::test

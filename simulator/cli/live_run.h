// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "simulator/cli/progress.h"
#include "simulator/judge/verdict.h"
#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

struct LiveRun {
    measure::Timeline timeline;
    measure::Sample window;  // what latency and verdict are taken from
    judge::Verdict verdict;
    nlohmann::json summary;
    std::string failure;  // empty when the run was made
};

/// Runs a scenario live for its duration, and tells how far it is.
LiveRun runLive(const scenario::Scenario& scenario, Progress::Kind progress);

/// The slot from which a run of `slots` from `firstSlot` on is judged: after its warm-up, and after
/// what changed since, but not after the faults of the scenario itself.
std::int64_t firstJudgedSlot(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                             std::int64_t firstSlot, std::int64_t slots);

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>

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

/// Runs a scenario live for its duration, with a progress bar on stderr when asked.
LiveRun runLive(const scenario::Scenario& scenario, bool showsProgress);

}  // namespace tenfold::cli

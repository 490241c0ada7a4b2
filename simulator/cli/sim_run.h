// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "simulator/cli/progress.h"
#include "simulator/cli/run_result.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

/// Why the twin cannot run a scenario, as far as the scenario alone tells; empty when it can.
std::string whyNotSimulated(const scenario::Scenario& scenario);

/// Runs a scenario in the twin for its duration, from a cold start, as runLive() does live. What
/// the twin cannot do (native hardware, real components, operations that were not recorded) is the
/// failure.
RunResult runSimulated(const scenario::Scenario& scenario, Progress::Kind progress);

}  // namespace tenfold::cli

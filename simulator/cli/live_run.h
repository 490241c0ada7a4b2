// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/cli/progress.h"
#include "simulator/cli/run_result.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

/// Runs a scenario live for its duration, and tells how far it is.
RunResult runLive(const scenario::Scenario& scenario, Progress::Kind progress);

}  // namespace tenfold::cli

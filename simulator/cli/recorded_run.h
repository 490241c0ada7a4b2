// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "simulator/cli/run_result.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

struct RecordedRun {
    scenario::Scenario scenario;
    RunResult run;  // judged anew from its samples
};

/// A run as `run --json` has written it (tenfold.run/1); nothing when the file is not there or is
/// something else, a scenario for instance. Throws InputError naming the file when it says that it
/// is a run and cannot be read as one.
std::optional<RecordedRun> recordedRunFrom(const std::string& file);

}  // namespace tenfold::cli

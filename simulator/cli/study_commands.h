// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "simulator/cli/inputs.h"
#include "simulator/cli/run_result.h"

namespace tenfold::cli {

// Questions to the twin. Each returns an exit code (exit_code.h) and prints to stdout; problems go
// to stderr.

/// Every position of every switch, one change at a time: what it would do.
int whatIfCommand(const ScenarioFlags& flags, bool isJson);
/// The most users a design holds, as a range, and what breaks first beyond.
int kneeCommand(const ScenarioFlags& flags, bool isJson);

struct CompareFlags {
    std::string a;  // scenarios, by name or file, or recorded runs (tenfold.run/1)
    std::string b;
    ScenarioFlags both;  // what else is asked of scenarios; its own `scenario` is not used
    EngineKind engine = EngineKind::live;
    bool isJson = false;
};
/// Two runs: each figure of both, and the ratio with its interval.
int compareCommand(const CompareFlags& flags);

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "simulator/cli/inputs.h"

namespace tenfold::cli {

struct ChecklistFlags {
    ScenarioFlags scenario;  // mix, objective, and what no row names
    std::string incidents;   // a table of one's own; empty: the shipped one
    std::string jsonFile;
    bool isPerturbed = false;
};

// Each returns an exit code (exit_code.h) and prints to stdout; problems go to stderr.

/// The article's table, derived: ten rows at three sizes.
int checklistCommand(const ChecklistFlags& flags);
/// The smallest designs that hold one's own users, and what follows for each row.
int smallestCommand(const ChecklistFlags& flags);

}  // namespace tenfold::cli

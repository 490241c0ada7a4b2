// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/run/history.h"

namespace tenfold::app {

/// One line for each slot of the run: time, offered, outcomes, percentiles, statements, stages.
std::string csvOf(const History& history);

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/run/engine_retirement.h"

namespace tenfold::app {

/// The whole program with a given kind of engine. Returns the exit code: 0, or 2 for bad input.
int runApp(int argc, char** argv, const EngineFactory& factory);

}  // namespace tenfold::app

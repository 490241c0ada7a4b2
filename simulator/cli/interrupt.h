// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>

#include "simulator/cli/recorder.h"

namespace tenfold::cli {

/// From here on Ctrl-C and SIGTERM ask for a clean end; a second one ends the program at once.
void catchInterrupts();
bool isInterrupted();

/// Recorder::waitFor() that also ends, with false, when somebody pressed Ctrl-C.
bool waitUnlessInterrupted(Recorder& recorder, const std::function<bool()>& isEnough,
                           std::chrono::milliseconds limit);

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tenfold::cli {

/// What a command's end means to a script.
enum ExitCode {
    kHeld = 0,        // done and held
    kDidNotHold = 1,  // ran; an --assert, the objective or a check did not hold
    kBadInput = 2,    // one message for each problem, nothing written
    kNotTrusted = 3,  // could not be made or trusted, with the reason
};

}  // namespace tenfold::cli

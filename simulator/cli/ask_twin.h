// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <stdexcept>

#include "simulator/cli/exit_code.h"
#include "simulator/cli/inputs.h"
#include "simulator/cli/sim_run.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

/// Asks the twin about the scenario of these flags; a scenario that is none, or one the twin cannot
/// do, is said on stderr. Returns an exit code.
inline int askTwin(const ScenarioFlags& flags,
                   const std::function<void(const scenario::Scenario&)>& ask) {
    scenario::Scenario s;
    try {
        s = scenarioFrom(flags);
    } catch (const scenario::InputError& e) {
        fmt::print(stderr, "{}\n", e.what());
        return kBadInput;
    }
    if (!flags.real.empty()) {
        fmt::print(stderr, "--real: {}\n", whyNotSimulated(s));
        return kBadInput;
    }
    if (const auto why = whyNotSimulated(s); !why.empty()) {
        fmt::print(stderr, "{}\n", why);
        return kNotTrusted;
    }
    try {
        ask(s);
    } catch (const scenario::InputError& e) {
        fmt::print(stderr, "{}\n", e.what());
        return kBadInput;
    } catch (const std::runtime_error& e) {
        fmt::print(stderr, "it cannot be simulated: {}\n", e.what());
        return kNotTrusted;
    }
    return kHeld;
}

}  // namespace tenfold::cli

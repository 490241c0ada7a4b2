// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/sim_run.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "simulator/cli/interrupt.h"
#include "simulator/engine/simulated/simulate.h"

namespace tenfold::cli {

std::string whyNotSimulated(const scenario::Scenario& scenario) {
    if (!scenario.real.empty())
        return "real components are not simulated: the twin knows our own nodes only";
    if (scenario.hardware == "native")
        return "native hardware is not simulated: the twin knows emulated machines only";
    return "";
}

RunResult runSimulated(const scenario::Scenario& scenario, Progress::Kind kind) {
    RunResult run;
    run.engine = EngineKind::sim;
    run.failure = whyNotSimulated(scenario);
    if (!run.failure.empty()) return run;
    const auto slots = static_cast<std::int64_t>(std::ceil(scenario.durationS * 4));
    Progress progress(kind);
    const auto goesOn = [&](std::int64_t slot) {
        if (slot % 40 == 0)
            progress.show(static_cast<double>(slot) / static_cast<double>(slots),
                          fmt::format("{:.0f} of {:.0f} s simulated", static_cast<double>(slot) / 4,
                                      scenario.durationS));
        return !isInterrupted();
    };
    try {
        run.timeline = engine::simulate(scenario, system::Inputs::shipped(), {}, goesOn).timeline;
    } catch (const std::runtime_error& e) {
        run.failure = e.what();
        return run;
    }
    if (isInterrupted()) {
        run.failure = "it was interrupted";
        return run;
    }
    judgeRun(run, scenario, 0, slots - 1);
    return run;
}

}  // namespace tenfold::cli

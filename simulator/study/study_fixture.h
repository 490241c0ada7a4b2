// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/hardware/assets.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/scenario/scenario.h"
#include "tests/support/shipped_inputs.h"

namespace tenfold::study {

using test::shippedInputs;

inline scenario::Scenario shippedScenario(const std::string& name, double users,
                                          const std::vector<std::string>& set = {}) {
    auto s = scenario::loadScenario(hardware::assetsDir() / "scenarios" / (name + ".json"),
                                    mechanisms::catalogue());
    s.workload.dailyActiveUsers = users;
    scenario::Problems problems;
    for (const auto& assignment : set) s.design.set(assignment, mechanisms::catalogue(), problems);
    if (!problems.empty()) throw scenario::InputError(problems);
    return s;
}

}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/hardware/assets.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/inputs.h"

namespace tenfold::study {

/// What is shipped, so that a test says the same on every machine.
inline const system::Inputs& shippedInputs() {
    static const system::Inputs inputs{
        std::make_shared<hardware::StatementCosts>(hardware::StatementCosts::shipped()),
        std::make_shared<system::OperationProfile>(system::OperationProfile::shippedFile()),
        std::make_shared<system::HopOverheads>(system::HopOverheads::shippedFile()),
        {},
        {}};
    return inputs;
}

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

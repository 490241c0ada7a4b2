// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "simulator/system/inputs.h"

namespace tenfold::test {

/// What is shipped, not what a user has recorded: a test says the same on every machine.
inline const system::Inputs& shippedInputs() {
    static const system::Inputs inputs{
        std::make_shared<hardware::StatementCosts>(hardware::StatementCosts::shipped()),
        std::make_shared<system::OperationProfile>(system::OperationProfile::shippedFile()),
        std::make_shared<system::HopOverheads>(system::HopOverheads::shippedFile()),
        {},
        {},
        std::make_shared<system::StatementPlans>(system::StatementPlans::shipped())};
    return inputs;
}

}  // namespace tenfold::test

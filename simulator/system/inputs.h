// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "simulator/hardware/profile.h"
#include "simulator/hardware/statement_costs.h"
#include "simulator/system/hops.h"
#include "simulator/system/operation_profile.h"

namespace tenfold::system {

/// All that a simulation is fed with beside the scenario: prices, operation profiles and what a hop
/// costs on this host. Never a latency. Shared by simulations that run side by side; read only.
struct Inputs {
    std::shared_ptr<const hardware::StatementCosts> costs;
    std::shared_ptr<const OperationProfile> operations;
    std::shared_ptr<const HopOverheads> hops;

    /// What is shipped, or what `tenfold-cli profile` has recorded on this host.
    static Inputs shipped();
};

}  // namespace tenfold::system

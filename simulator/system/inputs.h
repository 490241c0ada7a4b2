// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "simulator/hardware/profile.h"
#include "simulator/hardware/statement_costs.h"
#include "simulator/system/hop_overheads.h"
#include "simulator/system/operation_profile.h"
#include "simulator/system/statement_plans.h"

namespace tenfold::system {

/// What the costs are multiplied by: 1, except where a study asks what a verdict rests on.
struct CostFactors {
    double statements = 1;
    double apiCpu = 1;  // all of it: a request, a row, a byte
    double link = 1;    // API to database and back
    double commitFlush = 1;
};

/// Real components in place of emulated nodes: what they are known by is how they answer one
/// client.
struct Calibration {
    double scanFactor = 1;      // statements that scan a table, against the emulated prices
    double lookUpFactor = 1;    // all others
    double roundTripCpuUs = 0;  // of the database's core, for any round trip: to take and to answer
    double databaseHopUs = 0;   // a round trip beside that, the pooler's way included
    double cacheHopUs = 0;      // a command
    double commitMs = 0;        // what a commit waits for its disk
    int databaseCores = 0;      // real ones; 0: as the hardware profile says
};

/// All that a simulation is fed with beside the scenario: prices, operation profiles and what a hop
/// costs on this host. Never a latency. Shared by simulations that run side by side; read only.
struct Inputs {
    std::shared_ptr<const hardware::StatementCosts> costs;
    std::shared_ptr<const OperationProfile> operations;
    std::shared_ptr<const HopOverheads> hops;
    CostFactors factors{};
    std::optional<Calibration> real{};  // databases, pooler and cache are real ones
    /// For whoever looks at single requests; nothing is computed from it.
    std::shared_ptr<const StatementPlans> plans{};

    /// What is shipped, or what `tenfold-cli profile` has recorded on this host.
    static Inputs shipped();
};

}  // namespace tenfold::system

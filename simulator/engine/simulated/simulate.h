// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/system.h"

namespace tenfold::engine {

/// A simulated system with the models of all mechanisms. Throws std::runtime_error when the
/// scenario asks for what cannot be simulated.
std::unique_ptr<system::System> makeSystem(const scenario::Scenario& scenario,
                                           const system::Inputs& inputs,
                                           const system::Options& options = {});

struct SimulatedRun {
    measure::Timeline timeline;
    std::uint64_t events = 0;
};

/// Runs a scenario for its duration as fast as it goes, then without load until everything has
/// ended, which is at most the client's patience later. `goesOn` is asked after each slot of the
/// load, with its number; false ends the run there. Throws as makeSystem does.
SimulatedRun simulate(const scenario::Scenario& scenario, const system::Inputs& inputs,
                      const system::Options& options = {},
                      const std::function<bool(std::int64_t slot)>& goesOn = {});

}  // namespace tenfold::engine

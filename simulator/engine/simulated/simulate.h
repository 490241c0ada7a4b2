// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
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

/// Runs a scenario for its duration as fast as it goes, then until everything has ended. What is
/// still open after the client's patience is unfinished. Throws as makeSystem does.
SimulatedRun simulate(const scenario::Scenario& scenario, const system::Inputs& inputs,
                      const system::Options& options = {});

}  // namespace tenfold::engine

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "simulator/engine/engine.h"
#include "simulator/system/inputs.h"

namespace tenfold::engine {

/// The simulated engine on a thread of its own, of idle priority: it must not disturb what is
/// measured beside it.
class SimulatedEngine : public Engine {
public:
    enum class Pace {
        clock,   // a slot every 250 ms, as a live run would go
        caller,  // as far as advanceTo() says: beside a live run, paced by its slots
    };
    /// Slots up to and including this one may be simulated. Of no effect under Pace::clock.
    virtual void advanceTo(std::int64_t slot) = 0;
};

/// `inputs`: what it is fed with; read only, may be shared.
std::unique_ptr<SimulatedEngine> makeSimulatedEngine(Engine::Handler handler, system::Inputs inputs,
                                                     SimulatedEngine::Pace pace);

}  // namespace tenfold::engine

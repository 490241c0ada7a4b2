// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/engine/simulated/simulate.h"

#include <cmath>

#include "simulator/mechanisms/cdn/cdn.h"
#include "simulator/mechanisms/idempotency/idempotency.h"
#include "simulator/mechanisms/in_process_cache/in_process_cache.h"
#include "simulator/mechanisms/rate_limiting/rate_limiting.h"
#include "simulator/mechanisms/read_replicas/read_replicas.h"
#include "simulator/mechanisms/shared_cache/shared_cache.h"
#include "simulator/mechanisms/side_effects/side_effects.h"
#include "simulator/mechanisms/token_validation/token_validation.h"

namespace tenfold::engine {

std::unique_ptr<system::System> makeSystem(const scenario::Scenario& scenario,
                                           const system::Inputs& inputs,
                                           const system::Options& options) {
    system::Mechanisms mechanisms;
    mechanisms.admission = std::make_unique<mechanisms::RateLimiting>();
    mechanisms.localCaches = std::make_unique<mechanisms::InProcessCaches>();
    mechanisms.edges = std::make_unique<mechanisms::Cdn>();
    mechanisms.tokens = std::make_unique<mechanisms::TokenValidation>();
    mechanisms.cache = std::make_unique<mechanisms::SharedCache>(scenario.seed);
    mechanisms.jobs = std::make_unique<mechanisms::Outbox>(scenario.seed);
    mechanisms.keys = std::make_unique<mechanisms::Idempotency>();
    mechanisms.router = std::make_unique<mechanisms::ReadReplicas>();
    return std::make_unique<system::System>(scenario, inputs, std::move(mechanisms), options);
}

SimulatedRun simulate(const scenario::Scenario& scenario, const system::Inputs& inputs,
                      const system::Options& options,
                      const std::function<bool(std::int64_t slot)>& goesOn) {
    const auto system = makeSystem(scenario, inputs, options);
    SimulatedRun run;
    const auto add = [&] {
        run.timeline.add(system->nextSlot());
        for (auto& flag : system->takeFlags()) run.timeline.add(std::move(flag));
    };
    const auto slots = static_cast<std::int64_t>(std::ceil(scenario.durationS * 4));
    while (system->slot() < slots) {
        add();
        if (goesOn && !goesOn(system->slot() - 1)) return run;
    }
    system->endLoad();
    const auto last =
        slots + 2 + static_cast<std::int64_t>(std::ceil(scenario.workload.clientTimeoutMs / 250));
    while (!system->isDrained() && system->slot() < last) add();
    run.events = system->events();
    return run;
}

}  // namespace tenfold::engine

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "simulator/judge/verdict.h"
#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

enum class EngineKind { live, sim };
std::string_view toString(EngineKind kind);

/// A run that was made, by whatever engine, and what follows from its timeline.
struct RunResult {
    EngineKind engine = EngineKind::live;
    measure::Timeline timeline;
    std::int64_t fromSlot = 0;  // what latency and verdict are taken from: [fromSlot, toSlot]
    std::int64_t toSlot = 0;
    measure::Sample window;
    judge::Verdict verdict;
    nlohmann::json summary;
    std::string failure;  // empty when the run was made
};

/// The slot from which a run of `slots` from `firstSlot` on is judged: after its warm-up, and after
/// what changed since, but not after the faults of the scenario itself.
std::int64_t firstJudgedSlot(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                             std::int64_t firstSlot, std::int64_t slots);

/// Fills everything that follows from the run's timeline, whose load was on from `firstSlot` to
/// `lastSlot`.
void judgeRun(RunResult& run, const scenario::Scenario& scenario, std::int64_t firstSlot,
              std::int64_t lastSlot);

/// The samples of these slots, one each.
std::span<const measure::Sample> slotsOf(const measure::Timeline& timeline, std::int64_t fromSlot,
                                         std::int64_t toSlot);

}  // namespace tenfold::cli

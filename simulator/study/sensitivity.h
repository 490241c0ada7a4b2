// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/study/estimate.h"
#include "simulator/system/inputs.h"

namespace tenfold::study {

/// The costs that a verdict rests on: each was measured somewhere else than on the reader's system.
enum class Cost { statements, apiCpu, link, commitFlush };
constexpr std::array<Cost, 4> kCosts{Cost::statements, Cost::apiCpu, Cost::link, Cost::commitFlush};
/// As people read it: "the cost of a statement".
std::string_view titleOf(Cost cost);

/// What becomes of the verdict when one cost is another.
struct CostSensitivity {
    Cost cost = Cost::statements;
    judge::Holds atHalf = judge::Holds::notYetKnown;
    judge::Holds atOneAndHalf = judge::Holds::notYetKnown;
    double p99MsAtHalf = 0;
    double p99MsAtOneAndHalf = 0;
    bool survives = true;  // neither of them says the opposite
    std::string sentence;  // "fails with the cost of a statement × 1.5"
};

struct Sensitivity {
    judge::Holds now = judge::Holds::notYetKnown;
    std::vector<CostSensitivity> costs;  // fewer than kCosts when it was cancelled
    bool survives() const;
    /// "The verdict holds with every cost ± 50 %."
    std::string words() const;
};

/// Asks for the verdict again with each cost halved and one and a half times as large, one at a
/// time. Ends early, with what it has, when `isCancelled` becomes true. Throws std::runtime_error
/// when the scenario cannot be simulated.
Sensitivity sensitivityOf(const scenario::Scenario& scenario, const system::Inputs& inputs,
                          const EstimateOptions& options = {},
                          const std::atomic<bool>* isCancelled = nullptr);

/// The inputs with one cost multiplied.
system::Inputs withCost(system::Inputs inputs, Cost cost, double factor);

}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "simulator/study/estimate.h"

namespace tenfold::study {

/// One number of users that was tried.
struct KneeTrial {
    double dailyActiveUsers = 0;
    judge::Holds holds = judge::Holds::notYetKnown;
    double p99Ms = 0;
    double failedRatio = 0;
    std::optional<std::string> firstToBreak;
};

/// The largest number of daily users a design holds, as a range: it was seen to hold at `holdsTo`
/// and seen to fail at `failsFrom`.
struct Knee {
    double holdsTo = 0;                       // 0: it fails with the fewest users that were tried
    double failsFrom = 0;                     // 0: it holds with the most
    std::optional<std::string> firstToBreak;  // at failsFrom
    std::vector<KneeTrial> trials;            // in order of trial
    /// "holds to 120k–133k users", in words.
    std::string words() const;
};

struct KneeOptions {
    double fewest = 100;
    double most = 100e6;
    double precision = 0.1;  // ends when failsFrom ≤ holdsTo × (1 + precision)
    EstimateOptions estimate{};
};

/// Exponential search from the scenario's users, then bisection on a logarithmic scale. The
/// criterion of a trial is the scenario's objective at the peak rate, judged as a live run is
/// (p99 and answered ratio over all endpoints), over a steady window; a verdict that is not yet
/// known is asked again with twice the window, up to eight times. The hardware stays that of the
/// scenario: with "tier" it is the tier of the scenario's own users, whatever number is tried.
/// Throws std::runtime_error when the scenario cannot be simulated.
Knee findKnee(const scenario::Scenario& scenario, const system::Inputs& inputs,
              const KneeOptions& options = {}, const std::atomic<bool>* isCancelled = nullptr);

}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "simulator/scenario/catalogue.h"
#include "simulator/study/estimate.h"

namespace tenfold::study {

/// A switch in another position, and what the twin expects of it.
struct Alternative {
    std::string mechanism;
    std::string value;
    Estimate estimate;
    /// p99 there ÷ p99 here, from paired batches: both saw the same requests (common random
    /// numbers), so what the load's chance does to both cancels out.
    Figure p99Ratio;
    Figure failedDifference;  // failed ratio there − here
    bool isClear = false;     // the interval of one of them excludes "no difference"
    std::string words;        // "p99 39 ms instead of 1.4 s"
};

struct WhatIf {
    Estimate now;
    std::vector<Alternative> alternatives;  // in the order of the catalogue
};

/// Every position of every switch, one change at a time, in parallel on `threads` threads of idle
/// priority. `onEach` is called as soon as one is known, from those threads, one at a time. Ends
/// early, with what it has, when `isCancelled` becomes true. A position that cannot be simulated
/// is left out.
WhatIf whatIf(const scenario::Scenario& scenario, const scenario::Catalogue& catalogue,
              const system::Inputs& inputs, const EstimateOptions& options = {}, int threads = 2,
              const std::function<void(const Alternative&)>& onEach = {},
              const std::atomic<bool>* isCancelled = nullptr);

/// The comparison of two estimates of the same load: fills p99Ratio, failedDifference, isClear and
/// words of `b`.
void compareWith(const Estimate& a, Alternative& b, double confidence);

}  // namespace tenfold::study

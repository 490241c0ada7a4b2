// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "simulator/measure/sample.h"
#include "simulator/random/stream.h"

namespace tenfold::load {

/// Whether and when a client sends a request again. The generator and the twin's clients ask the
/// same rule.
struct ClientRetries {
    int most = 0;            // after the first attempt
    double backoffMs = 500;  // before the first retry at most so long, then twice, four times …

    static constexpr double kLongestMs = 20'000;

    /// What says nothing of whether it was done, and what says that it is being done. Other answers
    /// are answers: the same request would be given the same one.
    static bool isWorthIt(measure::Outcome outcome, int status) {
        using measure::Outcome;
        return outcome == Outcome::serverError || outcome == Outcome::refused ||
               outcome == Outcome::timeout || status == 409;
    }
    bool allows(int attempts, measure::Outcome outcome, int status) const {
        return attempts <= most && isWorthIt(outcome, status);
    }
    /// After so many failures: full jitter, evenly from 0 to base × 2ⁿ⁻¹, 20 s at most (Brooker,
    /// "Exponential backoff and jitter", 2015).
    std::int64_t waitNs(int failures, random::Stream& stream) const {
        const double limitMs =
            std::min(kLongestMs, backoffMs * std::exp2(std::max(0, failures - 1)));
        return static_cast<std::int64_t>(stream.uniform() * limitMs * 1e6);
    }
};

}  // namespace tenfold::load

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "simulator/study/estimate.h"
#include "simulator/study/hold_criterion.h"

namespace tenfold::study {

/// What adding something to a design does to one figure, as a ratio: 0.8 is a fifth less.
struct Improvement {
    std::string what;            // "p99 of orders.list", "reserve", "error minutes"
    std::string onto;            // the design it was added to: "queries, pagination"
    Figure ratio;                // after ÷ before
    bool isOfIncidents = false;  // of what incidents cost, not of what load does
    bool isHelpful = false;      // a fifth less, and the interval excludes no difference
};

/// A design at its peak, looked at long enough for its rarest endpoint.
struct Portrait {
    std::vector<measure::Sample> batches;  // equal parts, same requests in every portrait
    measure::Sample window;
    double errorMinutes = 0;
};
Portrait portraitOf(const HoldCriterion& test, const scenario::Design& design);

/// Compares by the same requests: the p99 of the endpoint that was worst before; the utilisation
/// of the busiest node (what is left of it is the reserve: how far the knee is); the minutes a year
/// in which requests fail.
std::vector<Improvement> improvementsOf(const Portrait& before, const Portrait& after,
                                        double budgetMinutes, const std::string& onto);

}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "simulator/scenario/problems.h"
#include "simulator/station/model.h"

namespace tenfold::station {

/// Solves the traffic equations λ_j = γ_j + Σ_i λ_i p_ij of one class (Jackson 1957): arrivals at
/// each station, in customers a second for an open class, in visits for each visit to the first
/// station for a closed one. What is lost at a full station counts as if it went on, so with
/// capacities these are upper bounds; `isStoppedByCapacity`: nobody goes on from a station that can
/// lose, which makes them lower bounds.
/// REQUIRES: every visited station leads to the sink (or back to the first).
std::vector<double> trafficOf(const Model& m, std::size_t classIndex,
                              bool isStoppedByCapacity = false);

/// What is wrong with a network whose parts are each right: stations nobody comes to, customers
/// that have nowhere to go, are not served or never leave, closed customers that could be lost, and
/// queues that would grow without bound.
void checkTraffic(const Model& m, scenario::Problems& problems);

}  // namespace tenfold::station

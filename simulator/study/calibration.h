// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/measure/sample.h"
#include "simulator/scenario/design.h"
#include "simulator/system/inputs.h"

namespace tenfold::study {

/// What real components were seen to do at so low a rate that nearly always one client at a time is
/// served. Windows of three runs, their node "primary" with its real CPU time.
struct CalibrationRuns {
    measure::Sample idle;  // nobody asks: what watching the database costs it
    measure::Sample lookUps;
    scenario::Design lookUpDesign;  // no statement scans a table; the shared cache is on
    measure::Sample scans;
    scenario::Design scanDesign;  // some do
    int databaseCores = 1;        // those the database has to itself
};

/// What real components are known by.
/// Look-ups: the time of the database stage, by endpoint, is explained by the recorded statements'
/// emulated prices (a factor) and by round trips (a constant); least squares over the endpoints,
/// that read, weighted by their requests, neither below zero; what writes take beyond that is the
/// wait of a commit for its disk. Which part of a round trip is work of the
/// database's core follows from its CPU time: demand = busy time ∕ completions (the service demand
/// law; Denning & Buzen 1978). Scans: a factor on their prices, by the same law, for their waits
/// say more about who else was there than about them. The cache: its stage over its commands.
/// Throws std::runtime_error when too little was measured to tell them apart.
system::Calibration calibrate(const CalibrationRuns& runs, const system::Inputs& inputs);

}  // namespace tenfold::study

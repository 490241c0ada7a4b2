// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/measure/sample.h"
#include "simulator/scenario/design.h"
#include "simulator/system/inputs.h"

namespace tenfold::study {

/// What real components are known by, from a run at so low a rate that one client at a time is
/// served: the time its database stage took, by endpoint, is explained by the recorded statements'
/// prices (times one factor) and by round trips (times one constant). Least squares over the
/// endpoints, weighted by their requests; neither below zero. The cache: its stage over its
/// commands.
///
/// `window`: of that run; `design`: its design; `databaseCores`: those of the host.
/// Throws std::runtime_error when too little was measured to tell the two apart.
system::Calibration calibrate(const measure::Sample& window, const scenario::Design& design,
                              const system::Inputs& inputs, int databaseCores);

}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/station/model.h"
#include "simulator/station/result.h"

namespace tenfold::station {

/// Confidence of every interval of a result.
inline constexpr double kConfidence = 0.99;

/// Simulates a checked model: first until the warm-up is known to be over, which is dropped, then
/// `customers` more, in up to 80 batches. Throws std::runtime_error if the run cannot be made.
Result run(const Model& m);

}  // namespace tenfold::station

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "simulator/random/distribution.h"
#include "simulator/station/reader.h"

namespace tenfold::station {

/// {"dist":"exp","mean":0.01} and the others of the format, in seconds; nothing, with the problems
/// told, if it is none. A time between arrivals may not be zero: `isZeroAllowed` false.
std::optional<random::Distribution> readDistribution(const Reader& r, bool isZeroAllowed);

/// How far from one probabilities may sum: room for thirds written with seven digits.
inline constexpr double kSumTolerance = 1e-6;

}  // namespace tenfold::station

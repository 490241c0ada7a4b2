// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "simulator/cli/record_operations.h"

namespace tenfold::cli {

/// Measures what each hop adds to the emulated times on this host: "tenfold.hops/1".
///
/// A live system of the largest tier's machines, so that at every rate each emulated node is busy
/// for less than an eighth of its time and nobody waits for an emulated core; one statement for a
/// product. Asked at the instances, through the gateway, with and without pooler and cache; what a
/// hop adds are the differences. `seconds`: for each of three rates and two designs. Throws
/// std::runtime_error with the reason.
nlohmann::json measureHops(double seconds, const StepProgress& progress);

}  // namespace tenfold::cli

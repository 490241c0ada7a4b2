// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "simulator/load/request_mix.h"
#include "simulator/scenario/design.h"

namespace tenfold::load {

/// What the cost of a request depends on under a design, as far as it depends on what was asked
/// for; 0: on nothing. Two requests to one cacheable endpoint have equal keys when the API keeps
/// their answer under one key.
std::uint64_t keyOf(const RequestPlan& plan, const scenario::Design& design);

/// Which address a read asks for, or a write changes: what caches between the users and the API go
/// by. Unlike keyOf() it knows nothing of what the API makes of it.
std::uint64_t addressKeyOf(const RequestPlan& plan);

}  // namespace tenfold::load

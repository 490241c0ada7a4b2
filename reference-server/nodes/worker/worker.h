// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The role `worker`: takes jobs from the outbox and has them delivered.
///
/// Beside the usual commands {"cmd":"drain"} → {"drained":true}, when no job is left or ten
/// seconds later; asked of a worker that has to go, when nobody makes jobs any more.
int runWorker(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

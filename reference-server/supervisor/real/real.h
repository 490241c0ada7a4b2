// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::supervisor::real {

/// A real component in the place of one of our nodes: this process starts it, looks after it and
/// speaks the supervisor's protocol for it. Blocks until end of input; ends with 3 when the
/// component ends unasked.
///
/// The start line has, beside the usual: "real":{"folder":where it lives}; a replica's also
/// "primary":{"folder","port"}. The ready line has, beside the usual: "pid" and "program"
/// ("PostgreSQL 15.18") of the component.
int runReal(nodes::ControlChannel& control, const nlohmann::json& start);

// One for each component.
int runPostgres(nodes::ControlChannel& control, const nlohmann::json& start);
int runPgBouncer(nodes::ControlChannel& control, const nlohmann::json& start);
int runRedis(nodes::ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::supervisor::real

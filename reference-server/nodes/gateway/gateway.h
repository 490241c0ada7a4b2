// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The role `gateway`: balancing, health checks, rate limits, shedding, identity.
///
/// Peers: "instances":[{"id","port","threads"}]. It answers `retire` when the instances it no
/// longer uses have nothing open.
int runGateway(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

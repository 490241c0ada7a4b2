// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The role `instance`: one API server, cpp-httplib in front, libpq and RESP behind.
///
/// Peers: "primary":{"id","port"}, "replicas":[…], "pooler"?, "cache"?. It answers `retire` when no
/// request of an older version is open, or after 10 s.
int runInstance(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

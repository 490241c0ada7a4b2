// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The role `cache`: keys with a time to live behind RESP2, for what the API asks of Redis.
int runCache(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

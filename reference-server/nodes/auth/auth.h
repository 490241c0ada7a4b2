// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The role `auth`: issues, introspects and revokes access tokens. Its start line may name a file
/// ("state") that keeps what was revoked.
int runAuth(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

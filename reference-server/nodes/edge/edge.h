// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// An edge of a CDN: a shared HTTP cache (RFC 9111) between the users and the gateway. Its peers
/// name the gateway; its store, its times to live and its way to the origin are parameters of the
/// mechanism cdn. Answers say in Cache-Status (RFC 9211) where they come from.
int runEdge(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The role `sink`: somebody else's server, which sends e-mails and takes webhooks over HTTP.
///
/// Beside the usual commands {"cmd":"trouble","latency_factor","failure_ratio"} →
/// {"troubled":true}: how much slower it takes e-mails, and which part of them it refuses. The
/// start line may have the same under "trouble".
int runSink(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

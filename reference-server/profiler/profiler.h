// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::profiler {

/// The role `profiler`: records what each request takes, for the simulated system, and ends.
///
/// Start line: {"cmd":"start"} with, as far as they differ from RecordingSettings, "seed", "draws",
/// "most", "page_size", "only_paged". It answers {"plans":{…"tenfold.plans/1"…}} at once,
/// {"progress":0..1,"text"} while it works and then {"profile":{…"tenfold.operations/2"…}}. End of
/// stdin ends it.
int runProfiler(nodes::ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::profiler

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The roles `database` (the primary) and `replica`: SQLite behind the PostgreSQL wire protocol.
///
/// Start line extras: "dataset" (path of its own file), "cores"; for a replica also "from_lsn" and
/// "primary":{"port"}. Commands beyond those of every node: {"cmd":"backup","path"} →
/// {"backup":{"path","lsn"}}, a consistent snapshot.
int runDatabase(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

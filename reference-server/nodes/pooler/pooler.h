// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference-server/nodes/common/control.h"

namespace tenfold::nodes {

/// The node of role "pooler": many clients share few database connections, each for one transaction
/// at a time, as PgBouncer does in transaction mode. Returns the exit code when stdin ends.
///
/// Clients choose a database by name: `peers.databases` of the start line and of every prepare says
/// which port it is on: [{"name":"shop","port":N},{"name":"shop_replica_1","port":N}]. Size and
/// wait limit are parameters of `connection_pooler` and change at publish. `SHOW POOLS` works on
/// the database `pgbouncer`.
///
/// As behind PgBouncer 1.18, named prepared statements do not outlive a transaction: the next one
/// may get another server connection, where the name is unknown (26000) or somebody else's (42P05).
///
/// A client that starts with tenfold.report=on gets the ParameterStatus `tenfold.wait` before each
/// ReadyForQuery: microseconds it waited for a server connection since the one before.
int runPooler(ControlChannel& control, const nlohmann::json& start);

}  // namespace tenfold::nodes

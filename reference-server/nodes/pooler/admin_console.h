// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes::pooler {

class PoolerNode;

/// The database name under which PgBouncer answers SHOW commands.
constexpr std::string_view kAdminDatabase = "pgbouncer";

std::string adminWelcome();
/// Answers SHOW POOLS and SHOW VERSION, and anything else with an error.
std::string adminAnswer(const protocol::PgMessage& message, PoolerNode& node);

}  // namespace tenfold::nodes::pooler

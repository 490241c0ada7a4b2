// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "reference-server/api/context.h"

namespace tenfold::mechanisms {

/// Where a read goes: a replica by turns, or the primary when there is none, or when the reader has
/// just written and no replica is known to have that write (read_your_writes).
api::Rows read(api::Context& context, const api::Request& request, const api::Statement& statement);

/// A read that must see every write; the reply then carries the position it has seen.
api::Rows readPrimary(api::Context& context, const api::Statement& statement, api::Reply& reply);

/// A write: one transaction, one pipeline, on the primary. `writtenLsn` of the reply is set, so
/// that the client carries the position of its own write.
std::vector<api::Rows> write(api::Context& context, const std::vector<api::Statement>& statements,
                             api::Reply& reply);

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "reference-server/api/context.h"
#include "reference-server/mechanisms/side_effects/sink_client.h"

namespace tenfold::mechanisms {

/// A write that has a side effect. Queued: the job is a row more in the same transaction. Inline:
/// the provider is called after the commit, and the request waits.
///
/// Throws what write() throws; inline also Problem 502 (`side_effect_failed`) or 504
/// (`side_effect_timeout`): the write stands then and its effect may be missing, which is what
/// makes inline dangerous, and nobody is told it went well.
std::vector<api::Rows> writeWithEffect(api::Context& context,
                                       std::vector<api::Statement> statements,
                                       const SideEffect& effect, api::Reply& reply);

}  // namespace tenfold::mechanisms

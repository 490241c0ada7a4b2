// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "reference-server/api/context.h"
#include "reference-server/mechanisms/side_effects/sink_client.h"

namespace tenfold::mechanisms {

/// A write that may have a side effect. Queued: the job is a row more in the same transaction.
/// Throws what write() throws.
void commitWithEffect(api::Context& context, std::vector<api::Statement> statements,
                      const std::optional<SideEffect>& effect, api::Reply& reply);

/// Inline: the provider is called after the commit, and the request waits. Throws Problem 502
/// (`side_effect_failed`) or 504 (`side_effect_timeout`): the write stands then and its effect may
/// be missing, which is what makes inline dangerous, and nobody is told it went well.
void callInline(api::Context& context, const SideEffect& effect);

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reference-server/api/context.h"
#include "reference-server/mechanisms/side_effects/sink_client.h"

namespace tenfold::mechanisms {

/// A write that makes something, before it is carried out.
struct Creation {
    std::vector<api::Statement> statements;
    std::optional<SideEffect> effect;
    api::Reply reply;  // what its client is told once all of it is done
};
/// What a request wants made, under this id. Asked again with the id that is stored when what was
/// begun has to be finished: the same id must give the same effect.
using MakeCreation = std::function<Creation(const std::string& id)>;

/// Carries a POST out, once for each key when the design has keys.
///
/// The key is a row of the same transaction as what it stands for: both are there or neither. The
/// database refuses a second one of the same user, and then the answer is what the first one left:
/// - it is done: the answer that is kept, with `Idempotent-Replayed: true`;
/// - its side effect is under way (inline): Problem 409 `idempotency_in_progress`, until its lease
///   is over; after that, or when the effect had failed, the effect is done now;
/// - its method, path or body was another: Problem 422 `idempotency_key_reused`.
/// Without a key, where one is required: Problem 400 `idempotency_key_missing`.
///
/// Throws also what write() and writeWithEffect() throw.
api::Reply createOnce(api::Context& context, const api::Request& request, const MakeCreation& make);

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/side_effects/write_with_effect.h"

#include <algorithm>

#include "reference-server/api/problem.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/read_replicas/routing.h"

namespace tenfold::mechanisms {

using api::Context;
using api::Problem;
using measure::Nanos;

void callInline(Context& c, const SideEffect& effect) {
    if (!c.sink) return;  // who records what a request takes has none
    const double timeoutS = c.design.parameter("side_effects", "timeout_s", 5);
    const Nanos deadline =
        std::min(c.deadlineNs, measure::monotonicNow() + static_cast<Nanos>(timeoutS * 1e9));
    ++c.trace.counts.callsInRequests;
    const api::StageTimer timer(c.trace, measure::Stage::sideEffects);
    switch (c.sink->deliver(effect, deadline)) {
        case Delivery::done:
            return;
        case Delivery::failed:
            throw Problem(502, "It is stored, but the provider of the " + effect.kind + " failed.",
                          "side_effect_failed");
        case Delivery::timedOut:
            throw Problem(
                504,
                "It is stored, but the provider of the " + effect.kind + " did not answer in time.",
                "side_effect_timeout");
    }
}

void commitWithEffect(Context& c, std::vector<api::Statement> statements,
                      const std::optional<SideEffect>& effect, api::Reply& reply) {
    if (effect && c.design.is("side_effects", "queued")) {
        const std::string now = std::to_string(c.nowMs);
        statements.push_back({std::string(data::sql::kInsertJob),
                              {effect->id, effect->kind, effect->payload, now, now}});
    }
    write(c, statements, reply);
}

}  // namespace tenfold::mechanisms

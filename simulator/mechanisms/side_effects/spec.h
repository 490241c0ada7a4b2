// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

/// The longest wait after the n-th failure, s: base × 2ⁿ⁻¹, a minute at most. Full jitter draws the
/// wait evenly from 0 to this (Brooker, "Exponential backoff and jitter", 2015).
inline double backoffLimitS(double baseS, int failures) {
    return std::min(60.0, baseS * std::exp2(std::max(0, failures - 1)));
}

inline scenario::MechanismSpec sideEffectsSpec() {
    return {
        .id = "side_effects",
        .title = "Side effects",
        .tier = scenario::Tier::queries10k,
        .question = "Who waits for the e-mail: the customer, or nobody?",
        .gain =
            "an order takes no longer than its own work, and a mail provider that is down fails "
            "no order",
        .price =
            "one more row in each commit, statements of the worker that looks for jobs, and an "
            "e-mail that comes later; a provider without idempotency keys may send it twice",
        .counts = {"calls_in_requests", "statements", "jobs"},
        .values =
            {{"inline", "Inline",
              "the API calls the mail and webhook provider after its commit, inside the request"},
             {"queued", "Queued",
              "a job is part of the commit; a worker delivers it, again if need be"}},
        .parameters =
            {{"timeout_s", "Call timeout", "s", 0.1, 60, 5, false,
              "How long a call to the provider may take, inside a request or in the worker."},
             {"workers", "Workers", "", 1, 256, 64, false,
              "Calls the worker makes at the same time (queued)."},
             {"lease_s", "Lease", "s", 1, 3600, 30, false,
              "How long a job that was taken is nobody else's; then it is tried again (queued)."},
             {"attempts", "Attempts", "", 1, 25, 5, false,
              "Deliveries that are tried before a job is a dead letter (queued)."},
             {"backoff_s", "Backoff", "s", 0.1, 60, 1, false,
              "After the n-th failure the next try comes within so long × 2ⁿ⁻¹, at a random "
              "instant "
              "(queued)."}},
        .combinable = false,
        .sound = "queued",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

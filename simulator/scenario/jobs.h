// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/design.h"

namespace tenfold::scenario {

/// Whether a write may leave a job in the outbox, so that there is a worker: an e-mail or a webhook
/// that is queued, or the news of a change for the shared cache.
inline bool hasJobs(const Design& design) {
    return design.is("side_effects", "queued") || design.is("shared_cache", "ttl_and_events");
}

}  // namespace tenfold::scenario

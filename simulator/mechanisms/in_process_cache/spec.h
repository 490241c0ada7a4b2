// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec inProcessCacheSpec() {
    return {
        .id = "in_process_cache",
        .title = "In-process cache",
        .tier = scenario::Tier::infrastructure100k,
        .question = "Could an instance answer from its own memory, without asking anybody?",
        .gain = "the hottest answers cost neither a statement nor a way over the network",
        .price =
            "each instance has a copy of its own: after a change they disagree for the time "
            "to live",
        .counts = {"statements", "local_hits", "local_misses", "stale_answers"},
        .values = {{"off", "Off", "an instance remembers no answers"},
                   {"on", "On", "each instance keeps the catalogue answers it gave last"}},
        .parameters =
            {{"ttl_s", "Time to live", "s", 1, 3600, 10, false,
              "How long an instance may give an answer again."},
             {"capacity", "Answers kept", "", 1, 100'000, 1000, false,
              "How many answers an instance keeps; the one used longest ago makes room."}},
        .combinable = false,
        .sound = "on",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

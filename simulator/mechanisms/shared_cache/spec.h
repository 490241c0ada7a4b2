// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec sharedCacheSpec() {
    return {
        .id = "shared_cache",
        .title = "Shared cache",
        .tier = scenario::Tier::infrastructure100k,
        .question = "How often does the database answer a question it has just answered?",
        .gain = "popular products and lists are answered without the database",
        .price =
            "answers may be as old as the TTL, or with events as old as the news is under way, "
            "which "
            "costs a statement in each write; and the cache is one more thing to run",
        .counts = {"statements", "cache_hits", "cache_misses", "stale_answers", "jobs"},
        .values = {{"off", "Off", "every read goes to the database"},
                   {"ttl", "TTL", "catalogue and list answers are kept for the time to live"},
                   {"ttl_and_events", "TTL and events",
                    "and a product's answers are dropped when it has been changed: the news is "
                    "part of the commit, and a worker brings it"}},
        .parameters = {{"ttl_s", "Time to live", "s", 1, 3600, 60, false,
                        "How long an answer may be served again."},
                       {"single_flight", "Single flight", "", 0, 1, 1, true,
                        "Only one request recomputes an expired answer; the others wait for it."}},
        .combinable = false,
        .sound = "ttl",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

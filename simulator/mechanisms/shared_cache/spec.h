// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>

#include "simulator/scenario/design.h"
#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

/// What is done against stampedes: the places of the words of `stampede`.
enum class Stampede { none, jitter, xfetch, singleFlight };

inline Stampede stampedeOf(const scenario::Design& design) {
    return static_cast<Stampede>(static_cast<int>(design.parameter("shared_cache", "stampede", 3)));
}

/// With jitter a time to live is a tenth shorter or longer at most, evenly: what was stored at the
/// same time does not end at the same time. `u` from [0, 1).
inline double jittered(double ttl, double u) {
    return ttl * (0.9 + 0.2 * u);
}

/// XFetch: whether an answer is recomputed although its time is not up, so that one request does it
/// before all have to. `u` from (0, 1]; took: what computing it took; left: of its time to live,
/// in the same unit. P = exp(−left ∕ (β · took)): 37 % at left = took, 0.7 % at five times that
/// (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, PVLDB 8(8),
/// 2015).
inline bool isEarly(double u, double beta, double took, double left) {
    return -beta * took * std::log(u) >= left;
}

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
                       {"stampede",
                        "Against stampedes",
                        "",
                        0,
                        3,
                        3,
                        false,
                        "What keeps many requests from recomputing one answer when its time is up.",
                        {{"none", "Nothing"},
                         {"jitter", "Jitter"},
                         {"xfetch", "Early by chance"},
                         {"single_flight", "Single flight"}}},
                       {"beta", "Early: beta", "", 0.1, 10, 1, false,
                        "Above 1 answers are recomputed earlier, below it later (xfetch)."}},
        .combinable = false,
        .sound = "ttl",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec rateLimitingSpec() {
    return {
        .id = "rate_limiting",
        .title = "Rate limiting",
        .tier = scenario::Tier::architecture1M,
        .question = "Can one client take the capacity of all the others?",
        .gain = "a client that floods is answered 429 at the door; the others do not notice",
        .price =
            "a limit per address hits everyone behind one NAT, a limit per user misses "
            "whoever does not log in",
        .counts = {"rate_limited", "rate_limited_users"},
        .values = {{"off", "Off", "everything is let in"},
                   {"per_ip", "Per address", "each client address has its own allowance"},
                   {"per_user", "Per user", "each user has their own allowance"},
                   {"per_endpoint", "Per endpoint",
                    "each user has a smaller allowance for each list, which costs more"}},
        .parameters = {{"ip_rate_per_s", "Rate per address", "/s", 0.1, 100'000, 50, false,
                        "Requests a second one address may make for long."},
                       {"ip_burst", "Burst per address", "requests", 1, 100'000, 100, false,
                        "Requests one address may make at once."},
                       {"user_rate_per_s", "Rate per user", "/s", 0.1, 100'000, 10, false,
                        "Requests a second one user may make for long."},
                       {"user_burst", "Burst per user", "requests", 1, 100'000, 20, false,
                        "Requests one user may make at once."},
                       {"endpoint_rate_per_s", "Rate per user and list", "/s", 0.1, 100'000, 2,
                        false, "Requests a second one user may make of one list for long."},
                       {"endpoint_burst", "Burst per user and list", "requests", 1, 100'000, 5,
                        false, "Requests one user may make of one list at once."},
                       {"user_concurrency", "In progress per user", "requests", 0, 10'000, 0, false,
                        "Requests of one user that may be in progress at the same time; 0: as "
                        "many as there are."}},
        .combinable = true,
        .sound = "per_user",
        .isHeldByClients = true,
    };
}

}  // namespace tenfold::mechanisms

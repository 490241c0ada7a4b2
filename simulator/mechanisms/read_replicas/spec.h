// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec readReplicasSpec() {
    return {
        .id = "read_replicas",
        .title = "Read replicas",
        .tier = scenario::Tier::architecture1M,
        .question = "Can reads be spread over copies of the database?",
        .gain = "reads share several machines; writes have the primary to themselves",
        .price = "copies lag: what was just written may not be there yet; writes are not spread",
        .counts = {"reads_on_replicas", "stale_own_reads"},
        .values = {{"0", "None", "the primary answers everything"},
                   {"1", "One", "reads go to one copy"},
                   {"2", "Two", "reads go to two copies"},
                   {"3", "Three", "reads go to three copies"}},
        .parameters = {{"lag_ms", "Lag", "ms", 0, 60'000, 0, false,
                        "How long a change waits before a replica applies it."},
                       {"read_your_writes", "Read your writes", "", 0, 1, 1, true,
                        "After a write, a user's reads go to a database that has that write."}},
        .combinable = false,
        .sound = "2",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

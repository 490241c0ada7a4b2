// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec connectionPoolerSpec() {
    return {
        .id = "connection_pooler",
        .title = "Connection pooler",
        .tier = scenario::Tier::infrastructure100k,
        .question = "What happens when the instances want more connections than the database has?",
        .gain = "many clients share a few database connections",
        .price =
            "one more hop; a connection is yours for one transaction only, so nothing may "
            "live on it between two",
        .counts = {"too_many_connections", "connections"},
        .values = {{"off", "Off", "each instance keeps its own pool, direct to the database"},
                   {"transaction", "Transaction",
                    "a connection is lent for one transaction at a time"}},
        .parameters = {{"size", "Server connections", "connections", 1, 97, 25, false,
                        "Connections to each database that all clients share."},
                       {"wait_limit_s", "Wait limit", "s", 0.1, 120, 1, false,
                        "How long a client waits for a connection before it is refused."}},
        .combinable = false,
        .sound = "transaction",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

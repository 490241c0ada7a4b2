// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec indexesSpec() {
    return {
        .id = "indexes",
        .title = "Indexes",
        .tier = scenario::Tier::queries10k,
        .question = "Does the database have to read every row to find a few?",
        .gain = "a look-up reads a handful of rows instead of the whole table",
        .price = "every insert keeps each index up to date, and indexes take memory",
        .counts = {"full_scan_steps", "vm_steps"},
        .values = {{"off", "Off", "only primary keys: other look-ups scan the table"},
                   {"on", "On", "indexes on foreign keys, order date and product name"}},
        .parameters = {},
        .combinable = false,
        .sound = "on",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

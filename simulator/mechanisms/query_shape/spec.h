// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec queryShapeSpec() {
    return {
        .id = "query_shape",
        .title = "Query shape",
        .tier = scenario::Tier::queries10k,
        .question = "How many statements does one page of orders take?",
        .gain = "one list of N orders takes 3 statements or 1 instead of 1 + 2N",
        .price = "a join sends wider rows and ties two tables together in one statement",
        .counts = {"statements"},
        .values = {{"n_plus_one", "N + 1", "two more statements for each order in the list"},
                   {"batched", "Batched", "three statements, whatever the page size"},
                   {"join", "Join", "one statement"}},
        .parameters = {},
        .combinable = false,
        .sound = "batched",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

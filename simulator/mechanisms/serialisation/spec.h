// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec serialisationSpec() {
    return {
        .id = "serialisation",
        .title = "Serialisation",
        .tier = scenario::Tier::infrastructure100k,
        .question = "How much is read and sent that nobody asked for?",
        .gain =
            "only what the contract lists is read, turned into JSON and sent: fewer rows, fewer "
            "bytes, less CPU",
        .price =
            "every field is written down by hand, in the statement and in the answer; a client "
            "that needs one more has to wait for it",
        .counts = {"statements", "rows", "bytes", "database_bytes", "api_cpu_ms"},
        .values = {{"full_graph", "Full graph",
                    "whole rows and what they refer to, as a tree of objects, into JSON"},
                   {"explicit_fields", "Explicit fields",
                    "the columns of the contract, written as they come"}},
        .parameters = {},
        .combinable = false,
        .sound = "explicit_fields",
        .isHeldByClients = true,
    };
}

}  // namespace tenfold::mechanisms

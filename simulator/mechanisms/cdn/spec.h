// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec cdnSpec() {
    return {
        .id = "cdn",
        .title = "CDN",
        .tier = scenario::Tier::infrastructure100k,
        .question = "Why does the API send the same picture to everybody?",
        .gain =
            "pictures and the catalogue come from an edge near the user: no API, no way to the "
            "origin",
        .price =
            "what an edge shows may be as old as the time to live, every byte is paid for, and the "
            "origin's limits do not see who asks there",
        .counts = {"edge_hits", "edge_misses", "edge_revalidations", "edge_collapsed", "edge_stale",
                   "stale_answers", "requests_at_origin"},
        .values = {{"off", "Off", "every request goes to the origin"},
                   {"on", "On", "edges answer what is public from what they keep"}},
        .parameters =
            {{"edges", "Edge locations", "", 1, 4, 2, false,
              "Each has a store of its own; a user always comes to the same one."},
             {"capacity_mb", "Store", "MB", 1, 1024, 64, false,
              "Of each edge; the answer used longest ago makes room."},
             {"catalogue_ttl_s", "Catalogue fresh for", "s", 0, 3600, 60, false,
              "max-age of products and their lists; 0: pictures alone. Pictures never change."},
             {"stale_while_revalidate_s", "Served while asked anew", "s", 0, 3600, 30, false,
              "How long beyond max-age the old answer is served while the edge asks again."},
             {"edge_rtt_ms", "Users to edge", "ms", 0, 500, 0, false,
              "Round trip between the users and their edge."},
             {"origin_rtt_ms", "Users to origin", "ms", 0, 500, 0, false,
              "Round trip between the users and the origin, with and without edges."}},
        .combinable = false,
        .sound = "off",
        .isHeldByClients = false,
    };
}

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec paginationSpec() {
    return {
        .id = "pagination",
        .title = "Pagination",
        .tier = scenario::Tier::queries10k,
        .question = "How much does a list send when nobody says where to stop?",
        .gain = "a list costs one page, however long the table grows",
        .price =
            "clients must follow pages; offsets slow down with depth and skip or repeat rows "
            "when the list changes; cursors cannot jump",
        .counts = {"rows", "bytes"},
        .values = {{"none", "None", "every list returns everything"},
                   {"offset", "Offset", "page numbers: LIMIT and OFFSET"},
                   {"keyset", "Keyset", "a cursor: rows after the last one seen"}},
        .parameters = {{"page_size", "Page size", "rows", 1, 100, 20, false,
                        "How many rows a page holds; at most 100."}},
        .combinable = false,
        .sound = "keyset",
        .isHeldByClients = true,
    };
}

}  // namespace tenfold::mechanisms

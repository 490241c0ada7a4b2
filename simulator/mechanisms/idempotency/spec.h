// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec idempotencySpec() {
    return {
        .id = "idempotency",
        .title = "Idempotency",
        .tier = scenario::Tier::principles,
        .question = "The answer never came. Was it ordered, or not?",
        .gain =
            "a write that is sent again is carried out once, and answered as it was the first "
            "time",
        .price =
            "two more statements in each of these writes, a row of some 200 bytes kept for "
            "each, and clients that must make a key and keep it",
        .counts = {"statements", "duplicates", "replays", "retries"},
        .values = {{"off", "Off", "a write that is sent again is carried out again"},
                   {"keys", "Idempotency keys",
                    "the key of a write is stored in its transaction; the same key again is "
                    "answered with what is kept under it"}},
        .parameters = {{"ttl_s", "Kept for", "s", 1, 2'592'000, 86'400, false,
                        "How long a key is remembered; after that it is a new one."},
                       {"required", "Required", "", 0, 1, 1, true,
                        "Writes without a key are refused with 400."}},
        .combinable = false,
        .sound = "off",
        .isHeldByClients = true,
    };
}

}  // namespace tenfold::mechanisms

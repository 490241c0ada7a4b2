// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::mechanisms {

inline scenario::MechanismSpec tokenValidationSpec() {
    return {
        .id = "token_validation",
        .title = "Token validation",
        .tier = scenario::Tier::architecture1M,
        .question = "Does every request wait for the one service that knows who is who?",
        .gain =
            "the gateway verifies tokens itself: no round trip, and nobody is locked out "
            "when the auth service is down",
        .price = "a token that was revoked is good until it ends: its lifetime is the delay",
        .counts = {"introspections", "local_validations"},
        .values = {{"central", "Central", "the auth service is asked about each token"},
                   {"jwt", "JWT", "signatures are verified at the gateway with public keys"}},
        .parameters = {{"token_lifetime_s", "Token lifetime", "s", 1, 3600, 600, false,
                        "How long an access token is good; how late a revocation may be."},
                       {"connections", "Connections", "connections", 1, 128, 64, false,
                        "Of the gateway to the auth service; the others wait in line."},
                       {"time_limit_ms", "Time limit", "ms", 10, 10'000, 1000, false,
                        "How long the gateway waits for the auth service before it answers 503."}},
        .combinable = false,
        .sound = "jwt",
        .isHeldByClients = true,
    };
}

}  // namespace tenfold::mechanisms

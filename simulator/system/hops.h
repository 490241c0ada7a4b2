// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/random/stream.h"
#include "simulator/system/event.h"

namespace tenfold::system {

enum class Hop { gateway, instance, database, pooler, cache };

struct HopOverheads {
    static HopOverheads shipped() { return {}; }
    Nanos sampleNs(Hop hop, double, random::Stream&) const {
        switch (hop) {
            case Hop::gateway:
                return 120'000;
            case Hop::instance:
                return 90'000;
            case Hop::database:
                return 90'000;
            case Hop::pooler:
                return 90'000;
            case Hop::cache:
                return 60'000;
        }
        return 0;
    }
};

}  // namespace tenfold::system

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "simulator/measure/timeline.h"

namespace tenfold {

/// How many events of that kind a run's timeline has.
inline auto count(const measure::Timeline& t, measure::EventKind kind) {
    return std::ranges::count(t.events(), kind, &measure::Event::kind);
}

}  // namespace tenfold

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/engine/engine.h"

#include <array>

namespace tenfold::engine {

std::string_view toString(Phase phase) {
    constexpr std::array<std::string_view, 6> names{"idle",   "starting", "running",
                                                    "paused", "stopping", "failed"};
    return names[static_cast<std::size_t>(phase)];
}

}  // namespace tenfold::engine

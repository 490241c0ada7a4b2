// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/read_replicas/read_replicas.h"

#include <algorithm>

#include "simulator/system/design_state.h"
#include "simulator/system/request.h"

namespace tenfold::mechanisms {

std::uint32_t ReadReplicas::choose(const system::Request& request,
                                   const std::vector<std::uint64_t>& applied,
                                   std::uint32_t& turn) const {
    // A request keeps its version: replicas that came later are not its own, those that went are
    // no choice.
    const auto replicas = std::min(static_cast<std::uint32_t>(request.design->replicas),
                                   static_cast<std::uint32_t>(applied.size()));
    if (replicas == 0) return 0;
    const bool waitsForOwn = request.design->readsOwnWrites && request.writtenLsn > 0;
    const std::uint32_t first = turn++ % replicas;
    for (std::uint32_t i = 0; i < replicas; ++i) {
        const std::uint32_t n = (first + i) % replicas;
        if (waitsForOwn && applied[n] < request.writtenLsn) continue;
        return n + 1;
    }
    return 0;
}

}  // namespace tenfold::mechanisms

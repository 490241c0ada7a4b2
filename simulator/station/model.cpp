// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/model.h"

namespace tenfold::station {

std::uint32_t Model::firstStation(std::size_t classIndex) const {
    const auto& from = routes[classIndex].from;
    for (std::uint32_t i = 0; i < from.size(); ++i)
        if (!from[i].empty()) return i;
    return kSink;
}

}  // namespace tenfold::station

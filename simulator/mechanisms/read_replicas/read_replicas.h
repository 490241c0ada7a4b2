// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// Reads go round the replicas; who has written reads only where the own write is known to have
/// arrived, else from the primary.
class ReadReplicas final : public system::ReadRouter {
public:
    std::uint32_t choose(const system::Request& request, const std::vector<std::uint64_t>& applied,
                         std::uint32_t& turn) const override;
};

}  // namespace tenfold::mechanisms

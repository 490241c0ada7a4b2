// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tenfold::hardware {

/// Of a host's cores, those that real databases have to themselves, so that what they do is told
/// apart from what the rest of the system does: half of them. 0: there is one, and all share it.
constexpr int coresOfRealDatabase(int hostCores) {
    return hostCores < 2 ? 0 : hostCores / 2;
}

}  // namespace tenfold::hardware

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tenfold::load {

/// How much of its life a user's access token has behind it when a run begins, 0 to 1: users did
/// not log in together, so their tokens do not end together. The same in every run.
inline double tokenAgeOf(std::uint64_t user) {
    const std::uint64_t h = (user * 0xbf58476d1ce4e5b9ULL) >> 11;
    return static_cast<double>(h) * 0x1.0p-53;
}

}  // namespace tenfold::load

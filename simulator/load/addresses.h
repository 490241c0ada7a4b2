// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tenfold::load {

/// Which of so many client addresses a user has: 0 is the one that `sharedPart` of all users share
/// (NAT), the others are spread over the rest. The same users share it in every run.
int addressOf(std::uint64_t user, int addresses, double sharedPart);

}  // namespace tenfold::load

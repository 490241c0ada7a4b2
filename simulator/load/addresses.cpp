// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/addresses.h"

namespace tenfold::load {

int addressOf(std::uint64_t user, int addresses, double sharedPart) {
    if (addresses == 1) return 0;
    // A fixed scramble, so that neighbours in number are not neighbours in fate.
    const std::uint64_t h = (user * 0x9e3779b97f4a7c15ULL) >> 11;
    if (static_cast<double>(h) * 0x1.0p-53 < sharedPart) return 0;
    return 1 + static_cast<int>(user % static_cast<std::uint64_t>(addresses - 1));
}

}  // namespace tenfold::load

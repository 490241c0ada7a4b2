// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace tenfold::measure {

/// Figures as people read them, the same in the window, the verdict and the terminal.

/// "0.4 ms", "9.9 ms", "310 ms", "1.8 s", "12 s".
std::string milliseconds(double ms);
/// "2,418": groups of three.
std::string count(std::uint64_t n);

}  // namespace tenfold::measure

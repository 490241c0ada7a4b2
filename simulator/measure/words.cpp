// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/words.h"

#include <fmt/format.h>

namespace tenfold::measure {

std::string milliseconds(double ms) {
    if (ms < 9.95) return fmt::format("{:.1f} ms", ms);
    if (ms < 999.5) return fmt::format("{:.0f} ms", ms);
    if (ms < 9'950) return fmt::format("{:.1f} s", ms / 1000);
    return fmt::format("{:.0f} s", ms / 1000);
}

std::string count(std::uint64_t n) {
    std::string text = std::to_string(n);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
    return text;
}

}  // namespace tenfold::measure

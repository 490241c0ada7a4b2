// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenfold::scenario {

/// "30s", "500ms", "2min" → seconds. Nothing on anything else.
std::optional<double> secondsFromText(std::string_view text);

/// Bounds of a fault's start and length.
constexpr double kShortestFaultS = 0.25;
constexpr double kLatestFaultS = 86'400;

/// What goes wrong, from when, for how long.
struct Fault {
    std::string name;
    double atS = 0;
    double durationS = 0;
    bool operator==(const Fault&) const = default;
};

/// "kill_instance@10s+20s". Nothing on another form, or out of bounds.
std::optional<Fault> faultFromText(std::string_view text);

}  // namespace tenfold::scenario

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/duration.h"

#include <charconv>
#include <cmath>

namespace tenfold::scenario {

std::optional<double> secondsFromText(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value) || value < 0) return std::nullopt;
    const std::string_view unit(end, text.data() + text.size());
    if (unit == "s") return value;
    if (unit == "ms") return value / 1000;
    if (unit == "min" || unit == "m") return value * 60;
    return std::nullopt;
}

std::optional<Fault> faultFromText(std::string_view text) {
    const auto at = text.find('@');
    const auto plus = text.find('+', at == std::string_view::npos ? 0 : at);
    if (at == std::string_view::npos || plus == std::string_view::npos || at == 0)
        return std::nullopt;
    const auto start = secondsFromText(text.substr(at + 1, plus - at - 1));
    const auto length = secondsFromText(text.substr(plus + 1));
    if (!start || !length) return std::nullopt;
    if (*start > kLatestFaultS || *length < kShortestFaultS || *length > kLatestFaultS)
        return std::nullopt;
    return Fault{std::string(text.substr(0, at)), *start, *length};
}

}  // namespace tenfold::scenario

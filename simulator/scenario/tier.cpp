// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/tier.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace tenfold::scenario {

namespace {
constexpr double kSecondsPerDay = 86'400;
constexpr double kMaxUsers = 1e8;
}  // namespace

std::optional<double> usersFromText(std::string_view text) {
    double factor = 1;
    if (!text.empty() && (text.back() == 'k' || text.back() == 'K')) factor = 1e3;
    if (!text.empty() && (text.back() == 'm' || text.back() == 'M')) factor = 1e6;
    if (factor > 1) text.remove_suffix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    value *= factor;
    if (value < 1 || value > kMaxUsers) return std::nullopt;
    return value;
}

std::string usersToText(double users) {
    if (users >= 1e6) return fmt::format("{:.3g}M", users / 1e6);
    if (users >= 1e3) return fmt::format("{:.0f}k", users / 1e3);
    return fmt::format("{:.0f}", users);
}

Rate rateOf(double dailyActiveUsers, double requestsPerUserPerDay, double peakFactor) {
    const double average = dailyActiveUsers * requestsPerUserPerDay / kSecondsPerDay;
    return {average, average * peakFactor};
}

HonestRange honestRange(double dailyActiveUsers) {
    return {rateOf(dailyActiveUsers, 10, 1.7).peakHz, rateOf(dailyActiveUsers, 200, 4).peakHz};
}

}  // namespace tenfold::scenario

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenfold::scenario {

/// "10k" → 10,000; "1M" → 1,000,000; "640k"; "25000". Nothing when it is not a number of users
/// between 1 and 100 million.
std::optional<double> usersFromText(std::string_view text);
/// 10000 → "10k", 1000000 → "1M", 231481 → "231k".
std::string usersToText(double users);

/// Requests per second, and how they came about.
struct Rate {
    double averageHz = 0;  // users × requests per user per day ÷ 86 400
    double peakHz = 0;     // average × peak factor
};
Rate rateOf(double dailyActiveUsers, double requestsPerUserPerDay, double peakFactor);

/// The least and the most a careful person would assume: 10 a day × 1.7, and 200 a day × 4.
struct HonestRange {
    double lowHz = 0;
    double highHz = 0;
};
HonestRange honestRange(double dailyActiveUsers);

}  // namespace tenfold::scenario

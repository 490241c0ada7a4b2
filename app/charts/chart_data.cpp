// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/chart_data.h"

namespace tenfold::app {

std::vector<std::pair<std::size_t, std::size_t>> finiteRuns(const std::vector<double>& values) {
    std::vector<std::pair<std::size_t, std::size_t>> runs;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        const std::size_t first = i;
        while (i + 1 < values.size() && std::isfinite(values[i + 1])) ++i;
        runs.emplace_back(first, i);
    }
    return runs;
}

std::vector<std::pair<std::size_t, std::size_t>> flagGroups(const std::vector<double>& at,
                                                            double width, double sharedWidth) {
    std::vector<std::pair<std::size_t, std::size_t>> groups;
    const auto edges = [&](const auto& group) {
        const double centre = (at[group.first] + at[group.second]) / 2;
        const double half = (group.first == group.second ? width : sharedWidth) / 2;
        return std::pair(centre - half, centre + half);
    };
    for (std::size_t i = 0; i < at.size(); ++i) {
        groups.emplace_back(i, i);
        // A shared pill is wider, so it may reach the one before it.
        while (groups.size() > 1 &&
               edges(groups[groups.size() - 2]).second > edges(groups.back()).first) {
            const auto last = groups.back().second;
            groups.pop_back();
            groups.back().second = last;
        }
    }
    return groups;
}

double roundUp125(double value) {
    if (!(value > 0)) return 1;
    const double decade = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (value <= factor * decade * (1 + 1e-9)) return factor * decade;
    return 10 * decade;
}

}  // namespace tenfold::app

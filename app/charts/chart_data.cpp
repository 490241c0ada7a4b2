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

double roundUp125(double value) {
    if (!(value > 0)) return 1;
    const double decade = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (value <= factor * decade * (1 + 1e-9)) return factor * decade;
    return 10 * decade;
}

}  // namespace tenfold::app

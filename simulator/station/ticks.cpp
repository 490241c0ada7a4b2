// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/ticks.h"

#include <algorithm>
#include <limits>

#include "simulator/station/traffic.h"

namespace tenfold::station {

Ticks::Ticks(const Model& m) {
    double shortest = std::numeric_limits<double>::infinity();
    double perSecond = 0;  // counted customers a second, from below
    const auto consider = [&](double mean) {
        if (mean > 0) shortest = std::min(shortest, mean);
    };
    for (std::size_t c = 0; c < m.classes.size(); ++c) {
        for (const auto& s : m.stations)
            if (s.service[c]) consider(s.service[c]->mean());
        if (!m.classes[c].isClosed()) {
            consider(m.classes[c].arrivals->mean());
            perSecond += 1 / m.classes[c].arrivals->mean();
            continue;
        }
        double roundS = 0;
        const auto visits = trafficOf(m, c);
        for (std::size_t s = 0; s < m.stations.size(); ++s)
            if (m.stations[s].service[c]) roundS += visits[s] * m.stations[s].service[c]->mean();
        if (roundS > 0) perSecond += 1 / roundS;
    }
    while (shortest * m_perSecond < 1e5 && m_perSecond < 1e30) m_perSecond *= 10;
    // A hundred times what the counted customers take: room for warm-up and losses.
    const double horizonS =
        perSecond > 0 ? 100 * (static_cast<double>(m.customers) + 1e5) / perSecond : 0;
    while (horizonS * m_perSecond > kMost) m_perSecond /= 10;
}

}  // namespace tenfold::station

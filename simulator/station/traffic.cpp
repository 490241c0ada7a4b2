// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/traffic.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace tenfold::station {

namespace {

/// Solves a·x = b by elimination with partial pivoting; b becomes x.
void solve(std::vector<std::vector<double>> a, std::vector<double>& b) {
    const std::size_t n = b.size();
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k + 1; i < n; ++i)
            if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
        std::swap(a[k], a[pivot]);
        std::swap(b[k], b[pivot]);
        for (std::size_t i = k + 1; i < n; ++i) {
            const double f = a[i][k] / a[k][k];
            if (f == 0) continue;
            for (std::size_t j = k; j < n; ++j) a[i][j] -= f * a[k][j];
            b[i] -= f * b[k];
        }
    }
    for (std::size_t k = n; k-- > 0;) {
        for (std::size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
}

/// Stations a class comes to, following its routing from these exits.
std::vector<bool> reachable(const Route& route, const std::vector<Exit>& begin) {
    std::vector<bool> seen(route.from.size(), false);
    std::vector<std::uint32_t> open;
    const auto follow = [&](const std::vector<Exit>& exits) {
        for (const auto& e : exits) {
            if (e.to == kSink || seen[e.to]) continue;
            seen[e.to] = true;
            open.push_back(e.to);
        }
    };
    follow(begin);
    while (!open.empty()) {
        const auto at = open.back();
        open.pop_back();
        follow(route.from[at]);
    }
    return seen;
}

std::vector<bool> visited(const Model& m, std::size_t c) {
    if (!m.classes[c].isClosed()) return reachable(m.routes[c], m.routes[c].source);
    return reachable(m.routes[c], {{m.firstStation(c), 1.0}});
}

/// Whether this class can get from a station to the sink, or a closed one back to its first
/// station.
bool comesHome(const Model& m, std::size_t c, std::uint32_t from) {
    const Route& route = m.routes[c];
    const auto seen = reachable(route, route.from[from]);
    if (m.classes[c].isClosed()) return seen[m.firstStation(c)];
    for (std::uint32_t s = 0; s < seen.size(); ++s) {
        if (!seen[s] && s != from) continue;
        for (const auto& e : route.from[s])
            if (e.to == kSink) return true;
    }
    return false;
}

void checkClass(const Model& m, std::size_t c, std::vector<bool>& isUsed,
                scenario::Problems& problems) {
    const auto& name = m.classes[c].name;
    const std::string path = "$.routing." + name;
    if (m.classes[c].isClosed() && m.firstStation(c) == kSink) {
        problems.add(path + ": goes nowhere");
        return;
    }
    const auto comes = visited(m, c);
    for (std::uint32_t s = 0; s < m.stations.size(); ++s) {
        const auto& station = m.stations[s];
        const bool hasRow = !m.routes[c].from[s].empty();
        if (!comes[s]) {
            if (hasRow)
                problems.add(fmt::format("{}.{}: unreachable: this class never comes there", path,
                                         station.name));
            continue;
        }
        isUsed[s] = true;
        if (!hasRow) {
            problems.add(fmt::format("{}.{}", path, station.name), "nothing",
                         "where this class goes from there");
        } else if (!comesHome(m, c, s)) {
            problems.add(
                fmt::format("{}.{}: from there it never {}", path, station.name,
                            m.classes[c].isClosed() ? "returns to its first station" : "leaves"));
        }
        if (!station.service[c])
            problems.add(fmt::format("$.stations[{}].service.{}", s, name), "nothing",
                         "a distribution: this class comes there");
    }
}

/// Closed customers circulate for ever: none may be lost.
void checkLoss(const Model& m, scenario::Problems& problems) {
    for (std::size_t s = 0; s < m.stations.size(); ++s) {
        if (!m.stations[s].capacity) continue;
        std::uint64_t closed = 0;
        bool isOpenToo = false;
        for (std::size_t c = 0; c < m.classes.size(); ++c) {
            if (m.routes[c].from[s].empty()) continue;
            closed += m.classes[c].population;
            isOpenToo = isOpenToo || !m.classes[c].isClosed();
        }
        if (closed > 0 && (isOpenToo || closed > *m.stations[s].capacity))
            problems.add(fmt::format(
                "$.stations[{}].capacity: customers of a closed class come there and could be lost",
                s));
    }
}

void checkLoad(const Model& m, scenario::Problems& problems) {
    std::vector<double> load(m.stations.size(), 0);  // busy servers
    for (std::size_t c = 0; c < m.classes.size(); ++c) {
        if (m.classes[c].isClosed()) {
            double roundS = 0;
            for (std::size_t s = 0; s < m.stations.size(); ++s)
                if (!m.routes[c].from[s].empty()) roundS += m.stations[s].service[c]->mean();
            if (!(roundS > 0))
                problems.add(
                    fmt::format("$.classes[{}] (\"{}\"): circulates without any time passing", c,
                                m.classes[c].name));
            continue;
        }
        const auto rates = trafficOf(m, c, true);
        for (std::size_t s = 0; s < m.stations.size(); ++s)
            if (m.stations[s].service[c]) load[s] += rates[s] * m.stations[s].service[c]->mean();
    }
    for (std::size_t s = 0; s < m.stations.size(); ++s) {
        const auto& station = m.stations[s];
        if (station.isInfinite() || station.capacity) continue;
        // Load 1 is unstable too; a hair below it, as rounding of the file's decimals may leave it.
        const double rho = load[s] / station.servers;
        if (rho > 1 - 1e-9)
            problems.add(
                fmt::format("$.stations[{}] (\"{}\"): utilisation would be {:.4g} and there is no "
                            "capacity: its "
                            "queue grows without bound; allowed: below 1, or a capacity",
                            s, station.name, rho));
    }
}

}  // namespace

std::vector<double> trafficOf(const Model& m, std::size_t c, bool isStoppedByCapacity) {
    const Route& route = m.routes[c];
    const std::size_t n = m.stations.size();
    std::vector<std::vector<double>> a(n, std::vector<double>(n, 0));
    std::vector<double> rates(n, 0);
    const bool isClosed = m.classes[c].isClosed();
    const std::uint32_t first = m.firstStation(c);
    for (std::size_t j = 0; j < n; ++j) a[j][j] = 1;
    for (std::size_t i = 0; i < n; ++i) {
        if (isStoppedByCapacity && m.stations[i].capacity) continue;
        for (const auto& e : route.from[i]) {
            // A closed class begins anew at its first station: one visit each round.
            if (e.to == kSink || (isClosed && e.to == first)) continue;
            a[e.to][i] -= e.probability;
        }
    }
    if (isClosed) {
        rates[first] = 1;
    } else {
        const double perSecond = 1 / m.classes[c].arrivals->mean();
        for (const auto& e : route.source) rates[e.to] += perSecond * e.probability;
    }
    solve(std::move(a), rates);
    return rates;
}

void checkTraffic(const Model& m, scenario::Problems& problems) {
    std::vector<bool> isUsed(m.stations.size(), false);
    for (std::size_t c = 0; c < m.classes.size(); ++c) checkClass(m, c, isUsed, problems);
    for (std::size_t s = 0; s < m.stations.size(); ++s)
        if (!isUsed[s])
            problems.add(fmt::format("$.stations[{}] (\"{}\"): unreachable: no class comes there",
                                     s, m.stations[s].name));
    checkLoss(m, problems);
    if (problems.empty()) checkLoad(m, problems);
}

}  // namespace tenfold::station

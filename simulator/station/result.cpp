// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/result.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace tenfold::station {

using nlohmann::json;

namespace {

constexpr std::pair<const char*, Interval StationFigures::*> kStationFigures[] = {
    {"utilisation", &StationFigures::utilisation},
    {"throughput", &StationFigures::throughput},
    {"mean_number", &StationFigures::meanNumber},
    {"mean_wait", &StationFigures::meanWait},
    {"mean_response", &StationFigures::meanResponse},
    {"p50", &StationFigures::p50},
    {"p95", &StationFigures::p95},
    {"p99", &StationFigures::p99},
    {"loss_probability", &StationFigures::lossProbability}};
constexpr std::pair<const char*, Interval SystemFigures::*> kSystemFigures[] = {
    {"throughput", &SystemFigures::throughput},
    {"mean_response", &SystemFigures::meanResponse},
    {"mean_number", &SystemFigures::meanNumber}};

/// A figure that rests on nothing has no interval.
json halfWidthOf(const Interval& i) {
    return std::isfinite(i.halfWidth) ? json(i.halfWidth) : json(nullptr);
}

template <class Figures, std::size_t n>
void put(json& values, json& confidence, const Figures& figures,
         const std::pair<const char*, Interval Figures::*> (&names)[n]) {
    for (const auto& [name, member] : names) {
        values[name] = (figures.*member).mean;
        confidence[name] = halfWidthOf(figures.*member);
    }
}

}  // namespace

json toJson(const Result& r, const Model& m) {
    json stations = json::object(), system = json::object(), confidence = json::object();
    for (std::size_t s = 0; s < m.stations.size(); ++s)
        for (std::size_t c = 0; c < m.classes.size(); ++c) {
            if (!r.stations[s][c].isVisited) continue;
            const auto &at = m.stations[s].name, &who = m.classes[c].name;
            put(stations[at][who], confidence["stations"][at][who], r.stations[s][c],
                kStationFigures);
        }
    for (std::size_t c = 0; c < m.classes.size(); ++c) {
        const auto& who = m.classes[c].name;
        put(system[who], confidence["system"][who], r.system[c], kSystemFigures);
    }
    return {{"stations", stations},     {"system", system},   {"confidence", confidence},
            {"customers", r.customers}, {"events", r.events}, {"seconds", r.seconds}};
}

std::string toText(const Result& r, const Model& m) {
    std::string out =
        fmt::format("{} customers in {:g} s, {} events, after a warm-up of {} customers\n",
                    r.customers, r.seconds, r.events, r.dropped);
    const auto line = [&](const char* name, const Interval& i) {
        out += fmt::format("    {:<17}{:>14.6g}  ± {:.3g}\n", name, i.mean, i.halfWidth);
    };
    for (std::size_t s = 0; s < m.stations.size(); ++s)
        for (std::size_t c = 0; c < m.classes.size(); ++c) {
            if (!r.stations[s][c].isVisited) continue;
            out += fmt::format("{}, {}\n", m.stations[s].name, m.classes[c].name);
            for (const auto& [name, member] : kStationFigures) line(name, r.stations[s][c].*member);
        }
    for (std::size_t c = 0; c < m.classes.size(); ++c) {
        out += fmt::format("the network, {}\n", m.classes[c].name);
        for (const auto& [name, member] : kSystemFigures) line(name, r.system[c].*member);
    }
    return out + "times in seconds; ± half of the 99 % interval\n";
}

}  // namespace tenfold::station

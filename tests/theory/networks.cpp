// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/theory/networks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "simulator/station/model_json.h"
#include "simulator/station/run.h"

namespace tenfold::theory {

json exponential(double mean) {
    return {{"dist", "exp"}, {"mean", mean}};
}

json stationOf(const std::string& name, const json& servers, const json& service,
               const std::string& discipline) {
    return {{"name", name},
            {"servers", servers},
            {"capacity", nullptr},
            {"discipline", discipline},
            {"service", {{"job", service}}}};
}

json oneStation(double lambda, const json& station, std::uint64_t customers, std::uint64_t seed) {
    const std::string name = station.at("name");
    return {{"format", "tenfold.station/1"},
            {"classes", {{{"name", "job"}, {"arrivals", exponential(1 / lambda)}}}},
            {"stations", {station}},
            {"routing", {{"job", {{"source", {{name, 1.0}}}, {name, {{"sink", 1.0}}}}}}},
            {"stop", {{"customers", customers}}},
            {"seed", seed}};
}

Ran runOf(const json& model) {
    Ran r{station::modelFromJson(model, "test"), {}};
    r.result = station::run(r.model);
    return r;
}

namespace {
template <class Named>
std::size_t indexOf(const std::vector<Named>& all, const std::string& name) {
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].name == name) return i;
    throw std::out_of_range(name);
}
}  // namespace

const station::StationFigures& Ran::at(const std::string& station, const std::string& who) const {
    return result.stations[indexOf(model.stations, station)][indexOf(model.classes, who)];
}

const station::SystemFigures& Ran::system(const std::string& who) const {
    return result.system[indexOf(model.classes, who)];
}

void expectFigure(const station::Interval& found, double truth, const std::string& what) {
    EXPECT_NEAR(found.mean, truth, found.halfWidth) << what << ": outside its 99 % interval";
    EXPECT_NEAR(found.mean, truth, 0.01 * truth) << what << ": more than 1 % off";
}

}  // namespace tenfold::theory

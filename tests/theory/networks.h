// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "simulator/station/result.h"

namespace tenfold::theory {

using nlohmann::json;

json exponential(double mean);

/// A station of a model.
json stationOf(const std::string& name, const json& servers, const json& service,
               const std::string& discipline = "fcfs");

/// One open class "job" with Poisson arrivals through one station "s".
json oneStation(double lambda, const json& station, std::uint64_t customers,
                std::uint64_t seed = 7);

/// The model as the command line reads and runs it.
struct Ran {
    station::Model model;
    station::Result result;

    const station::StationFigures& at(const std::string& station,
                                      const std::string& who = "job") const;
    const station::SystemFigures& system(const std::string& who = "job") const;
};
Ran runOf(const json& model);

/// Inside the 99 % interval, and within 1 %.
void expectFigure(const station::Interval& found, double truth, const std::string& what);

}  // namespace tenfold::theory

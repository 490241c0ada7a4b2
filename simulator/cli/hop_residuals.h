// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "simulator/hardware/profile.h"

namespace tenfold::cli {

/// One answer of `tenfold-load --probe`: a product, asked for at an instance or through the
/// gateway.
struct ProbeAnswer {
    std::size_t path = 0;
    double us = 0;
    std::uint64_t bodyBytes = 0;
    std::map<std::string, double> stagesMs;  // as Server-Timing names them
    int statements = 0;
};
/// Throws std::invalid_argument when it is none.
ProbeAnswer probeAnswerFrom(const nlohmann::json& sample);

/// What is left of a measured time when all that was emulated in it is taken away, µs.
struct Residual {
    double restUs = 0;                 // client, instance, and the gateway if it was passed
    std::optional<double> databaseUs;  // of the round trip; with the pooler if there is one
    std::optional<double> cacheUs;     // of the command that hit
};

/// The emulated times of a probe, by the same formulas as the nodes and the simulation have.
struct ProbeEmulation {
    hardware::HardwareProfile hardware;
    double statementUs = 0;  // price of the statement

    Residual residualOf(const ProbeAnswer& answer, bool isThroughGateway) const;
};

/// All residuals at one rate, µs.
struct HopResiduals {
    std::vector<double> instance;
    std::vector<double> throughGateway;  // instance and gateway
    std::vector<double> database;
    std::vector<double> throughPooler;  // database and pooler
    std::vector<double> cache;
};

/// A hop's quantiles at kHopQuantiles, rising.
std::vector<double> quantilesOf(std::vector<double> residuals);
/// The quantiles of a hop that is passed beside another: differences, none below 0. Drawn and
/// added to the other's they come somewhat nearer to each other than what was measured.
std::vector<double> quantilesOfDifference(const std::vector<double>& both,
                                          const std::vector<double>& one);
extern const std::vector<double> kHopQuantiles;

/// The "hops" of the file "tenfold.hops/1".
nlohmann::json hopsJson(const std::vector<HopResiduals>& byRate);
/// The file as it is written: a hop a line.
std::string hopsText(const nlohmann::json& file);

}  // namespace tenfold::cli

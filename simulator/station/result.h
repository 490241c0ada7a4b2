// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "simulator/measure/steady_state.h"
#include "simulator/station/model.h"

namespace tenfold::station {

using measure::Interval;

/// A class at a station, in the steady state; times in seconds. Means and percentiles are over
/// those served there, `meanNumber` and `utilisation` over time.
struct StationFigures {
    bool isVisited = false;
    Interval utilisation;  // share of all servers of the station; 0 where they are infinite
    Interval throughput;   // served a second
    Interval meanNumber;
    Interval meanWait;  // time in the station in which it was not served
    Interval meanResponse;
    Interval p50, p95, p99;  // of the response
    Interval lossProbability;
};

/// A class in the network: from the source to the sink, or from one visit of the first station to
/// the next.
struct SystemFigures {
    Interval throughput;
    Interval meanResponse;
    Interval meanNumber;
};

struct Result {
    std::vector<std::vector<StationFigures>> stations;  // by station, by class
    std::vector<SystemFigures> system;                  // by class
    std::uint64_t customers = 0;                        // counted, after the warm-up
    std::uint64_t dropped = 0;                          // counted before, and dropped
    std::uint64_t events = 0;
    double seconds = 0;  // simulated, after the warm-up
};

/// {"stations":{"cpu":{"job":{"utilisation":…}}},"system":{…},"confidence":{…},"customers":…}; the
/// same model gives the same bytes.
nlohmann::json toJson(const Result& r, const Model& m);

/// The same as a table for people.
std::string toText(const Result& r, const Model& m);

}  // namespace tenfold::station

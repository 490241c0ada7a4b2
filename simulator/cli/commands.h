// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/cli/inputs.h"
#include "simulator/cli/run_result.h"

namespace tenfold::cli {

struct RunFlags {
    ScenarioFlags scenario;
    std::string jsonFile;
    std::string csvFile;
    std::vector<std::string> asserts;
    EngineKind engine = EngineKind::live;
};

struct ProfileFlags {
    std::vector<std::string> set;  // pagination.page_size=N
    std::string only;              // "operations" or "hops"; empty: both
    std::string folder;            // where to; empty: the user's cache folder
    double seconds = 4;            // of each of the six measurements of hops
    bool isJson = false;
};

// Each returns an exit code (exit_code.h) and prints to stdout; problems go to stderr.
int runCommand(const RunFlags& flags);
int upCommand(const ScenarioFlags& flags, bool isJson);
int mechanismsCommand(bool isJson);
int scenariosCommand(bool isJson);
int hardwareCommand(bool isJson);
/// `naive` and `sound` at 10k, run for real, side by side.
int firstLookCommand(const std::string& duration);

/// Records what the simulation is fed with: what requests take, and what hops add on this host.
int profileCommand(const ProfileFlags& flags);

/// A queueing network from a file, simulated; figures with their 99 % intervals.
int stationCommand(const std::string& file, bool isJson);
/// The three-stations network: events a second, as one JSON object.
int benchKernelCommand(std::uint64_t events);

}  // namespace tenfold::cli

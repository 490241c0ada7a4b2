// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

/// The flags that make a scenario.
struct ScenarioFlags {
    std::string scenario;  // a file, or the name of a shipped one; empty: sound
    std::string tier;
    std::string hardware;
    std::string duration;
    std::optional<std::uint64_t> seed;
    std::vector<std::string> set;
    std::vector<std::string> faults;
    std::optional<int> instancesTimes;  // bigger machines
    std::optional<int> databaseTimes;
    std::vector<std::string> real;  // components, in lists with commas
};

/// The scenario the flags ask for. Throws InputError with every problem at once.
scenario::Scenario scenarioFrom(const ScenarioFlags& flags);

/// A shipped scenario's file, or the path itself when it is one.
std::string scenarioFile(const std::string& nameOrPath);

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "simulator/scenario/design.h"
#include "simulator/scenario/duration.h"
#include "simulator/scenario/tier.h"

namespace tenfold::scenario {

/// Who asks, for what, how often.
struct Workload {
    double dailyActiveUsers = 10'000;
    double requestsPerUserPerDay = 50;
    double peakFactor = 4;
    std::map<std::string, double> mix;  // endpoint → weight, where it differs from the default mix
    double zipfExponent = 1.0;
    double clientTimeoutMs = 5'000;
    int addresses = 256;             // client addresses 127.1.x.y
    double sharedAddressPart = 0.1;  // part of the users behind one address (NAT)
    double abuserFactor = 3;         // the abusive client's rate, times the users' rate
    int clientRetries = 0;           // of a request that failed or was not answered in time
    double retryBackoffMs = 500;     // before the first of them, at most
    double droppedReplyPart = 0.05;  // of the writes, while replies are dropped

    Rate rate() const { return rateOf(dailyActiveUsers, requestsPerUserPerDay, peakFactor); }
    bool operator==(const Workload&) const = default;
};

/// When a design counts as holding.
struct Objective {
    double p99Ms = 300;
    double answeredRatio = 0.999;
    bool operator==(const Objective&) const = default;
};

/// "Bigger machines": an action, not a mechanism.
struct Machines {
    int instanceFactor = 1;
    int databaseCoreFactor = 1;
    bool operator==(const Machines&) const = default;
};

/// Everything a run needs and nothing else. A plain value.
struct Scenario {
    std::string name = "untitled";
    std::string about;
    Workload workload;
    Design design;
    std::string hardware = "tier";  // by tier, a profile's name, or native
    Machines machines;
    std::vector<Fault> faults;
    Objective objective;
    std::uint64_t seed = 42;
    double durationS = 30;
    std::string dataset = "shop";
    std::vector<std::string> real;  // of realNames(): the component itself in place of our node

    bool operator==(const Scenario&) const = default;
};

/// The names a scenario may use for faults; the live engine implements each.
const std::vector<std::string>& faultNames();
std::string titleOfFault(const std::string& name);

/// The nodes that the real component can stand in for: database, pooler, cache.
const std::vector<std::string>& realNames();

nlohmann::json toJson(const Scenario& scenario);

/// Reads {"format":"tenfold.scenario/1",…}. Throws InputError with every problem at once: file,
/// JSON path, what was found, what is allowed.
Scenario scenarioFromJson(const nlohmann::json& j, const Catalogue& catalogue,
                          const std::string& source);
/// The same from a file; an unreadable file or broken JSON is an InputError too.
Scenario loadScenario(const std::filesystem::path& file, const Catalogue& catalogue);

/// The names of the scenarios in a folder (assets/scenarios), sorted.
std::vector<std::string> scenarioNames(const std::filesystem::path& folder);

}  // namespace tenfold::scenario

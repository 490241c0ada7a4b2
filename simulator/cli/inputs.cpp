// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/inputs.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "simulator/hardware/assets.h"
#include "simulator/hardware/profile.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::cli {

namespace fs = std::filesystem;
using scenario::Problems;

namespace {
std::string joined(const std::vector<std::string>& all) {
    std::string out;
    for (const auto& s : all) out += (out.empty() ? "" : ", ") + s;
    return out;
}

/// "database,cache", once or several times; each name counts once.
void addReal(const std::vector<std::string>& lists, std::vector<std::string>& real,
             Problems& problems) {
    const auto& names = scenario::realNames();
    const auto has = [](const std::vector<std::string>& all, const std::string& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    for (const auto& list : lists) {
        std::istringstream in(list);
        for (std::string name; std::getline(in, name, ',');) {
            if (!has(names, name)) {
                problems.add("--real", "\"" + name + "\"", joined(names));
            } else if (!has(real, name)) {
                real.push_back(name);
            }
        }
    }
}
}  // namespace

std::string scenarioFile(const std::string& nameOrPath) {
    const fs::path shipped = hardware::assetsDir() / "scenarios" / (nameOrPath + ".json");
    if (nameOrPath.find('/') == std::string::npos && fs::exists(shipped)) return shipped;
    return nameOrPath;
}

scenario::Scenario scenarioFrom(const ScenarioFlags& flags) {
    const auto& catalogue = mechanisms::catalogue();
    Problems problems;
    scenario::Scenario s;
    const std::string name = flags.scenario.empty() ? "sound" : flags.scenario;
    const std::string file = scenarioFile(name);
    if (file == name && !fs::exists(file)) {
        problems.add("scenario", "\"" + name + "\"",
                     "a file, or one of " +
                         joined(scenario::scenarioNames(hardware::assetsDir() / "scenarios")));
    } else {
        try {
            s = scenario::loadScenario(file, catalogue);
        } catch (const scenario::InputError& e) {
            for (const auto& m : e.messages()) problems.add(m);
        }
    }
    if (!flags.tier.empty()) {
        if (const auto users = scenario::usersFromText(flags.tier)) {
            s.workload.dailyActiveUsers = *users;
        } else {
            problems.add("--tier", "\"" + flags.tier + "\"",
                         "10k, 100k, 1M, or a number of daily users from 1 to 100M");
        }
    }
    if (!flags.hardware.empty()) s.hardware = flags.hardware;
    addReal(flags.real, s.real, problems);
    if (s.hardware != "tier") {
        const auto names = hardware::profileNames();
        if (std::find(names.begin(), names.end(), s.hardware) == names.end())
            problems.add("hardware", "\"" + s.hardware + "\"", "tier, " + joined(names));
    }
    if (!flags.duration.empty()) {
        const auto seconds = scenario::secondsFromText(flags.duration);
        if (seconds && *seconds >= 1 && *seconds <= 86'400) {
            s.durationS = *seconds;
        } else {
            problems.add("--duration", "\"" + flags.duration + "\"", "1s to 1440min");
        }
    }
    if (flags.seed) {
        // JSON carries it as a number that must survive a double.
        constexpr std::uint64_t kMost = 9'000'000'000'000'000;
        if (*flags.seed <= kMost) {
            s.seed = *flags.seed;
        } else {
            problems.add("--seed", std::to_string(*flags.seed), "0 to " + std::to_string(kMost));
        }
    }
    const auto times = [&](const char* flag, const std::optional<int>& given, int most,
                           int& factor) {
        if (!given) return;
        if (*given < 1 || *given > most) {
            problems.add(flag, std::to_string(*given), "1 to " + std::to_string(most));
        } else {
            factor = *given;
        }
    };
    times("--instances-times", flags.instancesTimes, 4, s.machines.instanceFactor);
    times("--database-times", flags.databaseTimes, 8, s.machines.databaseCoreFactor);
    for (const auto& assignment : flags.set) s.design.set(assignment, catalogue, problems);
    for (const auto& text : flags.faults) {
        const auto fault = scenario::faultFromText(text);
        const auto& names = scenario::faultNames();
        if (!fault) {
            problems.add("--fault", "\"" + text + "\"", "NAME@10s+20s, of 0.25 s to 24 h");
        } else if (std::find(names.begin(), names.end(), fault->name) == names.end()) {
            problems.add("--fault", "\"" + fault->name + "\"", joined(names));
        } else {
            s.faults.push_back(*fault);
        }
    }
    if (problems.empty()) {
        // What file and flags make together must be a scenario too: the server reads it again.
        try {
            scenario::scenarioFromJson(scenario::toJson(s), catalogue, name + " with these flags");
        } catch (const scenario::InputError& e) {
            for (const auto& m : e.messages()) problems.add(m);
        }
    }
    if (!problems.empty()) throw scenario::InputError(problems);
    return s;
}

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/cli/assertion.h"
#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/cli/live_run.h"
#include "simulator/cli/summary.h"

namespace tenfold::cli {

namespace {

/// Written beside the target and renamed, so that a full disk leaves no half file.
bool writeFile(const std::string& path, const std::string& text) {
    const std::string draft = path + ".part";
    std::ofstream out(draft, std::ios::binary);
    out << text;
    out.close();
    if (!out || std::rename(draft.c_str(), path.c_str()) != 0) {
        std::remove(draft.c_str());
        fmt::print(stderr, "{}: could not be written\n", path);
        return false;
    }
    return true;
}

}  // namespace

int runCommand(const RunFlags& flags) {
    scenario::Problems problems;
    std::vector<Assertion> assertions;
    for (const auto& text : flags.asserts) assertions.push_back(parseAssertion(text, problems));
    scenario::Scenario s;
    try {
        s = scenarioFrom(flags.scenario);
    } catch (const scenario::InputError& e) {
        for (const auto& m : e.messages()) problems.add(m);
    }
    if (!problems.empty()) {
        fmt::print(stderr, "{}\n", problems.joined());
        return kBadInput;
    }

    const LiveRun run = runLive(s, isatty(STDERR_FILENO) != 0);
    if (!run.failure.empty()) {
        fmt::print(stderr, "the run could not be made: {}\n", run.failure);
        return kNotTrusted;
    }
    fmt::print("{} at {} users, live\n{}", s.name,
               scenario::usersToText(s.workload.dailyActiveUsers), summaryText(run.summary));
    if (!flags.jsonFile.empty() &&
        !writeFile(flags.jsonFile, runJson(run.timeline, s, run.summary).dump()))
        return kNotTrusted;
    if (!flags.csvFile.empty() && !writeFile(flags.csvFile, csvOf(run.timeline)))
        return kNotTrusted;

    bool isHeld = true;
    for (const auto& a : assertions) {
        std::string found;
        const bool isGood = holds(a, run.summary, found);
        fmt::print("  {} --assert '{}': {}\n", isGood ? "held  " : "failed", a.text, found);
        isHeld = isHeld && isGood;
    }
    if (run.verdict.holds == judge::Holds::withheld) {
        fmt::print(stderr, "not trusted: {}\n", run.verdict.withheld);
        return kNotTrusted;
    }
    if (assertions.empty()) isHeld = run.verdict.holds != judge::Holds::no;
    return isHeld ? kHeld : kDidNotHold;
}

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "simulator/cli/assertion.h"
#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/cli/interrupt.h"
#include "simulator/cli/live_run.h"
#include "simulator/cli/output_file.h"
#include "simulator/cli/sim_run.h"
#include "simulator/cli/summary.h"

namespace tenfold::cli {

namespace {

/// One line of stderr for each file that cannot be written.
bool areWritable(const RunFlags& flags) {
    bool areAll = true;
    for (const auto& path : {flags.jsonFile, flags.csvFile}) {
        if (path.empty()) continue;
        const std::string why = whyNotWritable(path);
        if (why.empty()) continue;
        fmt::print(stderr, "{}: cannot be written: {}\n", path, why);
        areAll = false;
    }
    return areAll;
}

/// "live", and what in it is the component itself.
std::string liveWords(const scenario::Scenario& s) {
    std::string words = "live";
    for (const auto& name : s.real) words += (words == "live" ? ", real " : " and ") + name;
    return words;
}

bool write(const std::string& path, const std::string& text) {
    const std::string why = writeFile(path, text);
    if (!why.empty()) fmt::print(stderr, "{}: could not be written: {}\n", path, why);
    return why.empty();
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
    if (!flags.jsonFile.empty() && flags.jsonFile == flags.csvFile)
        problems.add("--csv", "\"" + flags.csvFile + "\"", "another file than --json");
    if (flags.engine == EngineKind::sim && !flags.scenario.real.empty())
        problems.add("--real", "together with --engine sim",
                     "--engine live: the twin has no real components");
    if (!problems.empty()) {
        fmt::print(stderr, "{}\n", problems.joined());
        return kBadInput;
    }

    if (!areWritable(flags)) return kNotTrusted;

    catchInterrupts();
    const RunResult run = flags.engine == EngineKind::live
                              ? runLive(s, Progress::kindOfStderr())
                              : runSimulated(s, Progress::kindOfStderr());
    if (!run.failure.empty()) {
        fmt::print(stderr, "the run could not be made: {}\n", run.failure);
        return kNotTrusted;
    }
    fmt::print("{} at {} users, {}\n{}", s.name, scenario::usersToText(s.workload.dailyActiveUsers),
               flags.engine == EngineKind::live ? liveWords(s) : "simulated",
               summaryText(run.summary, run.verdict));
    if (!flags.jsonFile.empty() && !write(flags.jsonFile, runJson(run, s).dump()))
        return kNotTrusted;
    if (!flags.csvFile.empty() && !write(flags.csvFile, csvOf(run.timeline))) return kNotTrusted;

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
    // The objective is asked of every run; assertions are asked on top of it.
    isHeld = isHeld && run.verdict.holds != judge::Holds::no;
    return isHeld ? kHeld : kDidNotHold;
}

}  // namespace tenfold::cli

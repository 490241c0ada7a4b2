// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <variant>

#include "simulator/cli/exit_code.h"
#include "simulator/cli/interrupt.h"
#include "simulator/cli/live_run.h"
#include "simulator/cli/recorded_run.h"
#include "simulator/cli/sim_run.h"
#include "simulator/cli/study_commands.h"
#include "simulator/cli/study_json.h"
#include "simulator/measure/words.h"

namespace tenfold::cli {

using study::Metric;

namespace {

struct Side {
    std::string name;
    scenario::Scenario scenario;
    std::optional<RunResult> run;  // none: still to be made
};

Side sideOf(const std::string& nameOrFile, const CompareFlags& flags) {
    if (auto recorded = recordedRunFrom(nameOrFile))
        return {nameOrFile, std::move(recorded->scenario), std::move(recorded->run)};
    ScenarioFlags own = flags.both;
    own.scenario = nameOrFile;
    return {nameOrFile, scenarioFrom(own), std::nullopt};
}

/// Both saw the same requests at the same instants: the same streams of the same seed in the twin.
bool arePaired(const Side& a, const Side& b) {
    return a.run->engine == EngineKind::sim && b.run->engine == EngineKind::sim &&
           a.scenario.seed == b.scenario.seed && a.scenario.workload == b.scenario.workload &&
           a.scenario.faults == b.scenario.faults;
}

std::string textOf(const std::optional<double>& v, Metric metric) {
    if (!v) return "–";
    switch (metric) {
        case Metric::failedRatio:
            return fmt::format("{:.2f} %", *v * 100);
        case Metric::answeredPerS:
            return fmt::format("{:.1f} /s", *v);
        case Metric::statementsPerRequest:
            return fmt::format("{:.2f}", *v);
        default:
            return measure::milliseconds(*v);
    }
}

std::string sideText(const Side& s) {
    return fmt::format("{} at {} users, {}", s.name,
                       scenario::usersToText(s.scenario.workload.dailyActiveUsers),
                       s.run->engine == EngineKind::live ? "live" : "simulated");
}

nlohmann::json sideJson(const Side& s) {
    return {{"name", s.name},
            {"engine", toString(s.run->engine)},
            {"scenario", scenario::toJson(s.scenario)},
            {"summary", s.run->summary}};
}

void print(const Side& a, const Side& b, const study::Comparison& c) {
    fmt::print("A  {}: {}\nB  {}: {}\n", sideText(a), a.run->verdict.headline, sideText(b),
               b.run->verdict.headline);
    fmt::print("{:<22}{:>14}{:>14}   B ÷ A, {:.0f} % interval\n", "", "A", "B", c.confidence * 100);
    for (const auto& f : c.figures)
        fmt::print("{:<22}{:>14}{:>14}   {}\n", study::titleOf(f.metric), textOf(f.a, f.metric),
                   textOf(f.b, f.metric), f.words);
    fmt::print("{}\n", c.isPaired ? "paired: both answered the same requests"
                                  : "two independent runs: the chance of both counts");
}

}  // namespace

int compareCommand(const CompareFlags& flags) {
    std::vector<Side> sides;
    scenario::Problems problems;
    if (flags.engine == EngineKind::sim && !flags.both.real.empty())
        problems.add("--real", "together with --engine sim",
                     "--engine live: the twin has no real components");
    for (const auto& name : {flags.a, flags.b}) {
        try {
            sides.push_back(sideOf(name, flags));
        } catch (const scenario::InputError& e) {
            for (const auto& m : e.messages()) problems.add(m);
        }
    }
    if (!problems.empty()) {
        fmt::print(stderr, "{}\n", problems.joined());
        return kBadInput;
    }
    catchInterrupts();
    for (auto& s : sides) {
        if (!s.run) {
            fmt::print(stderr, "running {} …\n", s.name);
            const auto kind = Progress::kindOfStderr();
            s.run = flags.engine == EngineKind::live ? runLive(s.scenario, kind)
                                                     : runSimulated(s.scenario, kind);
        }
        if (!s.run->failure.empty()) {
            fmt::print(stderr, "{} could not be run: {}\n", s.name, s.run->failure);
            return kNotTrusted;
        }
    }
    const Side &a = sides[0], &b = sides[1];
    const bool isPaired = arePaired(a, b);
    auto from = std::pair(a.run->fromSlot, b.run->fromSlot);
    auto to = std::pair(a.run->toSlot, b.run->toSlot);
    if (isPaired) {
        from.first = from.second = std::max(from.first, from.second);
        to.first = to.second = std::min(to.first, to.second);
    }
    const auto c = study::compare(slotsOf(a.run->timeline, from.first, to.first),
                                  slotsOf(b.run->timeline, from.second, to.second), isPaired);
    if (flags.isJson) {
        auto j = toJson(c);
        j["format"] = "tenfold.comparison/1";
        j["a"] = sideJson(a);
        j["b"] = sideJson(b);
        fmt::print("{}\n", j.dump());
    } else {
        print(a, b, c);
    }
    int code = kHeld;
    for (const auto& s : sides)
        if (s.run->verdict.holds == judge::Holds::withheld) {
            fmt::print(stderr, "{} is not trusted: {}\n", s.name, s.run->verdict.withheld);
            code = kNotTrusted;
        }
    return code;
}

}  // namespace tenfold::cli

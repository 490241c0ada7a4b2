// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/study_commands.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "simulator/cli/ask_twin.h"
#include "simulator/cli/study_json.h"
#include "simulator/measure/words.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/study/agreement_file.h"
#include "simulator/study/knee.h"
#include "simulator/study/what_if.h"

namespace tenfold::cli {

using measure::milliseconds;
using study::Metric;

namespace {

std::string percent(double share) {
    return fmt::format("{:.2f} %", share * 100);
}

std::string headOf(const scenario::Scenario& s) {
    return fmt::format("{} at {} users, by the twin", s.name,
                       scenario::usersToText(s.workload.dailyActiveUsers));
}

std::string p99Of(const study::Estimate& e) {
    const auto& f = e.of(Metric::p99Ms);
    return fmt::format("{} ({}–{})", milliseconds(f.value), milliseconds(f.low),
                       milliseconds(f.high));
}

/// fmt counts code points, and a table is read by columns: the same for all that is printed here.
void row(const std::string& mechanism, const std::string& value, const std::string& p99,
         const std::string& ratio, const std::string& failed, const std::string& words) {
    fmt::print("{:<20}{:<14}{:<28}{:<22}{:>9}   {}\n", mechanism, value, p99, ratio, failed, words);
}

void printWhatIf(const scenario::Scenario& s, const study::WhatIf& w, double confidence) {
    fmt::print("{}; intervals at {:.0f} %\n", headOf(s), confidence * 100);
    row("mechanism", "value", "p99", "× now", "failed", "");
    row("now", "", p99Of(w.now), "", percent(w.now.of(Metric::failedRatio).value),
        w.now.verdict.headline);
    for (const auto& a : w.alternatives)
        row(a.mechanism, a.value, p99Of(a.estimate),
            fmt::format("{:.2f} ({:.2f}–{:.2f})", a.p99Ratio.value, a.p99Ratio.low,
                        a.p99Ratio.high),
            percent(a.estimate.of(Metric::failedRatio).value), a.words);
}

/// What a trial of the knee asks, in words.
std::string criterionOf(const scenario::Scenario& s) {
    return fmt::format(
        "p99 ≤ {} and ≥ {:.4g} % answered, as a run is judged, at the peak: {:.4g} requests a user "
        "and day × {:.3g} / 86,400 s",
        milliseconds(s.objective.p99Ms), s.objective.answeredRatio * 100,
        s.workload.requestsPerUserPerDay, s.workload.peakFactor);
}

void printKnee(const scenario::Scenario& s, const study::Knee& k) {
    fmt::print("{}: {}\n", headOf(s), k.words());
    fmt::print("first to break: {}\n", k.firstToBreak.value_or("–"));
    fmt::print("criterion: {}\n", criterionOf(s));
    fmt::print("{:>12}  {:<9}{:>10}{:>11}  {}\n", "users", "holds", "p99", "failed",
               "first to break");
    for (const auto& t : k.trials)
        fmt::print("{:>12}  {:<9}{:>10}{:>11}  {}\n",
                   measure::count(static_cast<std::uint64_t>(t.dailyActiveUsers)),
                   t.holds == judge::Holds::yes ? "yes" : "no", milliseconds(t.p99Ms),
                   percent(t.failedRatio), t.firstToBreak.value_or(""));
}

}  // namespace

int whatIfCommand(const ScenarioFlags& flags, bool isJson) {
    return askTwin(flags, [&](const scenario::Scenario& s) {
        const auto options =
            study::optionsFrom(study::readAgreement(study::defaultAgreementFile()));
        const auto threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        const auto w =
            study::whatIf(s, mechanisms::catalogue(), system::Inputs::shipped(), options, threads);
        if (!isJson) return printWhatIf(s, w, options.confidence);
        auto j = toJson(w);
        j["format"] = "tenfold.what_if/1";
        j["scenario"] = scenario::toJson(s);
        j["level"] = options.confidence;
        fmt::print("{}\n", j.dump());
    });
}

int kneeCommand(const ScenarioFlags& flags, bool isJson) {
    return askTwin(flags, [&](const scenario::Scenario& s) {
        const auto k = study::findKnee(s, system::Inputs::shipped());
        if (!isJson) return printKnee(s, k);
        auto j = toJson(k);
        j["format"] = "tenfold.knee/1";
        j["scenario"] = scenario::toJson(s);
        j["criterion"] = criterionOf(s);
        fmt::print("{}\n", j.dump());
    });
}

}  // namespace tenfold::cli

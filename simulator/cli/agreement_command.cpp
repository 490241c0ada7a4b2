// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/agreement_command.h"

#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <tuple>

#include "simulator/cli/exit_code.h"
#include "simulator/cli/inputs.h"
#include "simulator/cli/interrupt.h"
#include "simulator/cli/live_run.h"
#include "simulator/cli/output_file.h"
#include "simulator/engine/simulated/simulate.h"
#include "simulator/hardware/host_cores.h"
#include "simulator/measure/clock.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/study/agreement.h"
#include "simulator/study/agreement_file.h"
#include "simulator/study/calibration.h"

namespace tenfold::cli {

using nlohmann::json;
using study::MeasuredRun;
using study::Metric;

namespace {

// Of a real component: so slow that nearly always one client at a time is served.
constexpr double kScanUsers = 2'000;
constexpr double kLookUpUsers = 10'000;
constexpr double kCalibrationS = 40;
constexpr double kNobody = 1;  // a request in minutes
constexpr double kIdleS = 10;
constexpr std::int64_t kSettledSlots = 8;

std::vector<std::string> parts(const std::string& list) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < list.size();) {
        const auto comma = std::min(list.find(',', from), list.size());
        if (comma > from) out.push_back(list.substr(from, comma - from));
        from = comma + 1;
    }
    return out;
}

std::string today() {
    const std::time_t now = measure::unixSeconds();
    std::tm t{};
    ::gmtime_r(&now, &t);
    return fmt::format("{:04}-{:02}-{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}

MeasuredRun measuredFrom(RunResult run) {
    MeasuredRun out;
    out.window = std::move(run.window);
    out.whole = run.timeline.window(0, run.timeline.lastSlot());
    out.verdict = std::move(run.verdict);
    out.failure = std::move(run.failure);
    return out;
}

MeasuredRun measured(const scenario::Scenario& s) {
    if (!isInterrupted()) return measuredFrom(runLive(s, Progress::kindOfStderr()));
    MeasuredRun none;
    none.failure = "it was interrupted";
    return none;
}

/// The twin of such a run. Its load ends with its last slot: the drain behind it is not judged.
MeasuredRun simulated(const scenario::Scenario& s, const system::Inputs& inputs) {
    RunResult run;
    run.engine = EngineKind::sim;
    run.timeline = engine::simulate(s, inputs).timeline;
    judgeRun(run, s, 0, static_cast<std::int64_t>(std::ceil(s.durationS * 4)) - 1);
    return measuredFrom(std::move(run));
}

void print(const study::CellAgreement& c) {
    if (!c.missing.empty()) {
        fmt::print("{:<36} –  {}\n", c.cell.scenario.name, c.missing);
        std::fflush(stdout);
        return;
    }
    fmt::print("{:<36}", c.cell.scenario.name);
    for (const auto& m : c.metrics) {
        const bool isShare = m.metric == Metric::failedRatio;
        const double factor = isShare ? 100 : 1;
        fmt::print("  {} {:.4g}|{:.4g} {:+.1f}%{}", study::titleOf(m.metric).substr(0, 9),
                   m.twin * factor, m.measured * factor, m.error * 100, m.isWithin ? "" : "!");
    }
    fmt::print("  {}{}{}\n", c.twinVerdict,
               c.isSameVerdict ? "" : fmt::format(" (measured: {})", c.measuredVerdict),
               c.twinBreaks == c.measuredBreaks
                   ? ""
                   : fmt::format("  breaks {} / {}", c.twinBreaks, c.measuredBreaks));
    std::fflush(stdout);
}

/// Designs at 30, 60 and 80 % of what the twin says their database can do.
std::vector<study::GridCell> realGrid(const scenario::Scenario& base,
                                      const system::Inputs& inputs) {
    std::vector<study::GridCell> grid;
    const auto utilisationAt = [&](double users) {
        scenario::Scenario s = base;
        s.workload.dailyActiveUsers = users;
        s.durationS = 60;
        const auto run = engine::simulate(s, inputs);
        const auto window = run.timeline.window(kSettledSlots, 239);
        return window.nodes.at("primary").utilisation();
    };
    // At low load utilisation is proportional to the rate.
    const double perUser = utilisationAt(kScanUsers) / kScanUsers;
    for (const int percent : {30, 60, 80}) {
        study::GridCell cell{base.name, "", fmt::format("{} %", percent), base};
        cell.scenario.workload.dailyActiveUsers = percent / 100.0 / perUser;
        cell.scenario.name = fmt::format("{} at {} % load", base.name, percent);
        grid.push_back(std::move(cell));
    }
    return grid;
}

/// `sound` with real components and some switches set.
scenario::Scenario realScenario(const std::vector<const char*>& set,
                                const scenario::Catalogue& catalogue) {
    scenario::Scenario s = scenario::loadScenario(scenarioFile("sound"), catalogue);
    scenario::Problems problems;
    for (const char* assignment : set) s.design.set(assignment, catalogue, problems);
    if (!problems.empty()) throw scenario::InputError(problems);
    s.real = {"database", "pooler", "cache"};
    return s;
}

/// Three runs at low rates, and what follows from them.
system::Calibration calibrated(const scenario::Catalogue& catalogue, const system::Inputs& inputs) {
    const std::vector<const char*> plain{"read_replicas=0", "in_process_cache=off",
                                         "side_effects=inline"};
    const auto run = [&](const char* indexes, double users, double durationS) {
        auto set = plain;
        set.push_back(indexes);
        auto s = realScenario(set, catalogue);
        s.workload.dailyActiveUsers = users;
        s.durationS = durationS;
        s.hardware = "10k";
        fmt::print("calibrating: {} at {:.2g} requests a second\n", indexes,
                   s.workload.rate().peakHz);
        std::fflush(stdout);
        auto found = measured(s);
        if (!found.failure.empty()) throw std::runtime_error(found.failure);
        return std::make_pair(found.window, s.design);
    };
    study::CalibrationRuns runs;
    runs.idle = run("indexes=on", kNobody, kIdleS).first;
    std::tie(runs.lookUps, runs.lookUpDesign) = run("indexes=on", kLookUpUsers, kCalibrationS);
    std::tie(runs.scans, runs.scanDesign) = run("indexes=off", kScanUsers, kCalibrationS);
    const int hostCores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    runs.databaseCores = std::max(1, hardware::coresOfRealDatabase(hostCores));
    const auto c = study::calibrate(runs, inputs);
    fmt::print(
        "  scans × {:.2f}, look-ups × {:.2f}, a round trip {:.0f} µs of its core and {:.0f} µs "
        "beside it, a commit {:.2f} ms, a cache command {:.0f} µs\n",
        c.scanFactor, c.lookUpFactor, c.roundTripCpuUs, c.databaseHopUs, c.commitMs, c.cacheHopUs);
    return c;
}

study::Agreement againstReal(const AgreementFlags& flags, double durationS,
                             const scenario::Catalogue& catalogue, system::Inputs inputs,
                             const study::EstimateOptions& options) {
    struct Row {
        const char* name;
        std::vector<const char*> set;
    };
    const std::vector<Row> rows{
        {"scans", {"indexes=off", "in_process_cache=off", "shared_cache=off", "read_replicas=0"}},
        {"scans, N+1, cache",
         {"indexes=off", "query_shape=n_plus_one", "in_process_cache=off", "read_replicas=0"}},
        {"offsets, no cache",
         {"pagination=offset", "in_process_cache=off", "shared_cache=off", "read_replicas=0"}},
    };
    inputs.real = calibrated(catalogue, inputs);
    study::Agreement all;
    for (const auto& row : rows) {
        scenario::Scenario s = realScenario(row.set, catalogue);
        s.name = row.name;
        s.durationS = durationS;
        // Many instances and threads: what is asked about is the database.
        s.hardware = "1M";
        const auto found = study::findAgreement(
            realGrid(s, inputs), inputs, measured,
            [&](const scenario::Scenario& x) { return simulated(x, inputs); }, flags.repeats, print,
            options, study::Against::realComponents);
        all.cells.insert(all.cells.end(), found.cells.begin(), found.cells.end());
    }
    all.decisions = study::decisionsOf(all.cells);
    return all;
}

/// The user's file with one part replaced.
std::string keep(const AgreementFlags& flags, const study::Agreement& a) {
    const auto path = study::userAgreementFile();
    json file = json::object();
    if (std::ifstream in(path); in) {
        const json old = json::parse(in, nullptr, false);
        if (old.is_object()) file = old;
    }
    file["format"] = "tenfold.agreement/1";
    file["date"] = today();
    file[flags.isReal ? "real" : "live"] = study::toJson(a);
    if (!flags.isReal) {
        const auto& d = a.decisions;
        const int of = d.signs + d.ranks;
        file["decisions"] = {
            {"right", of ? static_cast<double>(d.signsRight + d.ranksRight) / of : 0},
            {"of", of},
            {"signs", d.signs},
            {"signs_right", d.signsRight},
            {"ranks", d.ranks},
            {"ranks_right", d.ranksRight},
            {"coverage", d.intervals ? static_cast<double>(d.covered) / d.intervals : 0}};
    }
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    const std::string why = writeFile(path.string(), file.dump(1));
    if (!why.empty()) return path.string() + ": could not be written: " + why;
    if (!flags.jsonFile.empty())
        if (const auto w = writeFile(flags.jsonFile, file.dump(1)); !w.empty())
            return flags.jsonFile + ": could not be written: " + w;
    return "";
}

void printSummary(const study::Agreement& a) {
    fmt::print("\n{} of {} figures within the design's limits; median error:", a.within(),
               a.figures());
    for (const Metric m : {Metric::statementsPerRequest, Metric::answeredPerS, Metric::p50Ms,
                           Metric::p95Ms, Metric::p99Ms})
        fmt::print("  {} {:.1f} %", study::titleOf(m), a.medianError(m) * 100);
    const auto& d = a.decisions;
    int same = 0, compared = 0, sameBreaks = 0;
    for (const auto& c : a.cells) {
        if (!c.missing.empty()) continue;
        ++compared;
        if (c.isSameVerdict) ++same;
        if (c.twinBreaks == c.measuredBreaks) ++sameBreaks;
    }
    fmt::print(
        "\nsigns {} of {}, ranks {} of {}, intervals cover {} of {}; same verdict {} of {}, same "
        "first to break {} of {}\n",
        d.signsRight, d.signs, d.ranksRight, d.ranks, d.covered, d.intervals, same, compared,
        sameBreaks, compared);
}

}  // namespace

int agreementCommand(const AgreementFlags& flags) {
    const auto& catalogue = mechanisms::catalogue();
    scenario::Problems problems;
    const auto tiers = parts(flags.tiers);
    for (const auto& tier : tiers)
        if (!scenario::usersFromText(tier))
            problems.add("--tiers", "\"" + tier + "\"", "10k, 100k, 1M or a number of users");
    const auto durationS = scenario::secondsFromText(flags.duration);
    if (!durationS || *durationS < 5 || *durationS > 3600)
        problems.add("--duration", "\"" + flags.duration + "\"", "5s to 1h");
    if (flags.repeats < 1 || flags.repeats > 20)
        problems.add("--repeats", std::to_string(flags.repeats), "1 to 20");
    if (!problems.empty()) {
        fmt::print(stderr, "{}\n", problems.joined());
        return kBadInput;
    }
    if (!flags.jsonFile.empty()) {
        if (const auto why = whyNotWritable(flags.jsonFile); !why.empty()) {
            fmt::print(stderr, "{}: cannot be written: {}\n", flags.jsonFile, why);
            return kNotTrusted;
        }
    }
    catchInterrupts();
    const auto inputs = system::Inputs::shipped();
    fmt::print("twin|measured for each figure, the twin's error, ! beyond the limit\n");
    study::Agreement agreement;
    const auto options = study::optionsFrom(study::readAgreement(study::defaultAgreementFile()));
    if (flags.isReal) {
        agreement = againstReal(flags, *durationS, catalogue, inputs, options);
    } else {
        auto grid = study::agreementGrid(scenario::loadScenario(scenarioFile("sound"), catalogue),
                                         scenario::loadScenario(scenarioFile("naive"), catalogue),
                                         catalogue, tiers);
        const auto wanted = parts(flags.designs);
        if (!wanted.empty())
            std::erase_if(grid, [&](const study::GridCell& cell) {
                return std::none_of(wanted.begin(), wanted.end(), [&](const std::string& w) {
                    return cell.design.find(w) != std::string::npos;
                });
            });
        for (auto& cell : grid) cell.scenario.durationS = *durationS;
        agreement = study::findAgreement(
            grid, inputs, measured,
            [&](const scenario::Scenario& s) { return simulated(s, inputs); }, flags.repeats, print,
            options);
    }
    if (isInterrupted()) return kNotTrusted;
    printSummary(agreement);
    const std::string trouble = keep(flags, agreement);
    if (!trouble.empty()) {
        fmt::print(stderr, "{}\n", trouble);
        return kNotTrusted;
    }
    return kHeld;
}

}  // namespace tenfold::cli

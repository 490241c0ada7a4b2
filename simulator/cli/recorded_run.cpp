// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/recorded_run.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/mechanisms/catalogue.h"

namespace tenfold::cli {

using nlohmann::json;

namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& path, const std::string& found,
                         const std::string& allowed) {
    scenario::Problems problems(file);
    problems.add(path, found, allowed);
    throw scenario::InputError(problems);
}

bool isAsked(const measure::Sample& s) {
    return std::ranges::any_of(s.endpoints,
                               [](const auto& e) { return e.second.users.offered > 0; });
}

}  // namespace

std::optional<RecordedRun> recordedRunFrom(const std::string& file) {
    std::ifstream in(file);
    if (!in) return std::nullopt;
    const json j = json::parse(in, nullptr, false);
    if (!j.is_object() || !j.contains("format") || !j["format"].is_string()) return std::nullopt;
    const auto format = j["format"].get<std::string>();
    if (format.rfind("tenfold.run/", 0) != 0) return std::nullopt;
    if (format != "tenfold.run/1") refuse(file, "$.format", format, "tenfold.run/1");
    RecordedRun out;
    out.scenario = scenario::scenarioFromJson(j.value("scenario", json()), mechanisms::catalogue(),
                                              file + ": $.scenario");
    const auto engine = j.value("engine", json());
    if (engine != "live" && engine != "sim") refuse(file, "$.engine", engine.dump(), "live, sim");
    out.run.engine = engine == "live" ? EngineKind::live : EngineKind::sim;
    try {
        out.run.timeline = measure::Timeline::fromJson(j);
    } catch (const std::exception& e) {
        refuse(file, "$.samples", e.what(), "what `run --json` writes");
    }
    // The load was on from the first slot in which somebody asked to the last.
    const auto& all = out.run.timeline.samples();
    const auto first = std::ranges::find_if(all, isAsked);
    const auto last = std::find_if(all.rbegin(), all.rend(), isAsked);
    if (first == all.end()) refuse(file, "$.samples", "no request", "a run under load");
    judgeRun(out.run, out.scenario, first->slot, last->slot);
    return out;
}

}  // namespace tenfold::cli

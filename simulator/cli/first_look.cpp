// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <cstdio>

#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/cli/interrupt.h"
#include "simulator/cli/live_run.h"

namespace tenfold::cli {

namespace {
std::string figure(const nlohmann::json& s, const char* key, const char* format) {
    if (!s.contains(key) || !s[key].is_number()) return "–";
    return fmt::format(fmt::runtime(format), s[key].get<double>());
}
}  // namespace

int firstLookCommand(const std::string& duration) {
    catchInterrupts();
    std::vector<RunResult> runs;
    for (const char* name : {"naive", "sound"}) {
        ScenarioFlags flags;
        flags.scenario = name;
        flags.tier = "10k";
        flags.duration = duration;
        fmt::print(stderr, "running {} for {} …\n", name, duration);
        try {
            runs.push_back(runLive(scenarioFrom(flags), Progress::Kind::none));
        } catch (const scenario::InputError& e) {
            fmt::print(stderr, "{}\n", e.what());
            return kBadInput;
        }
        if (!runs.back().failure.empty()) {
            fmt::print(stderr, "{} could not be run: {}\n", name, runs.back().failure);
            return kNotTrusted;
        }
    }
    struct Line {
        const char* title;
        const char* key;
        const char* format;
    };
    constexpr Line lines[] = {{"asked for, a second", "offered_per_s", "{:.1f}"},
                              {"answered, a second", "answered_per_s", "{:.1f}"},
                              {"failed", "failed_ratio", "{:.3f}"},
                              {"p50, ms", "p50_ms", "{:.1f}"},
                              {"p95, ms", "p95_ms", "{:.1f}"},
                              {"p99, ms", "p99_ms", "{:.1f}"},
                              {"statements a request", "statements_per_request", "{:.2f}"}};
    fmt::print("\n{:<24}{:>14}{:>14}\n", "10k daily users", "naive", "sound");
    for (const auto& l : lines)
        fmt::print("{:<24}{:>14}{:>14}\n", l.title, figure(runs[0].summary, l.key, l.format),
                   figure(runs[1].summary, l.key, l.format));
    fmt::print("{:<24}{:>14}{:>14}\n", "verdict", runs[0].verdict.headline,
               runs[1].verdict.headline);
    fmt::print("{:<24}{:>14}\n\n", "first to break", runs[0].verdict.firstToBreak.value_or("–"));
    fmt::print(
        "Counts are measured; times are emulated on the 10k hardware.\n"
        "Next: build/release/bin/tenfold-cli run first-minute, or --help.\n");
    return kHeld;
}

}  // namespace tenfold::cli

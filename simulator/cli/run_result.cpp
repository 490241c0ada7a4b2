// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/run_result.h"

#include <algorithm>

#include "simulator/cli/summary.h"
#include "simulator/judge/diagnosis.h"

namespace tenfold::cli {

namespace {
// The first two seconds fill caches and connections; a percentile must not carry them.
constexpr std::int64_t kWarmUpSlots = 8;
}  // namespace

std::string_view toString(EngineKind kind) {
    return kind == EngineKind::live ? "live" : "sim";
}

std::int64_t firstJudgedSlot(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                             std::int64_t firstSlot, std::int64_t slots) {
    const std::int64_t warm = firstSlot + std::min(kWarmUpSlots, slots / 4);
    // The faults of a scenario are part of what it asks: their slots are judged, not cut away.
    if (!scenario.faults.empty()) return warm;
    return std::max(warm, timeline.slotAfterLastChange());
}

void judgeRun(RunResult& run, const scenario::Scenario& scenario, std::int64_t firstSlot,
              std::int64_t lastSlot) {
    run.fromSlot = firstJudgedSlot(run.timeline, scenario, firstSlot, lastSlot - firstSlot);
    run.toSlot = lastSlot;
    run.window = run.timeline.window(run.fromSlot, run.toSlot);
    run.verdict = judge::judge(run.window, scenario.objective,
                               scenario::usersToText(scenario.workload.dailyActiveUsers),
                               judge::firstToBreak(run.timeline, run.fromSlot));
    run.summary = summaryOf(run.timeline, run.window, run.verdict,
                            slotsOf(run.timeline, run.fromSlot, run.toSlot));
    // The twin uses the host, but what it shows does not depend on how much.
    if (run.engine == EngineKind::sim) run.summary["host_cpu"] = nullptr;
}

std::span<const measure::Sample> slotsOf(const measure::Timeline& timeline, std::int64_t fromSlot,
                                         std::int64_t toSlot) {
    const std::span<const measure::Sample> all = timeline.samples();
    const auto first = std::ranges::lower_bound(all, fromSlot, {}, &measure::Sample::slot);
    const auto last = std::ranges::upper_bound(all, toSlot, {}, &measure::Sample::slot);
    return first < last ? std::span(first, last) : std::span<const measure::Sample>();
}

}  // namespace tenfold::cli

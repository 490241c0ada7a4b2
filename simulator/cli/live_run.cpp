// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/live_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "simulator/cli/recorder.h"
#include "simulator/cli/summary.h"
#include "simulator/judge/diagnosis.h"

namespace tenfold::cli {

using namespace std::chrono_literals;
using engine::Phase;

namespace {

// The first two seconds fill caches and connections; a percentile must not carry them.
constexpr std::int64_t kWarmUpSlots = 8;

void showProgress(double done, const std::string& text) {
    const int width = 30;
    const int full = std::clamp(static_cast<int>(done * width), 0, width);
    fmt::print(stderr, "\r[{}{}] {}\033[K", std::string(static_cast<std::size_t>(full), '#'),
               std::string(static_cast<std::size_t>(width - full), ' '), text);
}

}  // namespace

LiveRun runLive(const scenario::Scenario& scenario, bool showsProgress) {
    LiveRun run;
    Recorder recorder;
    recorder.engine().start(scenario, false);
    const auto isUp = [&] { return recorder.phase() == Phase::running; };
    if (!recorder.waitFor(isUp, 120s)) {
        run.failure = recorder.failure().empty() ? "the nodes did not start in two minutes"
                                                 : recorder.failure();
        return run;
    }
    const std::int64_t first = recorder.firstRunningSlot();
    const auto slots = static_cast<std::int64_t>(scenario.durationS * 4);
    const auto isDone = [&] {
        const auto last = recorder.timeline().lastSlot();
        if (showsProgress && last >= first) {
            const auto& s = recorder.timeline().samples().back();
            const auto all = s.total().users;
            showProgress(static_cast<double>(last - first) / static_cast<double>(slots),
                         fmt::format("{:.0f} of {:.0f} s, {} asked for a second",
                                     static_cast<double>(last - first) / 4, scenario.durationS,
                                     all.offered * 4));
        }
        return last >= first + slots;
    };
    const auto limit =
        std::chrono::milliseconds(static_cast<long>(scenario.durationS * 1000)) + 30s;
    const bool isComplete = recorder.waitFor(isDone, limit);
    if (showsProgress) fmt::print(stderr, "\r\033[K");
    if (!isComplete && recorder.phase() == Phase::failed) {
        run.failure = recorder.failure();
        return run;
    }
    recorder.engine().stop();
    recorder.waitFor([&] { return recorder.phase() == Phase::idle; }, 30s);
    run.timeline = recorder.timeline();

    const std::int64_t from = std::max(first + std::min<std::int64_t>(kWarmUpSlots, slots / 4),
                                       run.timeline.slotAfterLastChange());
    run.window = run.timeline.window(from, first + slots);
    run.verdict = judge::judge(run.window, scenario.objective,
                               scenario::usersToText(scenario.workload.dailyActiveUsers),
                               judge::firstToBreak(run.timeline));
    run.summary = summaryOf(run.timeline, scenario, run.window, run.verdict);
    return run;
}

}  // namespace tenfold::cli

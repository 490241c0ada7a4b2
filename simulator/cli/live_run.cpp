// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/live_run.h"

#include <fmt/format.h>

#include <chrono>

#include "simulator/cli/interrupt.h"
#include "simulator/cli/recorder.h"

namespace tenfold::cli {

using namespace std::chrono_literals;
using engine::Phase;

namespace {
std::string reasonOf(const Recorder& recorder, const std::string& otherwise) {
    if (isInterrupted()) return "it was interrupted";
    return recorder.failure().empty() ? otherwise : recorder.failure();
}
}  // namespace

RunResult runLive(const scenario::Scenario& scenario, Progress::Kind kind) {
    RunResult run;
    Progress progress(kind);
    Recorder recorder;
    progress.show(0, "starting the nodes");
    recorder.engine().start(scenario, false);
    const auto isUp = [&] { return recorder.phase() == Phase::running; };
    if (!waitUnlessInterrupted(recorder, isUp, 120s)) {
        run.failure = reasonOf(recorder, "the nodes did not start in two minutes");
        return run;
    }
    const std::int64_t first = recorder.firstRunningSlot();
    const auto slots = static_cast<std::int64_t>(scenario.durationS * 4);
    const auto isDone = [&] {
        const auto last = recorder.timeline().lastSlot();
        if (last >= first) {
            const auto& s = recorder.timeline().samples().back();
            progress.show(static_cast<double>(last - first) / static_cast<double>(slots),
                          fmt::format("{:.0f} of {:.0f} s, {} asked for a second",
                                      static_cast<double>(last - first) / 4, scenario.durationS,
                                      s.total().users.offered * 4));
        }
        return last >= first + slots;
    };
    const auto limit =
        std::chrono::milliseconds(static_cast<long>(scenario.durationS * 1000)) + 30s;
    if (!waitUnlessInterrupted(recorder, isDone, limit)) {
        // What was measured until then is not the run that was asked for.
        run.failure = reasonOf(recorder, "the server stopped reporting");
        return run;
    }
    recorder.engine().stop();
    // What is open may take the client's whole patience.
    const auto patience =
        std::chrono::milliseconds(static_cast<long>(scenario.workload.clientTimeoutMs)) + 15s;
    if (!waitUnlessInterrupted(
            recorder, [&] { return recorder.phase() == Phase::idle; }, patience)) {
        run.failure = reasonOf(recorder, "the server did not end the run in time");
        return run;
    }
    run.timeline = recorder.timeline();
    judgeRun(run, scenario, first, first + slots);
    return run;
}

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/cli/interrupt.h"
#include "simulator/cli/recorder.h"

namespace tenfold::cli {

using namespace std::chrono_literals;

int upCommand(const ScenarioFlags& flags, bool isJson) {
    scenario::Scenario s;
    try {
        s = scenarioFrom(flags);
    } catch (const scenario::InputError& e) {
        fmt::print(stderr, "{}\n", e.what());
        return kBadInput;
    }
    catchInterrupts();
    Recorder recorder;
    recorder.engine().start(s, true);
    const bool isUp = waitUnlessInterrupted(
        recorder, [&] { return recorder.phase() == engine::Phase::paused; }, 120s);
    if (!isUp) {
        // Ctrl-C is how `up` ends, early or late.
        if (isInterrupted()) return kHeld;
        fmt::print(stderr, "the system could not be started: {}\n",
                   recorder.failure().empty() ? "no answer in two minutes" : recorder.failure());
        return kNotTrusted;
    }
    if (isJson) {
        nlohmann::json nodes = nlohmann::json::array();
        for (const auto& n : recorder.topology().nodes)
            nodes.push_back({{"id", n.id},
                             {"role", n.role},
                             {"pid", n.pid},
                             {"address", n.address},
                             {"port", n.port},
                             {"metrics_port", n.metricsPort},
                             {"try", n.tryIt}});
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (const auto& program = recorder.topology().nodes[i].program; !program.empty())
                nodes[i]["program"] = program;
        fmt::print("{}\n", nlohmann::json{{"nodes", nodes}, {"real", s.real}}.dump());
    } else {
        fmt::print("{:<12}{:<10}{:>8}{:>8}   {}\n", "node", "role", "pid", "port", "try");
        for (const auto& n : recorder.topology().nodes)
            fmt::print("{:<12}{:<10}{:>8}{:>8}   {}{}\n", n.id, n.role, n.pid, n.port, n.tryIt,
                       n.program.empty() ? "" : "   (" + n.program + ")");
        fmt::print("Ctrl-C ends it.\n");
    }
    std::fflush(stdout);
    const auto isOver = [&] { return recorder.phase() == engine::Phase::failed; };
    while (!isInterrupted() && !isOver()) waitUnlessInterrupted(recorder, isOver, 1h);
    const bool isFailed = recorder.phase() == engine::Phase::failed;
    if (isFailed) fmt::print(stderr, "the system ended: {}\n", recorder.failure());
    recorder.engine().stop();
    recorder.waitFor([&] { return recorder.phase() == engine::Phase::idle; }, 10s);
    return isFailed ? kNotTrusted : kHeld;
}

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
// How long the twin takes, on a quiet machine: a window of 30 s at a million users, what-if over
// all switches there, and a whole day of them hour by hour. Prints one table and the peak of
// memory.
//
//     twin_speed [--day]
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/hardware/assets.h"
#include "simulator/measure/words.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/study/what_if.h"
#include "tests/bench/twin/day.h"

using namespace tenfold;  // NOLINT: a program of its own

namespace {

constexpr int kThreads = 2;
constexpr int kRepeats = 9;

struct Took {
    double wallMs = 0;
    double cpuMs = 0;  // of all threads
};

double cpuNowMs() {
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

template <class F>
Took timed(const F& work) {
    const auto wall = std::chrono::steady_clock::now();
    const double cpu = cpuNowMs();
    work();
    return {
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - wall).count(),
        cpuNowMs() - cpu};
}

/// The middle one of several, by CPU: others on the machine must not count.
template <class F>
Took median(const F& work) {
    std::vector<Took> all;
    for (int i = 0; i < kRepeats; ++i) all.push_back(timed(work));
    std::ranges::sort(all, {}, &Took::cpuMs);
    return all[kRepeats / 2];
}

void row(const std::string& what, const Took& took, const std::string& target,
         const std::string& more) {
    fmt::print("| {} | {:.0f} ms | {:.0f} ms | {} | {} |\n", what, took.wallMs, took.cpuMs, target,
               more);
    std::fflush(stdout);
}

scenario::Scenario soundAtAMillion() {
    auto s = scenario::loadScenario(hardware::assetsDir() / "scenarios" / "sound.json",
                                    mechanisms::catalogue());
    s.workload.dailyActiveUsers = 1e6;
    s.hardware = "1M";
    s.durationS = 30;
    return s;
}

void day(const scenario::Scenario& s, const system::Inputs& inputs) {
    bench::Day d;
    const auto took = timed([&] { d = bench::simulateDay(s, inputs, kThreads); });
    measure::Sample all = d.hours.front();
    for (std::size_t h = 1; h < d.hours.size(); ++h) all.mergeLater(d.hours[h]);
    const auto users = all.total().users;
    row("a day of 1M users, 24 hours on two threads", took, "≤ 60,000 ms wall",
        fmt::format("{} requests, {:.1f} M events/s of CPU, p99 {:.1f} ms",
                    measure::count(users.offered), static_cast<double>(d.events) / took.cpuMs / 1e3,
                    users.response.percentileMs(0.99).value_or(0)));
}

}  // namespace

int main(int argc, char** argv) {
    const bool hasDay = argc > 1 && std::strcmp(argv[1], "--day") == 0;
    const auto inputs = system::Inputs::shipped();
    const auto s = soundAtAMillion();
    fmt::print("| what | wall | CPU | target | |\n|---|---|---|---|---|\n");
    engine::SimulatedRun run;
    const auto window = median([&] { run = engine::simulate(s, inputs); });
    const auto asked = run.timeline.window(0, run.timeline.lastSlot()).total().users.offered;
    row("30 s of `sound` at 1M", window, "< 100 ms CPU",
        fmt::format("{} requests, {:.1f} M events/s", measure::count(asked),
                    static_cast<double>(run.events) / window.cpuMs / 1e3));
    study::WhatIf w;
    const auto whatIf =
        median([&] { w = study::whatIf(s, mechanisms::catalogue(), inputs, {}, kThreads); });
    row("what-if, every position of every switch at 1M, two threads", whatIf, "≤ 2,000 ms wall",
        fmt::format("{} positions", w.alternatives.size()));
    if (hasDay) day(s, inputs);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print("\npeak resident memory: {:.0f} MB\n", static_cast<double>(usage.ru_maxrss) / 1024);
    return 0;
}

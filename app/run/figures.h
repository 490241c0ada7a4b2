// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "app/run/history.h"
#include "simulator/measure/sample.h"

namespace tenfold::app {

/// The figures of the steady window, worked out once a tick: tiles, status line, effects and the
/// verdict all read the same ones, so they cannot disagree.
struct Figures {
    measure::Sample window;
    measure::EndpointSample all;

    double windowS = 0;
    std::uint64_t n = 0;  // samples of the response time
    std::optional<double> p50, p95, p99;
    bool isP95Censored = false;  // stands at a limit: print "≥"
    double offeredHz = 0;
    double answeredHz = 0;
    double failedRatio = 0;
    std::uint64_t ended = 0;
    std::uint64_t failed = 0;
    double statementsPerRequest = 0;
    double askedCores = 0;
    double primaryCores = 0;
    std::optional<double> lagP99Ms;
    std::optional<double> overrunP99Ms;
    double hostCpu = 0;
};

Figures figuresOf(const History& history);

/// "12 time-outs", the commonest way to fail; empty when nothing failed.
std::string commonestFailure(const measure::ClientCounts& counts);

}  // namespace tenfold::app

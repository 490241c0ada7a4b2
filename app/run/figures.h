// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
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

/// What the figures of now are held against: those before the last change, or pinned ones.
struct Baseline {
    QString name;       // "before ②"
    int number = 0;     // of the change it is from before; 0 when it was pinned
    double fromS = 0;   // since the start: the change before that one
    double untilS = 0;  // that change
    std::optional<double> p95;
    bool isP95Censored = false;
    double failedRatio = 0;
    double answeredHz = 0;
    double statementsPerRequest = 0;
};
Baseline baselineOf(const Figures& figures, const QString& name);

/// Twin and measurement of the same moment.
struct TwinError {
    double twin = 0;
    double measured = 0;
    double relative() const { return measured > 0 ? twin / measured - 1 : 0; }
};
/// "+5 %".
QString percentOff(const TwinError& error);
/// "twin: p99 41 ms, measured 39 ms, +5 %".
QString twinWords(const QString& figure, const TwinError& error, QString (*format)(double));

/// "×12.4": how many times `before` `now` is. Empty when there was nothing to multiply.
QString timesText(double now, double before);

/// "12 time-outs", the commonest way to fail; empty when nothing failed.
std::string commonestFailure(const measure::ClientCounts& counts);

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/figures.h"

#include <QObject>
#include <algorithm>
#include <cmath>

namespace tenfold::app {

using measure::Outcome;

Figures figuresOf(const History& history) {
    Figures f;
    if (history.timeline().empty()) return f;
    f.window = history.timeline().steadyWindow();
    f.all = f.window.total();

    const auto& users = f.all.users;
    f.windowS = f.window.spanMs() / 1000;
    f.n = users.response.count();
    if (f.n >= kSamplesForP50) f.p50 = users.response.percentileMs(0.5);
    if (f.n >= kSamplesForP95) f.p95 = users.response.percentileMs(0.95);
    if (f.n >= kSamplesForP99) f.p99 = users.response.percentileMs(0.99);
    // One in twenty stands at its limit: then so does the p95.
    f.isP95Censored = users.censored() * 20 > f.n;
    if (f.windowS > 0) {
        f.offeredHz = static_cast<double>(users.offered) / f.windowS;
        f.answeredHz = static_cast<double>(users.of(Outcome::ok)) / f.windowS;
    }
    f.ended = users.ended();
    f.failed = users.failed();
    if (f.ended) f.failedRatio = static_cast<double>(f.failed) / static_cast<double>(f.ended);
    const auto& server = f.all.server;
    if (server.requests)
        f.statementsPerRequest =
            static_cast<double>(server.statements) / static_cast<double>(server.requests);
    measure::Histogram overrun;
    for (const auto& [id, node] : f.window.nodes) {
        overrun.merge(node.overrun);
        if (node.role != "database") continue;
        f.askedCores = node.askedCores();
        f.primaryCores = node.cores;
    }
    f.overrunP99Ms = overrun.percentileMs(0.99);
    f.lagP99Ms = f.window.generatorLag.percentileMs(0.99);
    f.hostCpu = f.window.hostCpu;
    return f;
}

Baseline baselineOf(const Figures& f, const QString& name) {
    Baseline baseline;
    baseline.name = name;
    baseline.p95 = f.p95;
    baseline.isP95Censored = f.isP95Censored;
    baseline.failedRatio = f.failedRatio;
    baseline.answeredHz = f.answeredHz;
    baseline.statementsPerRequest = f.statementsPerRequest;
    return baseline;
}

QString percentOff(const TwinError& error) {
    const double percents = error.relative() * 100;
    const QString sign = std::abs(percents) < 0.5 ? "±" : percents > 0 ? "+" : "−";
    return QString("%1%2 %").arg(sign).arg(std::abs(percents), 0, 'f', 0);
}

QString twinWords(const QString& figure, const TwinError& e, QString (*format)(double)) {
    return QObject::tr("twin: %1 %2, measured %3, %4")
        .arg(figure, format(e.twin), format(e.measured), percentOff(e));
}

QString timesText(double now, double before) {
    if (before <= 0 || now < 0) return {};
    const double times = now / before;
    if (times < 0.01) return "×<0.01";
    const int decimals = times < 0.95 ? 2 : times < 99.95 ? 1 : 0;
    return "×" + QString::number(times, 'f', decimals);
}

std::string commonestFailure(const measure::ClientCounts& counts) {
    constexpr std::pair<Outcome, const char*> kNames[] = {
        {Outcome::rateLimited, "answered 429"}, {Outcome::clientError, "other 4xx"},
        {Outcome::serverError, "answered 5xx"}, {Outcome::refused, "refused"},
        {Outcome::timeout, "timed out"},        {Outcome::unfinished, "unfinished"},
        {Outcome::notSent, "not sent"},
    };
    const auto* worst = std::max_element(
        std::begin(kNames), std::end(kNames),
        [&](const auto& a, const auto& b) { return counts.of(a.first) < counts.of(b.first); });
    if (counts.of(worst->first) == 0) return {};
    return std::to_string(counts.of(worst->first)) + " " + worst->second;
}

}  // namespace tenfold::app

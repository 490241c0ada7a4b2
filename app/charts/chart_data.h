// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "app/theme/theme.h"

namespace tenfold::app {

constexpr double kNoData = std::numeric_limits<double>::quiet_NaN();

struct ScaleTick {
    double value = 0;
    QString text;
    bool operator==(const ScaleTick&) const = default;
};

/// The vertical axis. The horizontal one is the same for all: −120 s to now.
struct ChartScale {
    bool isLog = false;
    double minimum = 0;
    double maximum = 1;
    std::vector<ScaleTick> ticks;
    bool operator==(const ChartScale&) const = default;
};

/// A numbered event across all charts.
struct ChartFlag {
    double x = 0;  // seconds before now, ≤ 0
    int number = 0;
    QString text;
    bool isHighlighted = false;
};

/// A stretch of time in which nothing was measured.
struct ChartGap {
    double from = 0;
    double to = 0;
};

/// The time before a change, moved to stand behind what came after it. As many lines as the panel
/// says; not finite where nothing was measured.
struct ChartGhost {
    std::vector<double> x;
    std::vector<std::vector<double>> lines;
    int number = 0;  // of the change
};

/// What the twin expects, behind what is measured; x in seconds before now.
struct ChartTwin {
    std::vector<double> x;
    std::vector<std::vector<double>> lines;
    QColor Theme::*colour = nullptr;  // null: each that of the line it stands behind
};

/// Everything a chart shows at one tick. Values that are not finite are gaps, never zero.
struct ChartData {
    std::vector<double> x;
    std::vector<std::vector<double>> lines;  // one for each line, as long as x
    std::vector<std::uint64_t> samples;      // behind each point; may be empty
    std::vector<std::vector<double>> areas;  // not yet stacked, bottom first
    ChartGhost ghost;
    ChartTwin twin;
    double endS = 0;  // now, in seconds of the run
    std::vector<ChartGap> gaps;
    std::vector<ChartFlag> flags;
    QString shortNote;  // where that has no room; may be empty
    QString note;       // "p99: 84 of 300 samples"; shown in a corner
};

/// The stretches of finite values of one line: [first, last] indices.
std::vector<std::pair<std::size_t, std::size_t>> finiteRuns(const std::vector<double>& values);
/// Neighbouring flags whose pills would overlap share one: [first, last] of `at`, which ascends.
/// A pill for one is `width` wide, a shared one `sharedWidth`.
std::vector<std::pair<std::size_t, std::size_t>> flagGroups(const std::vector<double>& at,
                                                            double width, double sharedWidth);
/// A round number at or above `value` from 1, 2, 5 × 10^n.
double roundUp125(double value);

}  // namespace tenfold::app

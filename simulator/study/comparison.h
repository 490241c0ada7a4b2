// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulator/measure/sample.h"
#include "simulator/study/estimate.h"

namespace tenfold::study {

/// One figure of two runs.
struct ComparedFigure {
    Metric metric = Metric::p99Ms;
    std::optional<double> a;
    std::optional<double> b;
    /// B ÷ A. The upper end is infinite where A may as well be 0; nothing where A is 0, or where
    /// one of the two rests on too little for an interval.
    std::optional<Figure> ratio;
    bool isClear = false;  // chance alone hardly makes such a difference
    std::string words;     // "p99 2.3 × (2.1–2.6)", "no clear difference"
};

struct Comparison {
    std::vector<ComparedFigure> figures;  // one for each Metric, in order
    bool isPaired = false;
    double confidence = 0.9;

    const ComparedFigure& of(Metric m) const { return figures[static_cast<std::size_t>(m)]; }
};

/// Compares two runs by their slots without warm-up (windows of measure::Sample, one a slot).
///
/// `isPaired`: both saw the same requests at the same times (common random numbers), slot by slot:
/// what the load's chance does to both cancels out. Else they are independent, and their variances
/// add up (Welch 1947). Times, rates and statements by logarithms; the failed ratio, which is often
/// 0, by Fieller's theorem (1954), so that its interval excludes 1 exactly when that of the
/// difference excludes 0. What the histograms' buckets hide is added to the intervals of times.
Comparison compare(std::span<const measure::Sample> a, std::span<const measure::Sample> b,
                   bool isPaired, double confidence = 0.9);

}  // namespace tenfold::study

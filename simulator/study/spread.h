// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "simulator/measure/sample.h"
#include "simulator/study/estimate.h"

namespace tenfold::study {

/// 0.5, 0.95, 0.99 of a response time; nothing for figures that are none.
std::optional<double> percentileOf(Metric metric);

/// A figure of a run and how far chance may have moved it.
///
/// The same for all figures, whose slots resemble each other: counts by counts (failed of ended)
/// are ratio estimators; a percentile is moved by the share of requests below it, turned into time
/// by the slope of the quantile function there (Bahadur 1966; by batches: Heidelberger & Lewis
/// 1984). So no percentile is ever taken of a handful of requests, and none is averaged.
struct Spread {
    double value = 0;
    std::uint64_t samples = 0;  // what it rests on: answers, requests
    /// By batch of equal time, in order: its part in the deviation, so that value ≈ truth + mean of
    /// these. In the figure's unit.
    std::vector<double> deviations;
    /// The wider side of the interval over the mean of both: the upper one, of a tail.
    double widerBy = 1;
    /// Half a bucket of the histogram it was read from: nearer nobody knows it.
    double resolution = 0;

    int batches() const { return static_cast<int>(deviations.size()); }
    /// Variance of `value`, from the batches.
    double variance() const;
    /// Half the width of its interval by Student's t, the wider side. REQUIRES: at least two
    /// batches.
    double halfWidth(double confidence) const;
};

/// Of slots that follow each other, without warm-up. Begins with up to 40 batches and merges
/// neighbours, down to 10, while their lag-1 autocorrelation is 0.2 or more. Nothing when there is
/// nothing to take it from, or too little: a percentile needs 3 requests beyond it (p99: 300).
std::optional<Spread> spreadOf(std::span<const measure::Sample> slots, Metric metric);

/// The same before anything is merged: for two runs whose batches belong together.
std::optional<Spread> unmergedSpreadOf(std::span<const measure::Sample> slots, Metric metric);

/// Whether neighbours resemble each other, and there are enough of them to be merged.
bool isDependent(const std::vector<double>& deviations);
/// Each two neighbours become their mean.
void mergeNeighbours(std::vector<double>& deviations);

/// The interval of a percentile by order statistics: what it would be if no request resembled its
/// neighbour, so rather too narrow. Ranks by the binomial distribution, equal tails; nothing when
/// there are too few for an upper end. ms.
std::optional<Figure> orderStatistics(const measure::Histogram& h, double p, double confidence);

}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace tenfold::measure {

/// Figures of a steady state from one run: what to drop at its beginning, and how far to trust the
/// rest although neighbouring observations resemble each other. The same code serves simulation and
/// measurement. Values are in whatever unit the observations have.

/// A figure and half the width of its interval, in the same unit.
struct Interval {
    double mean = 0;
    double halfWidth = 0;  // infinite with fewer than two batches
    int batches = 0;       // how many it rests on
};

/// How many observations at the beginning belong to the warm-up, a multiple of five; nothing when
/// that cannot be told from these observations (the cut would be beyond their half, or there are
/// fewer than 50): observe longer and ask again.
///
/// MSER-5: the cut d over means of five observations that minimises Σ_{i>d} (Y_i − mean_{>d})² /
/// (n − d)² (White 1997; Spratt 1998).
std::optional<std::size_t> mser5(std::span<const double> observations);

/// Mean of a correlated sequence without warm-up, with its interval at this confidence (0.99).
/// Begins with 80 batches (as many as there are observations, if fewer) and merges them, down to
/// 20, while the lag-1 autocorrelation of their means is 0.2 or more.
///
/// Student's t, widened by what dependence is left among the batches, (1 + φ) / (1 − φ), and by
/// their skewness (Tafazzoli, Wilson, Lada & Steiger, "Skart", 2011; Willink 2005): with heavy
/// tails or near saturation the plain interval is too narrow.
Interval batchMeans(std::span<const double> observations, double confidence);

/// Σ numerators / Σ denominators over batches of one run (time spent over customers served,
/// integral over time), with its interval, by the same rules. Batches need not be equally large.
/// REQUIRES: as many denominators as numerators. With Σ denominators = 0 it is 0 ± 0 of 0 batches.
Interval ratioOfBatches(std::span<const double> numerators, std::span<const double> denominators,
                        double confidence);

/// The p-quantile (nearest rank, 0 < p < 1) of a correlated sequence without warm-up. Batches tell
/// how uncertain the share of observations below it is; the interval is where the observations
/// cross the ends of that (Heidelberger & Lewis 1984), the wider side of the two.
Interval percentileByBatches(std::span<const double> observations, double p, double confidence);

/// The number of batches to begin with.
inline constexpr int kMostBatches = 80;

}  // namespace tenfold::measure

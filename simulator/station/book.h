// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "simulator/measure/fine_histogram.h"
#include "simulator/measure/steady_state.h"

namespace tenfold::station {

/// What one batch of a run adds up for one class in one place (a station, or the whole network).
/// Times are ticks, areas customers (or servers) times ticks.
struct Sums {
    double served = 0;
    double arrived = 0;
    double lost = 0;
    double wait = 0;  // of those served
    double response = 0;
    double numberArea = 0;
    double busyArea = 0;
};

/// The sums of a class in one place, batch by batch, and how long responses were.
class Book {
public:
    static constexpr int kBatches = measure::kMostBatches;
    /// Percentiles keep a histogram for each of fewer, larger batches.
    static constexpr int kPercentileBatches = kBatches / 2;

    Sums& now() { return m_batches.back(); }
    void recordResponse(std::int64_t ticks) {
        m_histograms[(m_batches.size() - 1) / 2].record(ticks);
    }

    void startBatch() { m_batches.emplace_back(); }
    /// Forgets everything: the warm-up is over.
    void restart();

    using Field = double Sums::*;
    measure::Interval ratio(Field numerator, Field denominator, double confidence) const;
    /// Per tick of these batches.
    measure::Interval rate(Field numerator, const std::vector<double>& ticks,
                           double confidence) const;
    measure::Interval responsePercentile(double p, double confidence) const;

private:
    std::vector<double> column(Field f) const;

    std::vector<Sums> m_batches{1};
    std::array<measure::FineHistogram, kPercentileBatches> m_histograms{};
};

}  // namespace tenfold::station

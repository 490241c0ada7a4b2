// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/judge/verdict.h"
#include "simulator/measure/sample.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/inputs.h"

namespace tenfold::study {

/// A figure with the interval in which a measurement of it is expected.
struct Figure {
    double value = 0;
    double low = 0;
    double high = 0;
    bool contains(double measured) const { return measured >= low && measured <= high; }
};

/// The figures that a run and its prediction are compared by.
enum class Metric { p50Ms, p95Ms, p99Ms, failedRatio, answeredPerS, statementsPerRequest };
constexpr int kMetrics = 6;
std::string_view toString(Metric metric);  // p50_ms, …
/// As people read it: "p99", "failed".
std::string_view titleOf(Metric metric);
/// Of a window that was measured or simulated; nothing when there is nothing to take it from.
std::optional<double> valueOf(const measure::Sample& window, Metric metric);

/// What the twin expects of a scenario.
struct Estimate {
    std::array<Figure, kMetrics> figures;
    judge::Verdict verdict;
    measure::Sample window;                // all that was simulated, without the warm-up
    std::vector<measure::Sample> batches;  // equal parts of it, in order
    double batchS = 0;

    const Figure& of(Metric m) const { return figures[static_cast<std::size_t>(m)]; }
};

struct EstimateOptions {
    double windowS = 20;     // length of the measurement that the interval is for
    bool startsWarm = true;  // a what-if; false: a run from the start, as the live one goes
    double simulatedS = 0;   // 0: enough for the rate
    double confidence = 0.9;
    /// Relative error of the twin itself, by figure, one standard deviation, as the agreement with
    /// the live engine found it; added to what the load's chance makes.
    std::array<double, kMetrics> modelError{0.04, 0.07, 0.09, 0, 0.005, 0.003};
};

/// Simulates until a percentile is worth something: 24 batches of at least 150 requests and half a
/// second each, warm-up found and dropped (MSER-5 over the slots' means; at least 2 s).
/// The interval: Student's t over the batches, scaled to the window, beside the model's own error.
/// Throws std::runtime_error when the scenario cannot be simulated.
Estimate estimate(const scenario::Scenario& scenario, const system::Inputs& inputs,
                  const EstimateOptions& options = {});

/// Chance and model of one figure for a window: the half-width of its interval.
double halfWidthOf(const Estimate& e, Metric metric, const EstimateOptions& options);

}  // namespace tenfold::study

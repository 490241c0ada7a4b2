// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include "simulator/measure/sample.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/inputs.h"

namespace tenfold::bench {

constexpr int kHours = 24;

/// The rate of each hour of a day over the mean of the day; their mean is 1. A von Mises shape with
/// the busiest instant in the middle of hour 20: exp(k cos(2π(t − t_peak) ∕ 24 h)) ∕ I₀(k), k so
/// that this instant has `peakFactor` times the mean.
std::array<double, kHours> dayShape(double peakFactor);

struct Day {
    std::array<measure::Sample, kHours> hours;  // merged: memory does not grow with the day
    std::uint64_t events = 0;
};

/// A whole day of a scenario, hour by hour, each from a warm cache, on so many threads.
Day simulateDay(const scenario::Scenario& scenario, const system::Inputs& inputs, int threads);

}  // namespace tenfold::bench

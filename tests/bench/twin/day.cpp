// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/twin/day.h"

#include <atomic>
#include <cmath>
#include <numbers>
#include <thread>
#include <vector>

#include "simulator/engine/simulated/simulate.h"

namespace tenfold::bench {

namespace {

constexpr int kSlotsOfAnHour = 4 * 3600;

/// k of the von Mises shape whose highest value is this many times its mean.
double concentrationOf(double peakFactor) {
    double low = 0, high = 700;
    for (int i = 0; i < 100; ++i) {
        const double k = (low + high) / 2;
        (std::exp(k) / std::cyl_bessel_i(0.0, k) < peakFactor ? low : high) = k;
    }
    return low;
}

measure::Sample simulateHour(const scenario::Scenario& scenario, double ofMean, int hour,
                             const system::Inputs& inputs, std::uint64_t& events) {
    scenario::Scenario s = scenario;
    s.workload.peakFactor = ofMean;  // peak rate = mean × this
    s.seed += static_cast<std::uint64_t>(hour);
    const auto system = engine::makeSystem(s, inputs, {true, "twin"});
    measure::Sample all = system->nextSlot();
    for (int i = 1; i < kSlotsOfAnHour; ++i) {
        all.mergeLater(system->nextSlot());
        system->takeFlags();
    }
    events = system->events();
    return all;
}

}  // namespace

std::array<double, kHours> dayShape(double peakFactor) {
    constexpr int kParts = 60;
    constexpr double kPeakHour = 20.5;
    const double k = concentrationOf(peakFactor);
    std::array<double, kHours> out{};
    for (int h = 0; h < kHours; ++h)
        for (int i = 0; i < kParts; ++i) {
            const double t = h + (i + 0.5) / kParts;
            const double angle = 2 * std::numbers::pi * (t - kPeakHour) / kHours;
            out[static_cast<std::size_t>(h)] +=
                std::exp(k * std::cos(angle)) / std::cyl_bessel_i(0.0, k) / kParts;
        }
    return out;
}

Day simulateDay(const scenario::Scenario& scenario, const system::Inputs& inputs, int threads) {
    const auto shape = dayShape(scenario.workload.peakFactor);
    Day day;
    std::array<std::uint64_t, kHours> events{};
    std::atomic<int> next{0};
    const auto work = [&] {
        // The busiest first, so that none of them is left for the end.
        for (int n = next++; n < kHours; n = next++) {
            const int hour = (20 + (n % 2 == 0 ? n / 2 : kHours - (n + 1) / 2)) % kHours;
            const auto h = static_cast<std::size_t>(hour);
            day.hours[h] = simulateHour(scenario, shape[h], hour, inputs, events[h]);
        }
    };
    std::vector<std::thread> pool;
    for (int t = 1; t < threads; ++t) pool.emplace_back(work);
    work();
    for (auto& t : pool) t.join();
    for (const auto n : events) day.events += n;
    return day;
}

}  // namespace tenfold::bench

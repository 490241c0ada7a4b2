// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/judge/diagnosis.h"
#include "simulator/measure/steady_state.h"
#include "simulator/measure/student.h"

namespace tenfold::study {

using measure::Outcome;

namespace {
constexpr int kBatches = 24;
constexpr double kRequestsABatch = 150;
constexpr double kShortestBatchS = 0.5;
constexpr std::int64_t kWarmUpSlots = 8;  // of a live run too

/// Slots at the beginning that belong to the warm-up.
std::size_t warmUpOf(const std::vector<measure::Sample>& samples) {
    std::vector<double> means;
    double last = 0;
    for (const auto& s : samples) {
        const auto h = s.total().users.response;
        // A slot without answers has no mean; the one before stands for it.
        if (!h.empty()) last = h.meanMs();
        means.push_back(last);
    }
    const auto found = measure::mser5(means);
    return std::max<std::size_t>(kWarmUpSlots, std::min(found.value_or(0), samples.size() / 3));
}
}  // namespace

std::string_view toString(Metric metric) {
    constexpr std::array<std::string_view, kMetrics> names{
        "p50_ms", "p95_ms", "p99_ms", "failed_ratio", "answered_per_s", "statements_per_request"};
    return names[static_cast<std::size_t>(metric)];
}

std::string_view titleOf(Metric metric) {
    constexpr std::array<std::string_view, kMetrics> names{
        "p50", "p95", "p99", "failed", "answered", "statements a request"};
    return names[static_cast<std::size_t>(metric)];
}

std::optional<double> valueOf(const measure::Sample& window, Metric metric) {
    const auto all = window.total();
    switch (metric) {
        case Metric::p50Ms:
            return all.users.response.percentileMs(0.5);
        case Metric::p95Ms:
            return all.users.response.percentileMs(0.95);
        case Metric::p99Ms:
            return all.users.response.percentileMs(0.99);
        case Metric::failedRatio:
            if (all.users.ended() == 0) return std::nullopt;
            return static_cast<double>(all.users.failed()) / static_cast<double>(all.users.ended());
        case Metric::answeredPerS:
            if (window.spanMs() <= 0) return std::nullopt;
            return static_cast<double>(all.users.of(Outcome::ok)) / (window.spanMs() / 1000);
        case Metric::statementsPerRequest:
            if (all.server.requests == 0) return std::nullopt;
            return static_cast<double>(all.server.statements) /
                   static_cast<double>(all.server.requests);
    }
    return std::nullopt;
}

double halfWidthOf(const Estimate& e, Metric metric, const EstimateOptions& options) {
    double sum = 0;
    double squares = 0;
    int n = 0;
    for (const auto& batch : e.batches) {
        const auto v = valueOf(batch, metric);
        if (!v) continue;
        sum += *v;
        squares += *v * *v;
        ++n;
    }
    const auto value = valueOf(e.window, metric).value_or(0);
    const double model = options.modelError[static_cast<std::size_t>(metric)] * std::abs(value);
    if (n < 2) return std::max(model, std::abs(value));
    const double mean = sum / n;
    const double variance = std::max(0.0, (squares - n * mean * mean) / (n - 1));
    const double simulatedS = e.batchS * n;
    // The measurement's own chance, and that of the simulation it is compared with.
    const double chance =
        variance * (e.batchS / std::max(e.batchS, options.windowS) + e.batchS / simulatedS);
    return measure::studentQuantile(0.5 + options.confidence / 2, n - 1) *
           std::sqrt(chance + model * model);
}

Estimate estimate(const scenario::Scenario& scenario, const system::Inputs& inputs,
                  const EstimateOptions& options) {
    scenario::Scenario s = scenario;
    s.faults.clear();
    const double rateHz = std::max(0.01, s.workload.rate().peakHz);
    const double batchS = std::max(kShortestBatchS, kRequestsABatch / rateHz);
    const auto batchSlots =
        static_cast<std::int64_t>(std::ceil(batchS / measure::SlotClock::kSlotS));
    const double wanted = options.simulatedS > 0
                              ? options.simulatedS / measure::SlotClock::kSlotS
                              : static_cast<double>(kBatches * batchSlots) * 1.1 + kWarmUpSlots;
    const auto system = engine::makeSystem(s, inputs, {options.startsWarm, "twin"});
    std::vector<measure::Sample> samples;
    measure::Timeline timeline;
    while (static_cast<double>(samples.size()) < wanted) {
        samples.push_back(system->nextSlot());
        // What breaks first shows in the first half minute, or not at all.
        if (samples.size() <= 160) timeline.add(samples.back());
    }

    Estimate e;
    const std::size_t warm = warmUpOf(samples);
    const std::size_t slots = samples.size() - warm;
    const std::size_t perBatch = std::max<std::size_t>(1, slots / kBatches);
    e.batchS = static_cast<double>(perBatch) * measure::SlotClock::kSlotS;
    for (std::size_t i = warm; i + perBatch <= samples.size(); i += perBatch) {
        measure::Sample batch = std::move(samples[i]);
        for (std::size_t k = 1; k < perBatch; ++k) batch.mergeLater(samples[i + k]);
        e.batches.push_back(std::move(batch));
    }
    e.window = e.batches.front();
    for (std::size_t i = 1; i < e.batches.size(); ++i) e.window.mergeLater(e.batches[i]);
    for (int m = 0; m < kMetrics; ++m) {
        const auto metric = static_cast<Metric>(m);
        const double value = valueOf(e.window, metric).value_or(0);
        const double half = halfWidthOf(e, metric, options);
        e.figures[static_cast<std::size_t>(m)] = {value, std::max(0.0, value - half), value + half};
    }
    auto& failed = e.figures[static_cast<std::size_t>(Metric::failedRatio)];
    failed.high = std::min(1.0, failed.high);
    e.verdict =
        judge::judge(e.window, s.objective, scenario::usersToText(s.workload.dailyActiveUsers),
                     judge::firstToBreak(timeline, kWarmUpSlots));
    return e;
}

}  // namespace tenfold::study

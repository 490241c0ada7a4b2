// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>

#include "simulator/engine/simulated/idle_priority.h"
#include "simulator/measure/student.h"
#include "simulator/measure/words.h"

namespace tenfold::study {

namespace {

/// Mean and half-width of paired differences.
Figure paired(const std::vector<double>& d, double confidence) {
    if (d.size() < 2) return {};
    double sum = 0;
    for (const double x : d) sum += x;
    const auto n = static_cast<double>(d.size());
    const double mean = sum / n;
    double squares = 0;
    for (const double x : d) squares += (x - mean) * (x - mean);
    const double half =
        measure::studentQuantile(0.5 + confidence / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
    return {mean, mean - half, mean + half};
}

std::string wordsOf(const Estimate& a, const Alternative& b) {
    const auto& p99a = a.of(Metric::p99Ms);
    const auto& p99b = b.estimate.of(Metric::p99Ms);
    const double failedA = a.of(Metric::failedRatio).value;
    const double failedB = b.estimate.of(Metric::failedRatio).value;
    if (!b.isClear) return "no clear difference";
    std::string out;
    if (std::abs(failedA - failedB) > 0.001)
        out = fmt::format("{:.1f} % fail instead of {:.1f} %", failedB * 100, failedA * 100);
    const bool isOther = std::abs(b.p99Ratio.value - 1) > 0.02;
    const std::string there = measure::milliseconds(p99b.value);
    const std::string here = measure::milliseconds(p99a.value);
    // Two times near the client's limit differ in their batches and read the same.
    if (isOther && there != here)
        out += fmt::format("{}p99 {} instead of {}", out.empty() ? "" : ", ", there, here);
    return out.empty() ? "hardly a difference" : out;
}

}  // namespace

void compareWith(const Estimate& a, Alternative& b, double confidence) {
    std::vector<double> logs;
    std::vector<double> failed;
    const std::size_t n = std::min(a.batches.size(), b.estimate.batches.size());
    for (std::size_t i = 0; i < n; ++i) {
        const auto x = valueOf(a.batches[i], Metric::p99Ms);
        const auto y = valueOf(b.estimate.batches[i], Metric::p99Ms);
        if (x && y && *x > 0 && *y > 0) logs.push_back(std::log(*y / *x));
        const auto fx = valueOf(a.batches[i], Metric::failedRatio);
        const auto fy = valueOf(b.estimate.batches[i], Metric::failedRatio);
        if (fx && fy) failed.push_back(*fy - *fx);
    }
    Figure log = paired(logs, confidence);
    // Both p99s are known to half a bucket of the histogram (1 ∕ 128): nearer nobody knows the
    // ratio.
    constexpr double kHalfBuckets = 2.0 / 128;
    log.low -= kHalfBuckets;
    log.high += kHalfBuckets;
    b.p99Ratio = {std::exp(log.value), std::exp(log.low), std::exp(log.high)};
    b.failedDifference = paired(failed, confidence);
    const bool isOtherTime = log.low > 0 || log.high < 0;
    const bool isOtherFailure = b.failedDifference.low > 0 || b.failedDifference.high < 0;
    b.isClear = isOtherTime || isOtherFailure;
    b.words = wordsOf(a, b);
}

WhatIf whatIf(const scenario::Scenario& scenario, const scenario::Catalogue& catalogue,
              const system::Inputs& inputs, const EstimateOptions& options, int threads,
              const std::function<void(const Alternative&)>& onEach,
              const std::atomic<bool>* isCancelled) {
    WhatIf result;
    const auto stopped = [&] { return isCancelled && isCancelled->load(); };
    std::vector<Alternative> asked;
    for (const auto& spec : catalogue.specs())
        for (const auto& value : spec.values)
            if (!scenario.design.is(spec.id, value.id)) {
                Alternative a;
                a.mechanism = spec.id;
                a.value = value.id;
                asked.push_back(std::move(a));
            }
    // All are compared with the same present: it comes first.
    result.now = estimate(scenario, inputs, options);
    std::mutex mutex;  // of `next`, `isKnown` and of calling onEach
    std::size_t next = 0;
    std::vector<char> isKnown(asked.size());
    const auto work = [&](bool isOwnThread) {
        if (isOwnThread) engine::takeIdlePriority();
        while (!stopped()) {
            std::size_t i = 0;
            {
                std::lock_guard lock(mutex);
                if (next >= asked.size()) return;
                i = next++;
            }
            Alternative& a = asked[i];
            scenario::Scenario other = scenario;
            scenario::Setting setting = other.design.of(a.mechanism);
            setting.value = a.value;
            other.design.put(a.mechanism, setting);
            try {
                a.estimate = estimate(other, inputs, options);
            } catch (const std::runtime_error&) {
                continue;  // not recorded, or not to be simulated: no number is better than a guess
            }
            compareWith(result.now, a, options.confidence);
            std::lock_guard lock(mutex);
            isKnown[i] = 1;
            if (onEach) onEach(a);
        }
    };
    std::vector<std::thread> pool;
    for (int t = 1; t < threads; ++t) pool.emplace_back(work, true);
    work(false);
    for (auto& t : pool) t.join();
    for (std::size_t i = 0; i < asked.size(); ++i)
        if (isKnown[i]) result.alternatives.push_back(std::move(asked[i]));
    return result;
}

}  // namespace tenfold::study

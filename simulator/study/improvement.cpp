// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/improvement.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/measure/student.h"

namespace tenfold::study {

using measure::Sample;

namespace {

constexpr int kSettleSlots = 8;
constexpr int kPortraitBatches = 10;
constexpr double kRequestsAPart = 2'000;  // ten of the rarest endpoint
constexpr double kEnough = 0.8;           // a fifth less
constexpr double kConfidence = 0.9;
// Minutes are worth something when they are a part of what may be lost.
constexpr double kShareOfBudget = 0.01;

std::optional<double> p99Of(const Sample& s, const std::string& endpoint) {
    const auto it = s.endpoints.find(endpoint);
    if (it == s.endpoints.end()) return std::nullopt;
    return it->second.users.response.percentileMs(0.99);
}

std::string worstEndpoint(const Sample& s) {
    std::string worst;
    double worstMs = -1;
    for (const auto& [id, e] : s.endpoints)
        if (const auto ms = e.users.response.percentileMs(0.99); ms && *ms > worstMs) {
            worst = id;
            worstMs = *ms;
        }
    return worst;
}

double busiest(const Sample& s) {
    double most = 0;
    for (const auto& [id, n] : s.nodes) most = std::max(most, n.utilisation());
    return most;
}

/// after ÷ before over the batches, paired: both had the same requests.
template <class ValueOf>
Figure pairedRatio(const Portrait& before, const Portrait& after, const ValueOf& valueOf) {
    std::vector<double> logs;
    for (std::size_t i = 0; i < std::min(before.batches.size(), after.batches.size()); ++i) {
        const std::optional<double> a = valueOf(before.batches[i]);
        const std::optional<double> b = valueOf(after.batches[i]);
        if (a && b && *a > 0 && *b > 0) logs.push_back(std::log(*b / *a));
    }
    if (logs.size() < 2) return {1, 0, 2};
    double sum = 0;
    for (const double x : logs) sum += x;
    const auto n = static_cast<double>(logs.size());
    double squares = 0;
    for (const double x : logs) squares += (x - sum / n) * (x - sum / n);
    const double half =
        measure::studentQuantile(0.5 + kConfidence / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
    return {std::exp(sum / n), std::exp(sum / n - half), std::exp(sum / n + half)};
}

bool isHelpful(const Figure& ratio) {
    return ratio.value <= kEnough && ratio.high < 1;
}

}  // namespace

Portrait portraitOf(const HoldCriterion& test, const scenario::Design& design) {
    scenario::Scenario s = test.scenario();
    s.design = design;
    const auto system = engine::makeSystem(s, test.inputs(), {true, "twin"});
    const double batchS = std::max(1.0, kRequestsAPart / s.workload.rate().peakHz);
    const auto slots = static_cast<int>(std::ceil(batchS / measure::SlotClock::kSlotS));
    for (int i = 0; i < kSettleSlots; ++i) system->nextSlot();
    Portrait p;
    for (int b = 0; b < kPortraitBatches; ++b) {
        Sample batch = system->nextSlot();
        for (int i = 1; i < slots; ++i) batch.mergeLater(system->nextSlot());
        if (b == 0)
            p.window = batch;
        else
            p.window.mergeLater(batch);
        p.batches.push_back(std::move(batch));
    }
    for (const auto& [fault, minutes] : test.errorMinutes(design)) p.errorMinutes += minutes;
    return p;
}

std::vector<Improvement> improvementsOf(const Portrait& before, const Portrait& after,
                                        double budgetMinutes, const std::string& onto) {
    std::vector<Improvement> all;
    const std::string endpoint = worstEndpoint(before.window);
    const auto p99 =
        pairedRatio(before, after, [&](const Sample& s) { return p99Of(s, endpoint); });
    all.push_back({"p99 of " + endpoint, onto, p99, false, isHelpful(p99)});
    // The busiest of each: work that only moves to the next node is no reserve.
    const auto reserve = pairedRatio(
        before, after, [](const Sample& s) { return std::optional<double>(busiest(s)); });
    all.push_back({"reserve", onto, reserve, false, isHelpful(reserve)});
    const double saved = before.errorMinutes - after.errorMinutes;
    const double ratio = before.errorMinutes > 0 ? after.errorMinutes / before.errorMinutes : 1;
    const Figure minutes{ratio, ratio, ratio};
    all.push_back({"error minutes", onto, minutes, true,
                   isHelpful(minutes) && saved >= kShareOfBudget * budgetMinutes});
    return all;
}

}  // namespace tenfold::study

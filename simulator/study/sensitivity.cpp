// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenfold::study {

using judge::Holds;

namespace {

constexpr double kLess = 0.5;
constexpr double kMore = 1.5;

bool isOpposite(Holds a, Holds b) {
    return (a == Holds::yes && b == Holds::no) || (a == Holds::no && b == Holds::yes);
}

std::string sentenceOf(const CostSensitivity& c, Holds now) {
    const std::string_view title = titleOf(c.cost);
    const char* other = now == Holds::yes ? "fails" : "holds";
    const bool isOtherBelow = isOpposite(now, c.atHalf);
    const bool isOtherAbove = isOpposite(now, c.atOneAndHalf);
    if (isOtherBelow && isOtherAbove) return fmt::format("{} with {} × 0.5 or × 1.5", other, title);
    if (isOtherBelow) return fmt::format("{} with {} × 0.5", other, title);
    if (isOtherAbove) return fmt::format("{} with {} × 1.5", other, title);
    if (c.atHalf == now && c.atOneAndHalf == now)
        return fmt::format("the same with {} ± 50 %", title);
    return fmt::format("too close to tell with {} ± 50 %", title);
}

}  // namespace

std::string_view titleOf(Cost cost) {
    switch (cost) {
        case Cost::statements:
            return "the cost of a statement";
        case Cost::apiCpu:
            return "the API's work for a request";
        case Cost::link:
            return "the way to the database";
        case Cost::commitFlush:
            return "the flush of a commit";
    }
    return "";
}

bool Sensitivity::survives() const {
    return std::all_of(costs.begin(), costs.end(), [](const auto& c) { return c.survives; });
}

std::string Sensitivity::words() const {
    if (now != Holds::yes && now != Holds::no) return "There is no verdict yet that could change.";
    std::string changed;
    bool isOpen = false;
    for (const auto& c : costs) {
        if (!c.survives) changed += (changed.empty() ? "" : "; ") + c.sentence;
        isOpen = isOpen || (c.survives && (c.atHalf != now || c.atOneAndHalf != now));
    }
    if (!changed.empty()) return fmt::format("The verdict rests on its costs: it {}.", changed);
    if (isOpen) return "No cost ± 50 % turns the verdict round, but some bring it close.";
    return "The verdict holds with every cost ± 50 %.";
}

system::Inputs withCost(system::Inputs inputs, Cost cost, double factor) {
    switch (cost) {
        case Cost::statements:
            inputs.factors.statements *= factor;
            break;
        case Cost::apiCpu:
            inputs.factors.apiCpu *= factor;
            break;
        case Cost::link:
            inputs.factors.link *= factor;
            break;
        case Cost::commitFlush:
            inputs.factors.commitFlush *= factor;
            break;
    }
    return inputs;
}

Sensitivity sensitivityOf(const scenario::Scenario& scenario, const system::Inputs& inputs,
                          const EstimateOptions& options, const std::atomic<bool>* isCancelled) {
    const auto stopped = [&] { return isCancelled && isCancelled->load(); };
    Sensitivity s;
    s.now = estimate(scenario, inputs, options).verdict.holds;
    for (const Cost cost : kCosts) {
        CostSensitivity c;
        c.cost = cost;
        if (stopped()) return s;
        const auto less = estimate(scenario, withCost(inputs, cost, kLess), options);
        if (stopped()) return s;
        const auto more = estimate(scenario, withCost(inputs, cost, kMore), options);
        c.atHalf = less.verdict.holds;
        c.atOneAndHalf = more.verdict.holds;
        c.p99MsAtHalf = less.of(Metric::p99Ms).value;
        c.p99MsAtOneAndHalf = more.of(Metric::p99Ms).value;
        c.survives = !isOpposite(s.now, c.atHalf) && !isOpposite(s.now, c.atOneAndHalf);
        c.sentence = sentenceOf(c, s.now);
        s.costs.push_back(std::move(c));
    }
    return s;
}

}  // namespace tenfold::study

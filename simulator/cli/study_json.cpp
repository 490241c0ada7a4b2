// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/study_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tenfold::cli {

using nlohmann::json;
using study::Metric;

namespace {

json number(double v) {
    return std::isfinite(v) ? json(v) : json();
}

template <class T>
json orNull(const std::optional<T>& v) {
    return v ? json(*v) : json();
}

}  // namespace

json toJson(judge::Holds h) {
    if (h == judge::Holds::yes) return true;
    if (h == judge::Holds::no) return false;
    return nullptr;
}

json toJson(const study::Figure& f) {
    return {{"value", number(f.value)}, {"low", number(f.low)}, {"high", number(f.high)}};
}

json toJson(const study::Estimate& e) {
    json figures = json::object();
    for (int i = 0; i < study::kMetrics; ++i) {
        const auto metric = static_cast<Metric>(i);
        figures[std::string(study::toString(metric))] = toJson(e.of(metric));
    }
    return {{"figures", figures},
            {"holds", toJson(e.verdict.holds)},
            {"first_to_break", orNull(e.verdict.firstToBreak)},
            {"headline", e.verdict.headline}};
}

json toJson(const study::WhatIf& w) {
    json alternatives = json::array();
    for (const auto& a : w.alternatives) {
        json j = toJson(a.estimate);
        j["mechanism"] = a.mechanism;
        j["value"] = a.value;
        j["p99_ratio"] = toJson(a.p99Ratio);
        j["failed_difference"] = toJson(a.failedDifference);
        j["clear"] = a.isClear;
        j["words"] = a.words;
        alternatives.push_back(std::move(j));
    }
    return {{"now", toJson(w.now)}, {"alternatives", alternatives}};
}

json toJson(const study::Knee& k) {
    json trials = json::array();
    for (const auto& t : k.trials)
        trials.push_back({{"users", t.dailyActiveUsers},
                          {"holds", toJson(t.holds)},
                          {"p99_ms", number(t.p99Ms)},
                          {"failed_ratio", number(t.failedRatio)},
                          {"first_to_break", orNull(t.firstToBreak)}});
    return {{"holds_to", k.holdsTo > 0 ? json(k.holdsTo) : json()},
            {"fails_from", k.failsFrom > 0 ? json(k.failsFrom) : json()},
            {"first_to_break", orNull(k.firstToBreak)},
            {"words", k.words()},
            {"trials", trials}};
}

json toJson(const study::Comparison& c) {
    json figures = json::object();
    for (const auto& f : c.figures)
        figures[std::string(study::toString(f.metric))] = {
            {"a", orNull(f.a)},
            {"b", orNull(f.b)},
            {"ratio", f.ratio ? toJson(*f.ratio) : json()},
            {"clear", f.isClear},
            {"words", f.words}};
    return {{"paired", c.isPaired}, {"level", c.confidence}, {"figures", figures}};
}

}  // namespace tenfold::cli

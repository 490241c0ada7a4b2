// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/distribution_json.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

namespace tenfold::station {

namespace {

using random::Distribution;

std::optional<Distribution> readHyperexponential(const Reader& r) {
    std::vector<double> values[2];
    bool isGood = true;
    for (const bool isP : {true, false}) {
        const Reader list = r.at(isP ? "p" : "means");
        if (!list.isFilledArray()) {
            isGood = false;
            continue;
        }
        for (std::size_t i = 0; i < list.json().size(); ++i) {
            const auto x = list.at(i).number(0, isP);
            isGood = isGood && x;
            values[isP ? 0 : 1].push_back(x.value_or(0));
        }
    }
    if (!isGood) return std::nullopt;
    auto& [p, means] = values;
    if (p.size() != means.size()) {
        r.say(fmt::format("{} probabilities for {} means", p.size(), means.size()));
        return std::nullopt;
    }
    double sum = 0;
    for (const double x : p) sum += x;
    if (std::abs(sum - 1) > kSumTolerance) {
        r.at("p").say(fmt::format("probabilities sum to {:.9g}, not to 1", sum));
        return std::nullopt;
    }
    for (double& x : p) x /= sum;
    return Distribution::hyperexponential(p, means);
}

}  // namespace

std::optional<Distribution> readDistribution(const Reader& r, bool isZeroAllowed) {
    if (!r.isObject()) return std::nullopt;
    const Reader kindReader = r.at("dist");
    if (!kindReader.isThere() || !kindReader.json().is_string()) {
        kindReader.refuse("exp, det, uniform, erlang, hyperexp, lognormal, pareto");
        return std::nullopt;
    }
    const auto kind = kindReader.json().get<std::string>();
    const auto mean = [&](bool isZero = false) { return r.at("mean").number(0, isZero); };
    if (kind == "exp") {
        r.isObject({"dist", "mean"});
        if (const auto m = mean()) return Distribution::exponential(*m);
    } else if (kind == "det") {
        r.isObject({"dist", "mean"});
        if (const auto m = mean(isZeroAllowed)) return Distribution::deterministic(*m);
    } else if (kind == "uniform") {
        r.isObject({"dist", "min", "max"});
        const auto min = r.at("min").number(0, true), max = r.at("max").number(0, isZeroAllowed);
        if (min && max && *min <= *max) return Distribution::uniform(*min, *max);
        if (min && max) r.say(fmt::format("min {:g} is above max {:g}", *min, *max));
    } else if (kind == "erlang") {
        r.isObject({"dist", "k", "mean"});
        const auto k = r.at("k").whole(1, 100'000);
        const auto m = mean();
        if (k && m) return Distribution::erlang(static_cast<int>(*k), *m);
    } else if (kind == "hyperexp") {
        r.isObject({"dist", "p", "means"});
        return readHyperexponential(r);
    } else if (kind == "lognormal") {
        r.isObject({"dist", "mean", "scv"});
        const auto m = mean(), scv = r.at("scv").number(0, false);
        if (m && scv) return Distribution::lognormal(*m, *scv);
    } else if (kind == "pareto") {
        r.isObject({"dist", "mean", "shape"});
        const auto m = mean(), shape = r.at("shape").number(1, false);
        if (m && shape) return Distribution::pareto(*m, *shape);
    } else {
        kindReader.refuse("exp, det, uniform, erlang, hyperexp, lognormal, pareto");
    }
    return std::nullopt;
}

}  // namespace tenfold::station

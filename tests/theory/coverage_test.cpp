// SPDX-License-Identifier: GPL-3.0-or-later
// An interval at 99 % that holds the truth in 90 % of all runs is a lie, and one that always holds
// it says nothing. Over 200 seeds the share must be between 97 and 100 %.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/theory/formulas.h"
#include "tests/theory/networks.h"

namespace tenfold::theory {

namespace {

constexpr int kSeeds = 200;

struct Figure {
    std::string name;
    double truth;
    std::function<station::Interval(const Ran&)> of;
};

void expectCoverage(const std::function<json(std::uint64_t seed)>& model,
                    const std::vector<Figure>& figures) {
    std::vector<int> inside(figures.size(), 0);
    std::vector<double> sum(figures.size(), 0), error(figures.size(), 0);
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const Ran r = runOf(model(seed));
        for (std::size_t i = 0; i < figures.size(); ++i) {
            const auto found = figures[i].of(r);
            inside[i] += std::abs(found.mean - figures[i].truth) <= found.halfWidth ? 1 : 0;
            sum[i] += found.mean / kSeeds;
            error[i] += std::pow(found.mean - figures[i].truth, 2) / kSeeds;
        }
    }
    for (std::size_t i = 0; i < figures.size(); ++i) {
        EXPECT_GE(inside[i], 97 * kSeeds / 100) << figures[i].name;
        // The mean of all seeds is off by no more than four of its standard errors: no bias.
        EXPECT_NEAR(sum[i], figures[i].truth, 4 * std::sqrt(error[i] / kSeeds)) << figures[i].name;
        ::testing::Test::RecordProperty(figures[i].name, inside[i]);
    }
}

std::vector<Figure> figuresOf(double lambda, double rho, double response) {
    return {{"response", response, [](const Ran& r) { return r.at("s").meanResponse; }},
            {"number", lambda * response, [](const Ran& r) { return r.at("s").meanNumber; }},
            {"utilisation", rho, [](const Ran& r) { return r.at("s").utilisation; }},
            {"throughput", lambda, [](const Ran& r) { return r.at("s").throughput; }}};
}

}  // namespace

TEST(Coverage, MM1AtModerateLoad) {
    auto figures = figuresOf(60, 0.6, 0.025);
    figures.push_back({"p95", -0.025 * std::log(0.05), [](const Ran& r) { return r.at("s").p95; }});
    expectCoverage(
        [](std::uint64_t seed) {
            return oneStation(60, stationOf("s", 1, exponential(0.01)), 40'000, seed);
        },
        figures);
}

TEST(Coverage, MM1NearSaturation) {
    expectCoverage(
        [](std::uint64_t seed) {
            return oneStation(95, stationOf("s", 1, exponential(0.01)), 150'000, seed);
        },
        figuresOf(95, 0.95, 0.2));
}

TEST(Coverage, MG1WithServiceOfHighVariance) {
    const json service{{"dist", "hyperexp"}, {"p", {0.95, 0.05}}, {"means", {0.005, 0.105}}};
    const double scv = 2 * (0.95 * 0.25 + 0.05 * 110.25) - 1;  // 10.5
    expectCoverage(
        [&](std::uint64_t seed) {
            return oneStation(50, stationOf("s", 1, service), 100'000, seed);
        },
        figuresOf(50, 0.5, 0.01 + mg1Wait(50, 0.01, scv)));
}

TEST(Coverage, LossOfAFullStation) {
    auto station = stationOf("s", 2, exponential(0.02));
    station["capacity"] = 4;
    const Finite truth = mmck(90, 0.02, 2, 4);
    expectCoverage(
        [&](std::uint64_t seed) { return oneStation(90, station, 20'000, seed); },
        {{"loss", truth.loss, [](const Ran& r) { return r.at("s").lossProbability; }},
         {"response", truth.response, [](const Ran& r) { return r.at("s").meanResponse; }}});
}

}  // namespace tenfold::theory

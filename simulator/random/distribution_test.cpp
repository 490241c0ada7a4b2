// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/random/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using tenfold::random::Distribution;
using tenfold::random::Stream;

namespace {

constexpr int kDraws = 400'000;

struct Case {
    std::string name;
    Distribution distribution;
    double mean;
    double scv;
    std::function<double(double)> cdf;  // of a continuous distribution; empty otherwise
};

double normalCdf(double z) {
    return std::erfc(-z / std::sqrt(2.0)) / 2;
}

std::vector<Case> cases() {
    const double sigma = std::sqrt(std::log(5.0));
    return {
        {"exp", Distribution::exponential(0.2), 0.2, 1,
         [](double x) { return -std::expm1(-x / 0.2); }},
        {"det", Distribution::deterministic(3), 3, 0, {}},
        {"uniform", Distribution::uniform(1, 4), 2.5, 0.75 / 6.25,
         [](double x) { return (x - 1) / 3; }},
        {"erlang", Distribution::erlang(3, 6), 6, 1.0 / 3,
         [](double x) { return 1 - std::exp(-x / 2) * (1 + x / 2 + x * x / 8); }},
        // Mean 0.3 · 1 + 0.7 · 10; second moment 2 (0.3 + 70).
        {"hyperexp", Distribution::hyperexponential({0.3, 0.7}, {1, 10}), 7.3,
         140.6 / (7.3 * 7.3) - 1,
         [](double x) { return 1 - 0.3 * std::exp(-x) - 0.7 * std::exp(-x / 10); }},
        {"lognormal", Distribution::lognormal(2, 4), 2, 4,
         [=](double x) {
             return normalCdf((std::log(x) - std::log(2.0) + sigma * sigma / 2) / sigma);
         }},
        // x_min = 5 · 3 / 4; scv 1 / (4 · 2).
        {"pareto", Distribution::pareto(5, 4), 5, 0.125,
         [](double x) { return 1 - std::pow(3.75 / x, 4); }},
    };
}

}  // namespace

TEST(Distribution, StatesItsMeanAndVariation) {
    for (const auto& c : cases()) {
        EXPECT_NEAR(c.distribution.mean(), c.mean, 1e-12) << c.name;
        EXPECT_NEAR(c.distribution.scv(), c.scv, 1e-12) << c.name;
    }
    EXPECT_EQ(Distribution::pareto(1, 2).scv(), std::numeric_limits<double>::infinity());
}

TEST(Distribution, DrawsHaveItsMoments) {
    for (const auto& c : cases()) {
        Stream s(17, c.name);
        double sum = 0, squares = 0, fourth = 0;
        for (int i = 0; i < kDraws; ++i) {
            const double d = c.distribution.draw(s) - c.mean;
            sum += d;
            squares += d * d;
            fourth += d * d * d * d;
        }
        const double variance = c.scv * c.mean * c.mean;
        EXPECT_NEAR(sum / kDraws, 0, 4 * std::sqrt(variance / kDraws) + 1e-12) << c.name;
        // The error of a variance follows from the fourth moment.
        const double error = std::sqrt((fourth / kDraws - variance * variance) / kDraws);
        EXPECT_NEAR(squares / kDraws, variance, 4 * error + 1e-12) << c.name;
    }
}

TEST(Distribution, DrawsHaveItsQuantiles) {
    for (const auto& c : cases()) {
        if (!c.cdf) continue;
        Stream s(23, c.name);
        std::vector<double> draws(kDraws);
        for (auto& d : draws) d = c.distribution.draw(s);
        std::sort(draws.begin(), draws.end());
        // Kolmogorov's distance; 1.95 / sqrt(n) is its 0.1 % point.
        double distance = 0;
        for (int i = 0; i < kDraws; ++i) {
            const double f = c.cdf(draws[static_cast<std::size_t>(i)]);
            distance = std::max({distance, f - static_cast<double>(i) / kDraws,
                                 static_cast<double>(i + 1) / kDraws - f});
        }
        EXPECT_LT(distance, 1.95 / std::sqrt(kDraws)) << c.name;
    }
}

TEST(Distribution, IsTheSameForTheSameSeedSideBySide) {
    for (const auto& c : cases()) {
        Stream a(9, "a"), b(9, "a");
        std::vector<double> first, second;
        for (int i = 0; i < 100; ++i) {
            first.push_back(c.distribution.draw(a));
            second.push_back(c.distribution.draw(b));
        }
        EXPECT_EQ(first, second) << c.name;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
// One station against its closed forms.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/theory/formulas.h"
#include "tests/theory/networks.h"

namespace tenfold::theory {

TEST(Theory, MM1EveryFigure) {
    const double lambda = 50, s = 0.01, rho = 0.5;
    const auto r = runOf(oneStation(lambda, stationOf("s", 1, exponential(s)), 6'000'000));
    const auto& f = r.at("s");
    const double response = s / (1 - rho);
    expectFigure(f.utilisation, rho, "utilisation");
    expectFigure(f.throughput, lambda, "throughput");
    expectFigure(f.meanNumber, rho / (1 - rho), "number");
    expectFigure(f.meanWait, rho * response, "wait");
    expectFigure(f.meanResponse, response, "response");
    // The response of M/M/1 is exponential.
    expectFigure(f.p50, -std::log(0.50) * response, "p50");
    expectFigure(f.p95, -std::log(0.05) * response, "p95");
    expectFigure(f.p99, -std::log(0.01) * response, "p99");
    expectFigure(r.system().meanResponse, response, "response of the network");
    expectFigure(r.system().meanNumber, rho / (1 - rho), "number in the network");
    expectFigure(r.system().throughput, lambda, "throughput of the network");
    EXPECT_EQ(f.lossProbability.mean, 0);
    EXPECT_EQ(r.result.customers, 6'000'000u);
}

TEST(Theory, MMcWaitsByErlangsC) {
    const double lambda = 120, s = 0.02;
    const int c = 4;
    const auto r = runOf(oneStation(lambda, stationOf("s", c, exponential(s)), 8'000'000));
    const auto& f = r.at("s");
    const double response = mmcResponse(lambda, s, c);
    expectFigure(f.utilisation, lambda * s / c, "utilisation");
    expectFigure(f.meanWait, response - s, "wait");
    expectFigure(f.meanResponse, response, "response");
    expectFigure(f.meanNumber, lambda * response, "number");
}

TEST(Theory, MMcKLosesWhatFindsNoPlace) {
    for (const double lambda : {80.0, 250.0}) {  // below and above what three servers can do
        auto station = stationOf("s", 3, exponential(0.02));
        station["capacity"] = 6;
        const auto r = runOf(oneStation(lambda, station, 1'500'000));
        const auto& f = r.at("s");
        const Finite truth = mmck(lambda, 0.02, 3, 6);
        expectFigure(f.lossProbability, truth.loss, "loss");
        expectFigure(f.meanNumber, truth.number, "number");
        expectFigure(f.meanResponse, truth.response, "response of those served");
        expectFigure(f.utilisation, truth.busy / 3, "utilisation");
        expectFigure(f.throughput, lambda * (1 - truth.loss), "throughput");
        expectFigure(r.system().throughput, lambda * (1 - truth.loss), "throughput");
    }
}

TEST(Theory, ErlangsLossIsInsensitiveToTheServiceDistribution) {
    auto station = stationOf("s", 5, {{"dist", "lognormal"}, {"mean", 0.02}, {"scv", 3}});
    station["capacity"] = 5;
    const auto r = runOf(oneStation(200, station, 2'000'000));
    const Finite truth = mmck(200, 0.02, 5, 5);
    expectFigure(r.at("s").lossProbability, truth.loss, "loss");
    expectFigure(r.at("s").utilisation, truth.busy / 5, "utilisation");
    EXPECT_EQ(r.at("s").meanWait.mean, 0);
}

struct ServiceCase {
    const char* name;
    json distribution;
    double s;
    double scv;
};

class GeneralService : public ::testing::TestWithParam<ServiceCase> {};

TEST_P(GeneralService, MG1WaitsByPollaczekAndKhinchine) {
    const auto& [name, distribution, s, scv] = GetParam();
    const double lambda = 0.5 / s;
    const auto r = runOf(oneStation(lambda, stationOf("s", 1, distribution), 4'000'000));
    const auto& f = r.at("s");
    expectFigure(f.utilisation, 0.5, "utilisation");
    expectFigure(f.meanWait, mg1Wait(lambda, s, scv), "wait");
    expectFigure(f.meanResponse, s + mg1Wait(lambda, s, scv), "response");
    expectFigure(f.meanNumber, lambda * (s + mg1Wait(lambda, s, scv)), "number");
}

TEST_P(GeneralService, ProcessorSharingSeesTheMeanOnly) {
    const auto& [name, distribution, s, scv] = GetParam();
    const double lambda = 0.6 / s;
    const auto r = runOf(oneStation(lambda, stationOf("s", 1, distribution, "ps"), 1'500'000));
    const auto& f = r.at("s");
    expectFigure(f.utilisation, 0.6, "utilisation");
    expectFigure(f.meanResponse, s / 0.4, "response");
    expectFigure(f.meanNumber, 1.5, "number");
    expectFigure(f.meanWait, s / 0.4 - s, "time not served");
}

INSTANTIATE_TEST_SUITE_P(
    Theory, GeneralService,
    ::testing::Values(
        ServiceCase{"deterministic", {{"dist", "det"}, {"mean", 0.02}}, 0.02, 0},
        ServiceCase{"uniform", {{"dist", "uniform"}, {"min", 1}, {"max", 3}}, 2, 1.0 / 12},
        ServiceCase{"erlang", {{"dist", "erlang"}, {"k", 4}, {"mean", 0.5}}, 0.5, 0.25},
        ServiceCase{"hyperexponential",
                    {{"dist", "hyperexp"}, {"p", {0.75, 0.25}}, {"means", {0.01, 0.05}}},
                    0.02,
                    2 * (0.75 * 1 + 0.25 * 25) / 4 - 1},
        ServiceCase{"lognormal", {{"dist", "lognormal"}, {"mean", 0.3}, {"scv", 2}}, 0.3, 2}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Theory, ProcessorSharingOverSeveralServersIsMMc) {
    // With exponential service the order in which servers are shared does not matter to the mean.
    const auto r = runOf(oneStation(280, stationOf("s", 4, exponential(0.01), "ps"), 3'000'000));
    expectFigure(r.at("s").meanResponse, mmcResponse(280, 0.01, 4), "response");
    expectFigure(r.at("s").utilisation, 0.7, "utilisation");
}

TEST(Theory, ManyServersAreADelay) {
    const auto r = runOf(oneStation(
        500, stationOf("s", "infinite", {{"dist", "erlang"}, {"k", 2}, {"mean", 0.1}}), 500'000));
    expectFigure(r.at("s").meanNumber, 50, "number");
    expectFigure(r.at("s").meanResponse, 0.1, "response");
    EXPECT_EQ(r.at("s").meanWait.mean, 0);
}

TEST(Theory, SlicesBecomeProcessorSharingAsTheyShrink) {
    // Service of high variance, so that first come first served would be twice as slow.
    const json service{{"dist", "hyperexp"}, {"p", {0.9, 0.1}}, {"means", {0.005, 0.055}}};
    auto station = stationOf("s", 1, service, "sliced");
    station["slice_ms"] = 0.1;
    const auto r = runOf(oneStation(60, station, 1'000'000));
    expectFigure(r.at("s").meanResponse, 0.01 / 0.4, "response");
    expectFigure(r.at("s").utilisation, 0.6, "utilisation");
}

TEST(Theory, EndlessSlicesAreFirstComeFirstServed) {
    auto station = stationOf("s", 2, exponential(0.02), "sliced");
    station["slice_ms"] = 1e9;
    const auto r = runOf(oneStation(60, station, 2'000'000));
    expectFigure(r.at("s").meanResponse, mmcResponse(60, 0.02, 2), "response");
    expectFigure(r.at("s").utilisation, 0.6, "utilisation");
}

}  // namespace tenfold::theory

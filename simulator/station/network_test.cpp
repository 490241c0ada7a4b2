// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/network.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "simulator/station/model_json.h"
#include "simulator/station/run.h"
#include "simulator/station/three_stations.h"

using nlohmann::json;
using namespace tenfold::station;  // NOLINT: a test of this module

namespace {

/// Every discipline in one network, an open and a closed class.
json everything(std::uint64_t seed) {
    json j = json::parse(R"({ "format": "tenfold.station/1",
  "classes":  [ { "name": "web", "arrivals": { "dist": "lognormal", "mean": 0.02, "scv": 2 }, "priority": 1 },
                { "name": "cron", "population": 4 } ],
  "stations": [ { "name": "line", "servers": 2, "discipline": "priority",
                  "service": { "web": { "dist": "exp", "mean": 0.01 }, "cron": { "dist": "erlang", "k": 2, "mean": 0.01 } } },
                { "name": "shared", "servers": 2, "discipline": "ps",
                  "service": { "web": { "dist": "hyperexp", "p": [0.5, 0.5], "means": [0.01, 0.03] },
                               "cron": { "dist": "det", "mean": 0.01 } } },
                { "name": "round", "servers": 1, "discipline": "sliced", "slice_ms": 2,
                  "service": { "web": { "dist": "pareto", "mean": 0.005, "shape": 3 },
                               "cron": { "dist": "uniform", "min": 0, "max": 0.01 } } },
                { "name": "away", "servers": "infinite",
                  "service": { "web": { "dist": "det", "mean": 0.1 }, "cron": { "dist": "exp", "mean": 0.1 } } },
                { "name": "door", "servers": 1, "capacity": 2,
                  "service": { "web": { "dist": "exp", "mean": 0.01 } } } ],
  "routing":  { "web": { "source": { "door": 1 }, "door": { "line": 1 }, "line": { "shared": 0.5, "round": 0.5 },
                         "shared": { "away": 0.1, "sink": 0.9 }, "round": { "sink": 1 }, "away": { "line": 1 } },
                "cron": { "line": { "shared": 1 }, "shared": { "round": 1 }, "round": { "away": 1 }, "away": { "line": 1 } } },
  "stop":     { "customers": 20000 } })");
    j["seed"] = seed;
    return j;
}

std::string bytesOf(const json& j) {
    const Model m = modelFromJson(j, "test");
    return toJson(run(m), m).dump();
}

json oneServer(const json& arrivals, const json& service, std::uint64_t customers) {
    return {{"format", "tenfold.station/1"},
            {"classes", {{{"name", "job"}, {"arrivals", arrivals}}}},
            {"stations", {{{"name", "s"}, {"servers", 1}, {"service", {{"job", service}}}}}},
            {"routing", {{"job", {{"source", {{"s", 1}}}, {"s", {{"sink", 1}}}}}}},
            {"stop", {{"customers", customers}}}};
}

json deterministic(double mean) {
    return {{"dist", "det"}, {"mean", mean}};
}

}  // namespace

TEST(StationRun, SameModelAndSeedGiveTheSameBytes) {
    const std::string once = bytesOf(everything(7));
    EXPECT_EQ(once, bytesOf(everything(7)));
    EXPECT_NE(once, bytesOf(everything(8)));
}

TEST(StationRun, TwoSideBySideAreAsEachAlone) {
    const Model a = modelFromJson(everything(1), "a"), b = modelFromJson(everything(2), "b");
    const auto sums = [](const Network& n) {
        return n.stationBook(1, 0).ratio(&Sums::response, &Sums::served, 0.99).mean;
    };
    Network aloneA(a), aloneB(b), besideA(a), besideB(b);
    aloneA.advanceTo(3'000);
    aloneB.advanceTo(3'000);
    for (std::uint64_t i = 1; i <= 300; ++i) {
        besideA.advanceTo(10 * i);
        besideB.advanceTo(10 * i);
    }
    EXPECT_EQ(sums(aloneA), sums(besideA));
    EXPECT_EQ(sums(aloneB), sums(besideB));
    EXPECT_NE(sums(aloneA), sums(aloneB));
}

TEST(StationRun, LittlesLawHoldsEverywhere) {
    json j = everything(3);
    j["stop"]["customers"] = 200'000;
    const Model m = modelFromJson(j, "test");
    const Result r = run(m);
    for (std::size_t s = 0; s < m.stations.size(); ++s)
        for (std::size_t c = 0; c < m.classes.size(); ++c) {
            const auto& f = r.stations[s][c];
            if (!f.isVisited) continue;
            EXPECT_NEAR(f.meanNumber.mean, f.throughput.mean * f.meanResponse.mean,
                        0.002 * f.meanNumber.mean)
                << m.stations[s].name << ", " << m.classes[c].name;
            // What a server is busy with is what was served.
            if (m.stations[s].isInfinite()) continue;
            EXPECT_NEAR(f.utilisation.mean * m.stations[s].servers,
                        f.throughput.mean * (f.meanResponse.mean - f.meanWait.mean),
                        0.002 * f.utilisation.mean * m.stations[s].servers)
                << m.stations[s].name << ", " << m.classes[c].name;
        }
    EXPECT_NEAR(r.system[1].meanNumber.mean, 4, 1e-9) << "closed customers are never lost";
    EXPECT_GT(r.stations[4][0].lossProbability.mean, 0.01);
}

TEST(StationRun, WithoutChanceEveryFigureIsExact) {
    const Model m =
        modelFromJson(oneServer(deterministic(0.02), deterministic(0.015), 1'000), "test");
    const Result r = run(m);
    const auto& f = r.stations[0][0];
    EXPECT_NEAR(f.utilisation.mean, 0.75, 1e-9);
    EXPECT_NEAR(f.throughput.mean, 50, 1e-9);
    EXPECT_NEAR(f.meanNumber.mean, 0.75, 1e-9);
    EXPECT_EQ(f.meanWait.mean, 0);
    EXPECT_NEAR(f.meanResponse.mean, 0.015, 1e-12);
    EXPECT_NEAR(f.p99.mean, 0.015, 0.015 * 0.001);
    EXPECT_NEAR(r.seconds, 1'000 * 0.02, 1e-9);
    EXPECT_EQ(r.events, 2'000u);
}

TEST(StationRun, VeryShortAndVeryLongTimesKeepTheirPrecision) {
    // A tick follows the model: the same network a billion times faster, and a million times
    // slower.
    const auto scaled = [](double by) {
        const Model m = modelFromJson(oneServer({{"dist", "exp"}, {"mean", 2.0 * by}},
                                                {{"dist", "exp"}, {"mean", 1.0 * by}}, 50'000),
                                      "test");
        return run(m).stations[0][0].meanResponse.mean / by;
    };
    EXPECT_NEAR(scaled(1e-9), scaled(1), 1e-3);
    EXPECT_NEAR(scaled(1e6), scaled(1), 1e-3);
}

TEST(StationRun, TheJsonHasAnIntervalForEachFigure) {
    const Model m = modelFromJson(everything(1), "test");
    const json j = toJson(run(m), m);
    for (const char* part : {"stations", "system"})
        EXPECT_EQ(j.at(part).size(), j.at("confidence").at(part).size()) << part;
    for (const auto& [station, classes] : j.at("stations").items())
        for (const auto& [who, figures] : classes.items()) {
            EXPECT_EQ(figures.size(), 9u);
            for (const auto& [name, value] : figures.items()) {
                EXPECT_TRUE(value.is_number()) << station << who << name;
                EXPECT_TRUE(j.at("confidence").at("stations").at(station).at(who).contains(name));
            }
        }
    EXPECT_FALSE(j.at("stations").at("door").contains("cron")) << "it never comes there";
}

TEST(ThreeStations, HasJacksonsMeanAndIsTheSameEachTime) {
    ThreeStations a(1), b(1);
    a.run(4'000'000);
    b.run(1'000'000);
    EXPECT_NEAR(a.meanResponseMs(), 7.502, 0.005 * 7.502);
    ThreeStations again(1);
    again.run(1'000'000);
    EXPECT_EQ(b.meanResponseMs(), again.meanResponseMs());
    EXPECT_EQ(b.events(), again.events());
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Several classes, several stations, against exact results.
#include <gtest/gtest.h>

#include "tests/theory/formulas.h"
#include "tests/theory/networks.h"

namespace tenfold::theory {

TEST(Theory, NonPreemptivePriorityWaitsByCobham) {
    const json service{
        {"vip", exponential(0.01)},
        {"web", {{"dist", "det"}, {"mean", 0.02}}},
        {"batch", {{"dist", "hyperexp"}, {"p", {0.5, 0.5}}, {"means", {0.01, 0.05}}}}};
    const json model{
        {"format", "tenfold.station/1"},
        {"classes",
         {{{"name", "web"}, {"arrivals", exponential(1.0 / 8)}, {"priority", 1}},
          {{"name", "vip"}, {"arrivals", exponential(1.0 / 20)}, {"priority", 0}},
          {{"name", "batch"}, {"arrivals", exponential(1.0 / 4)}, {"priority", 2}}}},
        {"stations",
         {{{"name", "s"}, {"servers", 1}, {"discipline", "priority"}, {"service", service}}}},
        {"routing",
         {{"vip", {{"source", {{"s", 1}}}, {"s", {{"sink", 1}}}}},
          {"web", {{"source", {{"s", 1}}}, {"s", {{"sink", 1}}}}},
          {"batch", {{"source", {{"s", 1}}}, {"s", {{"sink", 1}}}}}}},
        {"stop", {{"customers", 8'000'000}}},
        {"seed", 7}};
    const auto r = runOf(model);
    const double batchScv = 2 * (0.5 * 1 + 0.5 * 25) / 9 - 1;
    const auto waits = cobhamWaits({{20, 0.01, 1}, {8, 0.02, 0}, {4, 0.03, batchScv}});
    expectFigure(r.at("s", "vip").meanWait, waits[0], "vip");
    expectFigure(r.at("s", "web").meanWait, waits[1], "web");
    expectFigure(r.at("s", "batch").meanWait, waits[2], "batch");
    expectFigure(r.at("s", "vip").utilisation, 0.2, "utilisation by vip");
    expectFigure(r.at("s", "web").utilisation, 0.16, "utilisation by web");
    expectFigure(r.at("s", "batch").utilisation, 0.12, "utilisation by batch");
    expectFigure(r.system("web").meanNumber, 8 * (waits[1] + 0.02), "number of web");
}

TEST(Theory, JacksonNetworkWithFeedback) {
    // Arrivals of 20/s at the web; a third of its customers go on to the database, which sends 70 %
    // back; a quarter of all visits to the web goes by a delay first.
    const json model{
        {"format", "tenfold.station/1"},
        {"classes", {{{"name", "job"}, {"arrivals", exponential(0.05)}}}},
        {"stations",
         {stationOf("web", 2, exponential(0.03)), stationOf("database", 1, exponential(0.05)),
          stationOf("mail", "infinite", exponential(0.5))}},
        {"routing",
         {{"job",
           {{"source", {{"web", 0.8}, {"mail", 0.2}}},
            {"web", {{"database", 0.35}, {"sink", 0.65}}},
            {"database", {{"web", 0.7}, {"sink", 0.3}}},
            {"mail", {{"web", 1.0}}}}}}},
        {"stop", {{"customers", 3'000'000}}},
        {"seed", 7}};
    const auto r = runOf(model);
    // web = 20 + 0.7 · database, database = 0.35 · web.
    const double web = 20 / (1 - 0.7 * 0.35), database = 0.35 * web;
    const double webResponse = mmcResponse(web, 0.03, 2);
    const double databaseResponse = mmcResponse(database, 0.05, 1);
    expectFigure(r.at("web").throughput, web, "throughput, web");
    expectFigure(r.at("web").utilisation, web * 0.03 / 2, "utilisation, web");
    expectFigure(r.at("web").meanResponse, webResponse, "response, web");
    expectFigure(r.at("database").throughput, database, "throughput, database");
    expectFigure(r.at("database").meanResponse, databaseResponse, "response, database");
    expectFigure(r.at("database").meanNumber, database * databaseResponse, "number, database");
    expectFigure(r.at("mail").meanNumber, 4 * 0.5, "number, mail");
    const double number = web * webResponse + database * databaseResponse + 2;
    expectFigure(r.system().meanNumber, number, "number in the network");
    expectFigure(r.system().meanResponse, number / 20, "response of the network");
    expectFigure(r.system().throughput, 20, "throughput of the network");
}

TEST(Theory, ClosedNetworkByMeanValueAnalysis) {
    for (const int population : {1, 5, 12}) {
        const json model{
            {"format", "tenfold.station/1"},
            {"classes", {{{"name", "job"}, {"population", population}}}},
            {"stations",
             {stationOf("think", "infinite", exponential(0.4)),
              stationOf("cpu", 1, exponential(0.01)),
              stationOf("disk", 1, {{"dist", "lognormal"}, {"mean", 0.03}, {"scv", 2}}, "ps")}},
            {"routing",
             {{"job",
               {{"think", {{"cpu", 1}}},
                {"cpu", {{"think", 0.4}, {"disk", 0.6}}},
                {"disk", {{"cpu", 1}}}}}}},
            {"stop", {{"customers", 1'000'000}}},
            {"seed", 7}};
        const auto r = runOf(model);
        // A round visits the cpu 1 / 0.4 times, the disk 0.6 / 0.4 times.
        const Mva truth = mva({{1, 0.4, true}, {2.5, 0.01, false}, {1.5, 0.03, false}}, population);
        expectFigure(r.system().throughput, truth.throughput, "rounds");
        expectFigure(r.system().meanResponse, population / truth.throughput, "a round");
        EXPECT_NEAR(r.system().meanNumber.mean, population, 1e-9);
        expectFigure(r.at("cpu").meanNumber, truth.number[1], "number, cpu");
        expectFigure(r.at("cpu").meanResponse, truth.response[1], "response, cpu");
        expectFigure(r.at("disk").meanNumber, truth.number[2], "number, disk");
        expectFigure(r.at("disk").meanResponse, truth.response[2], "response, disk");
        expectFigure(r.at("disk").utilisation, truth.throughput * 1.5 * 0.03, "utilisation, disk");
        EXPECT_EQ(r.result.customers, 1'000'000u);
    }
}

}  // namespace tenfold::theory

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/hop_residuals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tenfold::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;

ProbeEmulation emulation() {
    ProbeEmulation e;
    e.hardware.apiCpuMs = 5;
    e.hardware.apiPerRowUs = 5;
    e.hardware.apiPerByteNs = 10;
    e.hardware.linkMs = 0.5;
    e.hardware.originLinkMbit = 1000;
    e.hardware.clientLinkMbit = 50;
    e.statementUs = 110;
    return e;
}

TEST(HopResiduals, AnAnswerIsReadWithItsStages) {
    const auto a = probeAnswerFrom(json::array(
        {1, 6123.4, 341,
         "thread;dur=0.010, database;dur=0.130, link;dur=0.570, statements;desc=\"1\""}));
    EXPECT_EQ(a.path, 1u);
    EXPECT_DOUBLE_EQ(a.us, 6123.4);
    EXPECT_EQ(a.bodyBytes, 341u);
    EXPECT_EQ(a.statements, 1);
    EXPECT_DOUBLE_EQ(a.stagesMs.at("link"), 0.57);
    EXPECT_THROW(probeAnswerFrom(json::array({1, 2})), std::invalid_argument);
    EXPECT_TRUE(probeAnswerFrom(json::array({0, 1.0, 0, ""})).stagesMs.empty());
}

TEST(HopResiduals, WhatWasEmulatedIsTakenAway) {
    ProbeAnswer a;
    a.bodyBytes = 700;
    a.statements = 1;
    a.stagesMs = {{"connection", 0.01}, {"database", 0.13}, {"link", 0.56}, {"thread", 0.02}};
    // 5 ms of CPU, a row, 700 bytes: 5.012 ms; the round trip: 0.7 ms.
    a.us = 5012 + 700 + 150;
    auto r = emulation().residualOf(a, false);
    EXPECT_NEAR(r.restUs, 150, 1e-6);
    ASSERT_TRUE(r.databaseUs);
    EXPECT_NEAR(*r.databaseUs, 700 - 110 - 500, 1e-6);
    EXPECT_FALSE(r.cacheUs);
    // A thousand bytes with their head, at the client's 50 Mbit/s.
    a.us += 160 + 80;
    r = emulation().residualOf(a, true);
    EXPECT_NEAR(r.restUs, 150 + 80, 1e-6);
}

TEST(HopResiduals, AHitIsOneCommandAndNoRow) {
    ProbeAnswer a;
    a.stagesMs = {{"cache", 0.06}};
    a.us = 5000 + 60 + 100;
    auto r = emulation().residualOf(a, false);
    EXPECT_NEAR(r.restUs, 100, 1e-6);
    ASSERT_TRUE(r.cacheUs);
    EXPECT_NEAR(*r.cacheUs, 60, 1e-6);
    a.statements = 1;
    EXPECT_FALSE(emulation().residualOf(a, false).cacheUs) << "a miss has two commands";
}

TEST(HopResiduals, QuantilesRiseAndNoneIsBelowNothing) {
    std::vector<double> all;
    for (int i = 0; i <= 100; ++i) all.push_back(100 - i);
    EXPECT_THAT(quantilesOf(all), ElementsAre(5, 25, 50, 75, 90, 95, 99));
    EXPECT_THAT(quantilesOf({-4, -4}), ElementsAre(0, 0, 0, 0, 0, 0, 0));
    std::vector<double> both;
    for (const double us : all) both.push_back(us < 80 ? us + 30 : us + 10);
    EXPECT_THAT(quantilesOfDifference(both, all), ElementsAre(30, 30, 30, 30, 30, 30, 30))
        << "a difference that falls is held";
    EXPECT_THAT(quantilesOfDifference(all, both), ElementsAre(0, 0, 0, 0, 0, 0, 0));
}

TEST(HopResiduals, TheFileHasEveryHopForEveryRate) {
    HopResiduals r;
    r.instance = {100};
    r.throughGateway = {180};
    r.database = {90};
    r.throughPooler = {150};
    r.cache = {60};
    const json j = hopsJson({r, r});
    for (const char* hop : {"gateway", "instance", "database", "pooler", "cache"}) {
        EXPECT_EQ(j.at(hop).at("us").size(), 2u) << hop;
        EXPECT_EQ(j.at(hop).at("us")[0].size(), kHopQuantiles.size()) << hop;
        EXPECT_EQ(j.at(hop).at("samples")[1], 1) << hop;
    }
    const json file = {{"format", "tenfold.hops/1"}, {"hops", j}};
    EXPECT_EQ(json::parse(hopsText(file)), file);
    EXPECT_EQ(j.at("gateway").at("us")[0][2], 80);
    EXPECT_EQ(j.at("pooler").at("us")[0][2], 60);
}

}  // namespace
}  // namespace tenfold::cli

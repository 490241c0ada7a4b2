// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/cdn/cdn.h"

#include "simulator/system/small_system.h"

using namespace tenfold;                 // NOLINT: a test
using namespace tenfold::system::small;  // NOLINT: a test

namespace {

constexpr double kEdgeRttMs = 4, kOriginRttMs = 40;

class CdnTwin : public SmallSystem {
protected:
    system::System& startWith(std::map<std::string, double> parameters) {
        parameters.insert(
            {{"edges", 1}, {"edge_rtt_ms", kEdgeRttMs}, {"origin_rtt_ms", kOriginRttMs}});
        set("cdn", "on", std::move(parameters));
        system::Mechanisms mechanisms;
        mechanisms.edges = std::make_unique<mechanisms::Cdn>();
        return start(std::move(mechanisms));
    }
    const measure::ServerCounts& counts(const measure::Sample& s, const std::string& id) const {
        return of(s, id).server;
    }
};

/// The origin's part of a miss: statement, CPU, both hops, the origin's link (which is wide), and
/// the way between edge and origin.
double missMs(double statementsMs) {
    return kInstanceMs + statementsMs + cpuMs(kRows, kBytes) + kGatewayMs +
           (kOriginRttMs - kEdgeRttMs);
}
double lastMileMs() {
    return transferMs(kBytes) + kEdgeRttMs;
}

}  // namespace

TEST_F(CdnTwin, AMissTakesTheWholeWayAndAHitTheFirstPart) {
    startWith({});
    ask("products.get");
    auto s = run(0.5);
    EXPECT_EQ(counts(s, "products.get").edgeMisses, 1u);
    EXPECT_NEAR(of(s, "products.get").users.response.meanMs(),
                missMs(roundTripMs(kStatementMs)) + lastMileMs() + kGatewayMs, 0.3);
    EXPECT_NEAR(of(s, "products.get").where.of(measure::Stage::link),
                kOriginRttMs - kEdgeRttMs + lastMileMs(), 1)
        << "and what the origin's own link takes";
    ask("products.get");
    s = run(0.5);
    EXPECT_EQ(counts(s, "products.get").edgeHits, 1u);
    EXPECT_EQ(counts(s, "products.get").requests, 0u) << "the origin knows nothing of it";
    EXPECT_NEAR(of(s, "products.get").users.response.meanMs(), lastMileMs() + kInstanceMs, 0.1);
    EXPECT_NEAR(of(s, "products.get").where.of(measure::Stage::link), lastMileMs(), 0.1);
}

TEST_F(CdnTwin, WithoutItEverybodyGoesTheWholeWay) {
    set("cdn", "off", {{"edge_rtt_ms", kEdgeRttMs}, {"origin_rtt_ms", kOriginRttMs}});
    start();
    ask("me.update");
    ask("products.get");
    const auto s = run(0.5);
    EXPECT_NEAR(of(s, "products.get").users.response.meanMs(),
                kInstanceMs + roundTripMs(kStatementMs) + restMs() + kOriginRttMs, 0.3);
    EXPECT_EQ(counts(s, "products.get").edgeHits + counts(s, "products.get").edgeMisses, 0u);
}

TEST_F(CdnTwin, ThoseWhoComeTogetherAreOneRequestOfTheOrigin) {
    startWith({});
    ask("products.get", 5);
    const auto s = run(0.5);
    EXPECT_EQ(counts(s, "products.get").edgeMisses, 1u);
    EXPECT_EQ(counts(s, "products.get").edgeCollapsed, 4u);
    EXPECT_EQ(counts(s, "products.get").requests, 1u);
    EXPECT_EQ(of(s, "products.get").users.of(measure::Outcome::ok), 5u);
    EXPECT_GT(of(s, "products.get").where.of(measure::Stage::edge),
              4 * (kOriginRttMs - kEdgeRttMs));
}

TEST_F(CdnTwin, BeyondItsTimeItIsServedOnceMoreAndAskedBehind) {
    startWith({{"catalogue_ttl_s", 1}, {"stale_while_revalidate_s", 2}});
    ask("products.get");
    run(1.5);
    ask("products.get");
    const auto s = run(0.5);
    EXPECT_EQ(counts(s, "products.get").edgeHits, 1u);
    EXPECT_EQ(counts(s, "products.get").edgeStale, 1u);
    EXPECT_EQ(counts(s, "products.get").edgeRevalidations, 1u) << "unchanged: 304";
    EXPECT_EQ(counts(s, "products.get").bytes, 0u);
    EXPECT_EQ(of(s, "products.get").users.offered, 1u)
        << "what is asked behind is nobody's request";
    run(2.75);
    ask("products.get");
    EXPECT_EQ(counts(run(0.5), "products.get").edgeStale, 0u) << "beyond that as well";
}

TEST_F(CdnTwin, WhatIsSomebodysIsPassedOn) {
    startWith({});
    ask("orders.get", 2);
    const auto s = run(0.5);
    EXPECT_EQ(counts(s, "orders.get").requests, 2u);
    EXPECT_EQ(counts(s, "orders.get").edgeMisses + counts(s, "orders.get").edgeHits, 0u);
    EXPECT_EQ(s.nodes.at("edge-1").completed, 2u);
}

TEST_F(CdnTwin, AWriteTakesWhatThatEdgeKeeps) {
    startWith({});
    ask("products.get");
    run(0.5);
    ask("products.update");
    run(0.5);
    ask("products.get");
    EXPECT_EQ(counts(run(0.5), "products.get").edgeMisses, 1u);
}

TEST_F(CdnTwin, PicturesAloneWhenTheCatalogueHasNoTime) {
    startWith({{"catalogue_ttl_s", 0}});
    for (const char* id : {"products.get", "images.get"}) {
        ask(id);
        run(0.5);
        ask(id);
    }
    const auto s = run(0.5);
    EXPECT_EQ(counts(s, "images.get").edgeHits, 1u);
    EXPECT_EQ(counts(s, "products.get").edgeHits, 0u);
}

TEST_F(CdnTwin, SwitchedOffItAnswersThoseWhoWait) {
    auto& system = startWith({});
    ask("products.get", 3);
    set("cdn", "off");
    system.change(m_scenario.design);
    const auto s = run(0.5);
    EXPECT_EQ(of(s, "products.get").users.of(measure::Outcome::ok), 3u);
}

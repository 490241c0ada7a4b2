// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

TEST(Diagram, DrawsTheWholeDesignWhileItComesUp) {
    const auto s = fake::FakeRun::scenario();
    engine::Topology some;
    some.nodes.push_back({"primary", "database", 1, "127.0.0.1", 40'001, 0, "", ""});
    const auto planned = app::diagramOf({}, {}, s);
    const auto model = app::diagramOf(some, {}, s, true);
    ASSERT_EQ(model.boxes.size(), planned.boxes.size());
    EXPECT_EQ(model.edges.size(), planned.edges.size());
    for (const auto& box : model.boxes) {
        if (box.members.empty()) continue;
        EXPECT_EQ(box.isPlanned, box.title != "Primary") << box.title.toStdString();
        EXPECT_EQ(box.detail, box.isPlanned ? "starting …" : "up");
    }
}

TEST(Diagram, ANodeWithoutEmulatedCoresHasNoRing) {
    engine::Topology topology;
    topology.nodes.push_back({"gateway", "gateway", 1, "127.0.0.1", 40'001, 0, "", ""});
    topology.nodes.push_back({"primary", "database", 2, "127.0.0.1", 40'002, 0, "", ""});
    measure::Sample sample;
    sample.nodes["gateway"].role = "gateway";
    sample.nodes["primary"].role = "database";
    sample.nodes["primary"].cores = 2;
    sample.nodes["primary"].spanMs = 250;
    const auto s = fake::FakeRun::scenario();
    for (const auto& box : app::diagramOf(topology, sample, s).boxes)
        EXPECT_EQ(box.hasRing, box.title == "Primary") << box.title.toStdString();
    sample.nodes["gateway"].alive = false;
    EXPECT_TRUE(app::diagramOf(topology, sample, s).boxes[1].hasRing) << "its cross stands there";
}

TEST(Diagram, ABoxOfUnequalInstancesNamesBothEnds) {
    auto s = fake::FakeRun::scenario();
    engine::Topology topology;
    measure::Sample sample;
    for (int i = 1; i <= 4; ++i) {
        const auto id = "api-" + std::to_string(i);
        topology.nodes.push_back({id, "instance", i, "127.0.0.1", 40'000 + i, 0, "", ""});
        sample.nodes[id].role = "instance";
        sample.nodes[id].capacity = i < 4 ? 10 : 20;
    }
    const auto model = app::diagramOf(topology, sample, s);
    EXPECT_EQ(model.boxes.back().title, "API 3 to 4");
    EXPECT_EQ(model.boxes.back().detail, "10 to 20 threads");
}

TEST(Diagram, WithACdnTheUsersComeToItsEdges) {
    auto s = fake::FakeRun::scenario();
    const auto has = [&](const QString& from, const QString& to) {
        const auto model = app::diagramOf({}, {}, s);
        return std::any_of(model.edges.begin(), model.edges.end(), [&](const auto& edge) {
            return model.boxes[edge.from].title == from && model.boxes[edge.to].title == to;
        });
    };
    EXPECT_TRUE(has("Users", "Gateway"));
    s.design.put("cdn", {"on", {{"edges", 3}}});
    EXPECT_FALSE(has("Users", "Gateway"));
    EXPECT_TRUE(has("Users", "Edges"));
    EXPECT_TRUE(has("Edges", "Gateway"));

    engine::Topology topology;
    topology.nodes.push_back({"edge-1", "edge", 1, "127.0.0.1", 40'001, 0, "", ""});
    measure::Sample sample;
    sample.nodes["edge-1"].role = "edge";
    auto& server = sample.endpoints["images.get"].server;
    server.edgeHits = 5;
    server.edgeCollapsed = 1;
    server.edgeMisses = 1;
    server.edgeRevalidations = 1;
    EXPECT_EQ(app::diagramOf(topology, sample, s).boxes[1].detail, "75 % hits");
}

TEST(Diagram, DrawsTheNodesThatRunAndShowsTheDead) {
    FakeWindow w;
    EXPECT_TRUE(w.window.diagram().model().boxes.front().isPlanned);
    w.start(8);
    const auto find = [&](const QString& title) -> const app::DiagramBox* {
        for (const auto& box : w.window.diagram().model().boxes)
            if (box.title == title) return &box;
        return nullptr;
    };
    ASSERT_NE(find("Primary"), nullptr);
    EXPECT_EQ(find("Pooler"), nullptr) << "the design has none";
    EXPECT_EQ(find("API 3"), nullptr);
    w.engine->killNode("api-2");
    w.engine->step(4);
    w.settle();
    ASSERT_NE(find("API 2"), nullptr);
    EXPECT_TRUE(find("API 2")->isDead());
    w.model.changeUsers(1e6);
    w.engine->step(4);
    w.settle();
    ASSERT_NE(find("API 3 to 8"), nullptr);
    EXPECT_EQ(find("API 3 to 8")->members.size(), 6u);
}

TEST(Diagram, NoWayGoesThroughTheBoxesThatItJoins) {
    FakeWindow w;
    w.model.changeMechanism("side_effects", {"queued", {}});
    w.model.changeMechanism("connection_pooler", {"transaction", {}});
    w.model.changeMechanism("read_replicas", {"2", {}});
    w.model.changeMechanism("cdn", {"on", {{"edges", 2}}});
    QCoreApplication::processEvents();
    const auto& diagram = w.window.diagram();
    const auto& model = diagram.model();
    bool hasBack = false;
    for (std::size_t i = 0; i < model.edges.size(); ++i) {
        const auto& edge = model.edges[i];
        const QRect from = diagram.boxRect(edge.from);
        const QRect to = diagram.boxRect(edge.to);
        hasBack = hasBack || to.left() < from.left();
        const QPainterPath path = diagram.edgePath(i);
        for (double part = 0; part <= 1; part += 0.02) {
            const QPoint at = path.pointAtPercent(part).toPoint();
            for (const QRect& box : {from, to})
                EXPECT_FALSE(box.adjusted(2, 2, -2, -2).contains(at))
                    << model.boxes[edge.from].title.toStdString() << " to "
                    << model.boxes[edge.to].title.toStdString();
        }
    }
    EXPECT_TRUE(hasBack) << "the worker takes its jobs from the primary";
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Panels that show one endpoint.
#include <QSettings>
#include <QTemporaryDir>

#include "app/charts/endpoint_words.h"
#include "simulator/load/endpoints.h"
#include "simulator/measure/clock.h"
#include "tests/app/fake_twin.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using fake::FakeRun;
using fake::FakeTwins;
using fake::FakeWindow;

namespace {

std::size_t endpoint(const char* id) {
    return load::endpointIndex(id).value();
}

/// Equal, or both not there.
bool isSame(double a, double b) {
    return std::isfinite(a) == std::isfinite(b) && (!std::isfinite(a) || std::abs(a - b) < 1e-6);
}

}  // namespace

TEST(EndpointViews, EveryEndpointTogetherIsEverything) {
    FakeRun run;
    run.start(120);
    const auto panel = app::makeThroughputPanel();
    const auto whole = panel->data(run.model);
    std::vector<double> offered(whole.x.size(), 0);
    std::vector<double> ok(whole.x.size(), 0);
    for (std::size_t e = 0; e < load::endpoints().size(); ++e) {
        const auto part = panel->data(run.model, e);
        ASSERT_EQ(part.x, whole.x) << "one time axis";
        for (std::size_t k = 0; k < part.x.size(); ++k) {
            offered[k] += part.lines[0][k];
            ok[k] += part.areas[0][k];
        }
    }
    for (std::size_t k = 0; k < whole.x.size(); ++k) {
        EXPECT_TRUE(isSame(offered[k], whole.lines[0][k])) << whole.x[k];
        EXPECT_TRUE(isSame(ok[k], whole.areas[0][k])) << whole.x[k];
    }
}

TEST(EndpointViews, PercentilesAreThoseOfTheEndpointsOwnRequests) {
    FakeRun run;
    run.model.changeUsers(1e6);
    run.start(200);
    const auto list = endpoint("orders.list");
    // A rare endpoint's window goes further back than everybody's, until it has enough.
    const auto now = run.model.history().latencyNow(list);
    const auto from = 200 - std::llround(now.windowS * app::kSlotsPerSecond);
    EXPECT_LT(from, 200 - 10 * app::kSlotsPerSecond);
    measure::Histogram expected;
    for (const auto& s : run.model.history().timeline().samples())
        if (s.slot >= from) expected.merge(s.endpoints.at("orders.list").users.response);
    EXPECT_EQ(now.n, expected.count());
    ASSERT_TRUE(now.p99);
    EXPECT_EQ(now.p99, expected.percentileMs(0.99));
    EXPECT_LT(now.n, run.model.history().latencyNow().n);
}

TEST(EndpointViews, WhoAsksLateSeesTheSamePastAsWhoAskedFromTheStart) {
    FakeRun run;
    run.model.changeUsers(1e6);
    run.start(8);
    const auto& history = run.model.history();
    const auto early = endpoint("products.get");
    history.latency(early);
    run.engine->step(40);
    run.settle();
    run.model.changeMechanism("indexes", {"on", {}});
    run.engine->step(41);
    run.settle();
    ASSERT_GT(history.latency(early).size(), 15u);
    app::History fresh;
    auto event = history.events().begin();
    for (const auto& s : history.timeline().samples()) {
        const double endMs = static_cast<double>(s.slot) * measure::SlotClock::kSlotMs;
        for (; event != history.events().end() && event->atMs <= endMs; ++event) fresh.add(*event);
        fresh.add(s);
    }
    const auto& again = fresh.latency(early);
    ASSERT_EQ(again.size(), history.latency(early).size());
    for (std::size_t i = 0; i < again.size(); ++i) {
        EXPECT_EQ(again[i].endSlot, history.latency(early)[i].endSlot);
        EXPECT_EQ(again[i].p99, history.latency(early)[i].p99) << again[i].endSlot;
        EXPECT_EQ(again[i].n, history.latency(early)[i].n) << again[i].endSlot;
    }
}

TEST(EndpointViews, StatementsOfOneEndpointAreOneLineUnderItsName) {
    FakeWindow w;
    w.start(160);
    auto& panels = w.window.panels();
    panels.choose(2, endpoint("orders.list"));
    auto* chart = panels.charts()[2];
    EXPECT_EQ(chart->lines()[2].label, "order list");
    EXPECT_NEAR(chart->data().lines[2].back(), 41, 1e-9) << "one for the list, two for each order";
    EXPECT_TRUE(chart->lines()[0].label.isEmpty());
    for (const double v : chart->data().lines[0]) EXPECT_FALSE(std::isfinite(v));
    panels.choose(2, {});
    EXPECT_EQ(chart->lines()[2].label, "all");
    EXPECT_EQ(chart->lines()[1].label, "order list");
}

TEST(EndpointViews, AChoiceIsForAllPanelsUnlessTheyGoApart) {
    FakeWindow w;
    w.start(40);
    auto& panels = w.window.panels();
    panels.choose(0, endpoint("products.get"));
    EXPECT_EQ(panels.views().endpoints,
              QStringList({"products.get", "products.get", "products.get", "products.get"}));
    Q_EMIT panels.choice(1).togetherChosen(false);
    Q_EMIT panels.choice(1).chosen(endpoint("orders.get"));
    EXPECT_EQ(panels.views().endpoints,
              QStringList({"products.get", "orders.get", "products.get", "products.get"}));
    EXPECT_TRUE(panels.choice(1).text().startsWith("order "));
    Q_EMIT panels.choice(3).togetherChosen(true);
    EXPECT_EQ(panels.views().endpoints.count("products.get"), 4) << "that of the panel asked";
}

TEST(EndpointViews, AreKeptAndWhatIsNotKnownAnyMoreIsEverything) {
    QTemporaryDir folder;
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
    FakeRun run;
    app::ThemeSource theme("light");
    {
        app::MainWindow window(run.model, theme, app::Preferences());
        window.panels().choose(0, endpoint("me.get"));
        Q_EMIT window.panels().viewsChanged();
    }
    {
        app::MainWindow window(run.model, theme, app::Preferences());
        EXPECT_EQ(window.panels().views().endpoints.value(3), "me.get");
        window.panels().showViews({{"gone", "me.get"}, false});
        EXPECT_EQ(window.panels().views().endpoints, QStringList({"", "me.get", "", ""}));
    }
}

TEST(EndpointViews, TheTwinsLayerIsOfTheSameEndpoint) {
    FakeTwins twins;
    FakeRun run({}, &twins.source);
    for (int i = 0; i < 500 && !twins.source.isReady(); ++i) QTest::qWait(10);
    ASSERT_TRUE(run.model.chooseEngine(app::EngineKind::both));
    run.model.changeUsers(1e6);
    run.start(400);
    run.engine->step(4);
    run.settle();
    const auto asked = endpoint("products.get");
    const auto other = endpoint("orders.get");
    const auto answered = app::makeThroughputPanel()->data(run.model, asked).twin;
    ASSERT_FALSE(answered.x.empty());
    EXPECT_NEAR(answered.lines[0].back(), 100, 1e-9) << "all that this twin answers";
    const auto none = app::makeThroughputPanel()->data(run.model, other).twin;
    EXPECT_NEAR(none.lines[0].back(), 0, 1e-9);
    EXPECT_TRUE(run.model.twinP99(asked).has_value());
    EXPECT_FALSE(run.model.twinP99(other).has_value()) << "nothing to compare";
}

TEST(EndpointWords, EachEndpointHasANameAndAShareOfTheLoad) {
    scenario::Workload workload;
    double sum = 0;
    for (std::size_t e = 0; e < load::endpoints().size(); ++e) {
        EXPECT_FALSE(app::endpointTitle(e).isEmpty());
        sum += app::askedHz(workload, e);
    }
    EXPECT_NEAR(sum, workload.rate().peakHz, 1e-6);
    workload.mix = {{"orders.list", 0}};
    EXPECT_EQ(app::askedHz(workload, endpoint("orders.list")), 0);
    EXPECT_EQ(app::endpointLine(endpoint("orders.get")), "GET /v1/orders/{id}");
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "app/charts/panel.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using app::ChartData;
using app::ChartView;
using app::kNoData;
using tenfold::fake::FakeRun;

namespace {

struct Chart {
    app::ThemeSource theme{"light"};
    ChartView view{theme};
    explicit Chart(bool isLog = true) {
        view.setSeries({{"a", &app::Theme::p50, 2, nullptr}, {"b", &app::Theme::p99, 2, nullptr}},
                       {{"c", &app::Theme::ok, app::FillPattern::plain, nullptr},
                        {"d", &app::Theme::timeout, app::FillPattern::stripes, nullptr}});
        view.setScale({isLog, 1, 1000, {{1, "1"}, {1000, "1000"}}});
        view.resize(400, 240);
        view.show();
    }
    void show(std::vector<double> line) {
        ChartData data;
        for (std::size_t i = 0; i < line.size(); ++i)
            data.x.push_back(static_cast<double>(i) - static_cast<double>(line.size()));
        data.areas = {line, line};
        data.lines = {line, line};
        view.showData(std::move(data));
        view.grab();
    }
};

}  // namespace

TEST(ChartView, ReplacesEachSeriesOnceATick) {
    Chart chart;
    for (int i = 0; i < 5; ++i) {
        chart.show({10, 20, 30, 40});
        EXPECT_EQ(chart.view.mostReplacesOfASeries(), 1);
    }
    chart.show({10, kNoData, 30, 40});
    EXPECT_EQ(chart.view.mostReplacesOfASeries(), 1);
}

TEST(ChartView, AGapIsAGapAndNeverALineAcross) {
    Chart chart;
    chart.show({10, 20, kNoData, kNoData, 50, 60, std::numeric_limits<double>::infinity(), 8});
    EXPECT_EQ(chart.view.segmentsOfLine(0), 3);
    chart.show({10, 20, 30});
    EXPECT_EQ(chart.view.segmentsOfLine(0), 1) << "segments that are not needed are emptied";
    chart.show({kNoData, kNoData});
    EXPECT_EQ(chart.view.segmentsOfLine(0), 0);
}

TEST(ChartView, SurvivesWhatALogarithmicAxisCannotShow) {
    Chart chart;
    chart.show({0, -5, 1e9, 20});
    EXPECT_EQ(chart.view.segmentsOfLine(0), 1) << "clamped, not dropped";
    chart.show({});
    chart.view.setScale({false, 0, 10, {}});
    chart.show({1, 2, 3});
    EXPECT_EQ(chart.view.mostReplacesOfASeries(), 1);
}

TEST(ChartView, ShowsAtMostSixHundredPointsOfASeries) {
    Chart chart;
    chart.show(std::vector<double>(5'000, 3.0));
    // Two lines, two areas and the floor below them.
    EXPECT_LE(chart.view.pointsShown(), 5 * 600);
}

TEST(ChartView, TakesClicksAndWheelsWithoutHarm) {
    Chart chart;
    chart.show({10, 20, 30});
    auto* canvas = chart.view.focusProxy();
    ASSERT_NE(canvas, nullptr);
    auto* area = qobject_cast<QAbstractScrollArea*>(canvas)->viewport();
    for (const QPoint at : {QPoint(1, 1), QPoint(200, 100), QPoint(395, 235)}) {
        QTest::mouseClick(area, Qt::LeftButton, {}, at);
        QTest::mouseDClick(area, Qt::LeftButton, {}, at);
        QTest::mouseMove(area, at);
    }
    QTest::keyClick(canvas, Qt::Key_Left);
}

TEST(ChartView, FlagsThatWouldOverlapShareAPill) {
    using Groups = std::vector<std::pair<std::size_t, std::size_t>>;
    EXPECT_EQ(app::flagGroups({}, 20, 40), Groups{});
    EXPECT_EQ(app::flagGroups({10, 100, 200}, 20, 40), (Groups{{0, 0}, {1, 1}, {2, 2}}));
    EXPECT_EQ(app::flagGroups({10, 25, 200}, 20, 40), (Groups{{0, 1}, {2, 2}}));
    // The pill two share is wider and so takes in the third.
    EXPECT_EQ(app::flagGroups({0, 21, 38}, 20, 40), (Groups{{0, 2}}));
}

TEST(ChartView, EscapePutsTheCursorAway) {
    Chart chart;
    chart.show({10, 20, 30});
    QObject::connect(&chart.view, &ChartView::cursorMoved, &chart.view,
                     [&chart](std::optional<double> x) { chart.view.setCursor(x, true); });
    QTest::keyClick(chart.view.focusProxy(), Qt::Key_Left);
    EXPECT_TRUE(chart.view.cursor());
    QTest::keyClick(chart.view.focusProxy(), Qt::Key_Escape);
    EXPECT_FALSE(chart.view.cursor());
}

TEST(Panels, EveryPointOfAllPanelsLiesOnTheSameAxis) {
    FakeRun run;
    run.start(600);
    std::vector<std::unique_ptr<app::Panel>> panels;
    panels.push_back(app::makeLatencyPanel());
    panels.push_back(app::makeThroughputPanel());
    panels.push_back(app::makeStatementsPanel());
    panels.push_back(app::makeWaitsPanel());
    for (const auto& panel : panels) {
        const auto data = panel->data(run.model);
        ASSERT_FALSE(data.x.empty());
        EXPECT_LE(data.x.size(), 123u);
        EXPECT_DOUBLE_EQ(data.x.back(), 0);
        for (std::size_t i = 1; i < data.x.size(); ++i) EXPECT_GT(data.x[i], data.x[i - 1]);
        for (const auto& line : data.lines) EXPECT_EQ(line.size(), data.x.size());
        for (const auto& area : data.areas) EXPECT_EQ(area.size(), data.x.size());
        const auto scale = panel->scaleFor(run.model, data);
        EXPECT_LT(scale.minimum, scale.maximum);
        if (scale.isLog) {
            EXPECT_GT(scale.minimum, 0);
        }
    }
}

TEST(Panels, TheHalfMinuteBeforeASwitchStandsBehindWhatCameAfter) {
    FakeRun run;
    run.start(400);
    for (const auto& make : {app::makeLatencyPanel, app::makeThroughputPanel,
                             app::makeStatementsPanel, app::makeWaitsPanel})
        EXPECT_TRUE(make()->data(run.model).ghost.x.empty()) << "nothing was switched";
    const auto before = app::makeThroughputPanel()->data(run.model).areas.front();
    run.model.changeUsers(1e5);
    run.engine->step(80);
    run.settle();
    const double change = -20;
    for (const auto& make : {app::makeLatencyPanel, app::makeThroughputPanel,
                             app::makeStatementsPanel, app::makeWaitsPanel}) {
        const auto data = make()->data(run.model);
        ASSERT_FALSE(data.ghost.x.empty());
        EXPECT_EQ(data.ghost.number, 1);
        EXPECT_GE(data.ghost.x.front(), change);
        EXPECT_LE(data.ghost.x.back(), 0) << "nothing stands in the future";
        EXPECT_TRUE(data.note.contains("grey: before ①")) << data.note.toStdString();
        for (const auto& line : data.ghost.lines) EXPECT_EQ(line.size(), data.ghost.x.size());
    }
    // 30 s before the change stands at the change: the old figures, moved.
    const auto ghost = app::makeThroughputPanel()->data(run.model).ghost;
    for (std::size_t k = 0; k < ghost.x.size(); ++k)
        EXPECT_EQ(ghost.lines[0][k], before[before.size() - 31 + k]) << k;
    // Long after, all of it is there, and then it leaves on the left.
    run.engine->step(4 * 100);
    run.settle();
    const auto late = app::makeLatencyPanel()->data(run.model).ghost;
    EXPECT_DOUBLE_EQ(late.x.front(), -120);
    EXPECT_GE(late.x.size(), 29u);
    run.engine->step(4 * 60);
    run.settle();
    EXPECT_TRUE(app::makeLatencyPanel()->data(run.model).ghost.x.empty());
}

TEST(Panels, TheGhostReachesNoFurtherBackThanTheChangeBefore) {
    FakeRun run;
    run.start(200);
    run.model.changeMechanism("query_shape", {"batched", {}});
    run.engine->step(60);
    run.settle();
    run.model.changeMechanism("indexes", {"on", {}});
    run.engine->step(120);
    run.settle();
    const auto data = app::makeStatementsPanel()->data(run.model);
    EXPECT_EQ(data.ghost.number, 2);
    ASSERT_FALSE(data.ghost.x.empty());
    EXPECT_GE(data.ghost.x.front(), -30);
    EXPECT_LE(data.ghost.x.front(), -29) << "it begins at the change";
    EXPECT_LE(data.ghost.x.back(), -14);
    // Batched throughout: the 41 statements of the list were before the first change.
    EXPECT_LE(app::highestOf(data.ghost, 0), 5);
}

TEST(Panels, TheGhostIsNoWayAcrossAGap) {
    Chart chart;
    ChartData data;
    data.x = {-4, -3, -2, -1, 0};
    data.lines = {{1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}};
    data.ghost.x = {-4, -3, -2, -1};
    data.ghost.lines = {{5, kNoData, 5, 5}};
    chart.view.showData(data);
    EXPECT_EQ(chart.view.ghostPoints(), 3);
    EXPECT_EQ(chart.view.mostReplacesOfASeries(), 1);
    data.ghost = {};
    chart.view.showData(data);
    EXPECT_EQ(chart.view.ghostPoints(), 0);
}

TEST(Panels, TheLatencyLineIsNotDrawnWithTooFewSamples) {
    FakeRun run;
    run.start(12);
    const auto data = app::makeLatencyPanel()->data(run.model);
    EXPECT_FALSE(std::isfinite(data.lines[2].back()));
    EXPECT_TRUE(data.note.contains("of 300 samples")) << data.note.toStdString();
}

TEST(Panels, MissingSlotsAreAGap) {
    FakeRun run;
    run.start(40);
    run.engine->skip(24);
    run.engine->step(16);
    run.settle();
    const auto gaps = app::gapsOf(run.model.history());
    ASSERT_EQ(gaps.size(), 1u);
    EXPECT_DOUBLE_EQ(gaps[0].to - gaps[0].from, 6);
    const auto data = app::makeThroughputPanel()->data(run.model);
    int missing = 0;
    for (const double v : data.lines[0]) missing += std::isfinite(v) ? 0 : 1;
    EXPECT_EQ(missing, 6);
}

TEST(Panels, AnsweredAndFailedAddUpToWhatEnded) {
    FakeRun run;
    run.start(80);
    const auto data = app::makeThroughputPanel()->data(run.model);
    std::uint64_t ended = 0;
    for (const auto& row : run.model.history().rows())
        for (const auto n : row.outcomes) ended += n;
    double shown = 0;
    for (std::size_t k = 0; k < data.x.size(); ++k)
        for (const auto& area : data.areas) shown += area[k];
    EXPECT_NEAR(shown, static_cast<double>(ended), 0.5);
}

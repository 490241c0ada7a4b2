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

// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/run/csv_export.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeRun;
using tenfold::fake::with;

namespace {

std::size_t designChanges(const fake::FakeEngine& engine) {
    return static_cast<std::size_t>(std::count_if(
        engine.changes().begin(), engine.changes().end(),
        [](const auto& c) { return std::holds_alternative<engine::DesignChange>(c); }));
}

}  // namespace

TEST(RunModel, FollowsTheEngine) {
    FakeRun run;
    EXPECT_EQ(run.model.phase(), engine::Phase::idle);
    run.start(8);
    EXPECT_EQ(run.model.phase(), engine::Phase::running);
    EXPECT_EQ(run.model.history().rows().size(), 8u);
    EXPECT_FALSE(run.model.topology().nodes.empty());
    run.model.toggleRun();
    run.settle();
    EXPECT_EQ(run.model.phase(), engine::Phase::paused);
    run.model.toggleRun();
    run.settle();
    EXPECT_EQ(run.model.phase(), engine::Phase::running);
}

TEST(RunModel, TicksAtMostFourTimesASecondHoweverManySamplesCome) {
    FakeRun run;
    run.start();
    int ticks = 0;
    QObject::connect(&run.model, &app::RunModel::ticked, [&ticks] { ++ticks; });
    for (int i = 0; i < 50; ++i) {
        run.engine->step();
        QCoreApplication::processEvents();
    }
    run.settle();
    EXPECT_GE(ticks, 1);
    EXPECT_LE(ticks, 3);
    EXPECT_EQ(run.model.history().rows().size(), 50u);
}

TEST(RunModel, UndoIssuesTheOldDesignAndNamesTheFlag) {
    FakeRun run;
    run.start(8);
    run.model.changeMechanism("indexes", with(run.model, "indexes", "on"));
    run.settle();
    EXPECT_TRUE(run.model.scenario().design.is("indexes", "on"));
    run.model.undoStack().undo();
    run.settle();
    EXPECT_TRUE(run.model.scenario().design.is("indexes", "off"));
    ASSERT_EQ(designChanges(*run.engine), 2u);
    const auto& events = run.model.history().events();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].text, "Indexes: off → on");
    EXPECT_EQ(events[1].text, "undo of ①: Indexes: off → on");
    run.model.undoStack().redo();
    run.settle();
    EXPECT_TRUE(run.model.scenario().design.is("indexes", "on"));
    EXPECT_EQ(designChanges(*run.engine), 3u);
}

TEST(RunModel, AParameterBeingMovedIsOneStepOfUndo) {
    FakeRun run;
    auto setting = with(run.model, "read_replicas", "1");
    run.model.changeMechanism("read_replicas", setting);
    for (const double lag : {10.0, 50.0, 200.0}) {
        setting.parameters["lag_ms"] = lag;
        run.model.changeMechanism("read_replicas", setting);
    }
    EXPECT_EQ(run.model.undoStack().count(), 2);
    run.model.undoStack().undo();
    EXPECT_EQ(run.model.scenario().design.parameter("read_replicas", "lag_ms"), 0);
    EXPECT_TRUE(run.model.scenario().design.is("read_replicas", "1"));
}

TEST(RunModel, TierAndMachinesCanBeUndone) {
    FakeRun run;
    run.start(4);
    run.model.changeUsers(1e6);
    run.model.changeMachines({2, 1});
    run.model.undoStack().undo();
    run.model.undoStack().undo();
    EXPECT_EQ(run.model.scenario().workload.dailyActiveUsers, 1e4);
    EXPECT_EQ(run.model.scenario().machines, scenario::Machines{});
    EXPECT_EQ(run.engine->changes().size(), 4u);
}

TEST(RunModel, SaysWhatASwitchDid) {
    FakeRun run;
    run.start(60);
    run.model.changeMechanism("query_shape", with(run.model, "query_shape", "batched"));
    run.engine->step(60);
    run.settle();
    const auto* effect = run.model.effects().of("query_shape");
    ASSERT_NE(effect, nullptr);
    EXPECT_TRUE(effect->text.startsWith("statements ")) << effect->text.toStdString();
    EXPECT_TRUE(effect->isBetter);
    EXPECT_EQ(run.model.effects().of("indexes"), nullptr);
}

TEST(RunModel, HoldsTheFiguresAgainstThoseBeforeTheLastChange) {
    FakeRun run;
    run.start(80);
    EXPECT_EQ(run.model.baseline(), nullptr) << "nothing was changed yet";
    EXPECT_DOUBLE_EQ(run.model.settlingLeftS(), 0);
    const double statements = run.model.figures().statementsPerRequest;
    run.model.changeMechanism("query_shape", with(run.model, "query_shape", "batched"));
    run.engine->step(4);
    run.settle();
    EXPECT_DOUBLE_EQ(run.model.settlingLeftS(), app::RunModel::kSettleS - 1);
    // Too soon after: what lies between says nothing, the first "before" stands.
    run.model.changeMechanism("indexes", with(run.model, "indexes", "on"));
    run.engine->step(80);
    run.settle();
    ASSERT_NE(run.model.baseline(), nullptr);
    EXPECT_EQ(run.model.baseline()->name, "before ①");
    EXPECT_DOUBLE_EQ(run.model.baseline()->statementsPerRequest, statements);
    EXPECT_DOUBLE_EQ(run.model.settlingLeftS(), 0);
    // A fault is held against before it, its end against the same.
    run.model.startFault("flash_crowd");
    run.engine->step(4 * 30);
    run.settle();
    EXPECT_EQ(run.model.baseline()->name, "before ③");
    run.model.start();
    EXPECT_EQ(run.model.baseline(), nullptr);
}

TEST(RunModel, APinnedBaselineStaysUntilItIsLetGo) {
    FakeRun run;
    run.start();
    EXPECT_FALSE(run.model.togglePinnedBaseline()) << "nothing was measured yet";
    run.engine->step(80);
    run.settle();
    const auto p95 = run.model.figures().p95;
    ASSERT_TRUE(run.model.togglePinnedBaseline());
    run.model.changeUsers(1e5);
    run.engine->step(40);
    run.settle();
    EXPECT_EQ(run.model.baseline()->p95, p95);
    EXPECT_TRUE(run.model.baseline()->name.contains("pinned at 00:20"));
    ASSERT_TRUE(run.model.togglePinnedBaseline());
    EXPECT_EQ(run.model.baseline()->name, "before ①");
}

TEST(RunModel, KeepsTheReasonOfAFailedStartAndCanTryAgain) {
    FakeRun run({.failure = "no free port"});
    run.start();
    EXPECT_EQ(run.model.phase(), engine::Phase::failed);
    EXPECT_EQ(run.model.failure(), "no free port");
    run.options.failure.clear();
    run.model.toggleRun();
    run.settle();
    EXPECT_EQ(run.model.phase(), engine::Phase::running);
    EXPECT_EQ(run.engines, 2);
}

TEST(RunModel, CanBeDestroyedWhileStartingOrRunning) {
    {
        FakeRun starting({.staysStarting = true});
        starting.start();
        EXPECT_EQ(starting.model.phase(), engine::Phase::starting);
    }
    FakeRun running({.pace = fake::FakeEngine::Pace::realTime});
    running.start();
}

TEST(RunModel, ResetGoesBackToWhatWasLoadedAndRunsOn) {
    FakeRun run;
    run.start(8);
    run.model.changeMechanism("indexes", with(run.model, "indexes", "on"));
    run.model.changeUsers(1e5);
    run.model.reset();
    run.settle();
    EXPECT_EQ(run.model.scenario(), FakeRun::scenario());
    EXPECT_EQ(run.model.phase(), engine::Phase::running);
    EXPECT_EQ(run.model.undoStack().count(), 0);
    EXPECT_TRUE(run.model.history().empty());
}

TEST(History, KeepsRowsForeverAndSamplesForMinutes) {
    app::History history;
    for (std::int64_t slot = 0; slot < 5'000; ++slot) {
        measure::Sample s;
        s.slot = slot;
        s.endpoints["products.get"].users.response.recordMs(10);
        history.add(std::move(s));
        if (slot > 300) {
            ASSERT_GE(history.timeline().samples().size(), 300u);
        }
    }
    EXPECT_EQ(history.rows().size(), 5'000u);
    EXPECT_LE(history.timeline().samples().size(), 600u);
    EXPECT_EQ(history.timeline().lastSlot(), 4'999);
    EXPECT_LE(history.latency().size(), 160u);
}

TEST(History, ItsPercentilesAreTheTimelinesOwn) {
    FakeRun run;
    run.start(200);
    const auto window = run.model.history().timeline().steadyWindow();
    const auto point = run.model.history().latencyNow();
    const auto all = window.total().users.response;
    EXPECT_EQ(point.n, all.count());
    EXPECT_DOUBLE_EQ(point.windowS * 1000, window.spanMs());
    EXPECT_EQ(point.p99, all.percentileMs(0.99));
}

TEST(History, APercentileIsAbsentBelowItsSamples) {
    FakeRun run;
    run.start(8);
    const auto point = run.model.history().latencyNow();
    EXPECT_LT(point.n, app::kSamplesForP99);
    EXPECT_FALSE(point.p99);
    EXPECT_TRUE(point.p50);
}

TEST(CsvExport, HasALineForEachSlotAndNoZeroForNoData) {
    FakeRun run;
    run.start(4);
    run.engine->skip(3);
    run.engine->step(1);
    run.settle();
    std::istringstream lines(app::csvOf(run.model.history()));
    std::string line;
    int n = 0;
    std::string header;
    std::getline(lines, header);
    const auto columns = std::count(header.begin(), header.end(), ',');
    while (std::getline(lines, line)) {
        EXPECT_EQ(std::count(line.begin(), line.end(), ','), columns) << line;
        ++n;
    }
    EXPECT_EQ(n, 5);
}

TEST(UpdateQueue, DropsSamplesButNeverAPhase) {
    app::UpdateQueue queue(nullptr);
    queue.push(engine::PhaseChange{engine::Phase::running, ""});
    for (std::size_t i = 0; i < app::UpdateQueue::kLimit + 10; ++i) queue.push(measure::Sample{});
    const auto all = queue.takeAll();
    EXPECT_EQ(all.size(), app::UpdateQueue::kLimit);
    EXPECT_TRUE(std::holds_alternative<engine::PhaseChange>(all.front()));
    EXPECT_EQ(queue.dropped(), 11u);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The twin beside a live run: who paces it, what switches it, what is drawn of it.
#include <QSignalSpy>

#include "app/charts/panel.h"
#include "app/theme/words.h"
#include "app/twin/relayed_engine.h"
#include "app/twin/twin_follower.h"
#include "tests/app/fake_twin.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using fake::FakeRun;
using fake::FakeTwin;
using fake::FakeTwins;
using measure::EventKind;

namespace {

bool isReady(app::TwinSource& source) {
    return QTest::qWaitFor([&] { return source.isReady() || !source.failure().isEmpty(); }, 20'000);
}

/// A follower with a live run told by hand.
struct Followed {
    app::TwinFollower follower;
    FakeTwin* twin = nullptr;

    explicit Followed(const scenario::Scenario& s = FakeRun::scenario(), bool isAttached = true) {
        follower.begin(s);
        if (isAttached) attach();
    }
    void attach() {
        auto channel = std::make_shared<app::TwinChannel>();
        auto made =
            std::make_unique<FakeTwin>([channel](const engine::Update& u) { channel->post(u); },
                                       engine::SimulatedEngine::Pace::caller);
        twin = made.get();
        follower.attach({std::move(made), channel});
    }
    void live(std::int64_t slot, std::uint64_t offered = 10) {
        measure::Sample s;
        s.slot = slot;
        s.endpoints["products.get"].users.offered = offered;
        follower.onSample(s);
        while (follower.collect()) {
        }
    }
    void flag(EventKind kind, double atMs, const std::string& text) {
        measure::Event e;
        e.kind = kind;
        e.atMs = atMs;
        e.version = 2;
        e.number = 1;
        e.text = text;
        follower.onEvent(e);
    }
};

engine::DesignChange designChange(const std::string& text) {
    return {scenario::Design::sound(mechanisms::catalogue()), text};
}

}  // namespace

TEST(TwinFollower, CountsFromTheFirstLiveSlotWithLoad) {
    Followed f;
    for (int slot = 0; slot < 7; ++slot) f.live(slot, 0);
    EXPECT_EQ(f.twin->allowed, -1) << "the processes come up: there is nothing to follow";
    f.live(7);
    EXPECT_EQ(f.twin->allowed, 0);
    f.live(8);
    f.live(11);
    EXPECT_EQ(f.twin->allowed, 4) << "as far as the live run, never further";
    EXPECT_EQ(f.follower.loadBegan(), 7);
    EXPECT_EQ(f.follower.history().endSlot(), 12) << "on the live run's slots";
    EXPECT_EQ(f.follower.history().rows().front().slot, 7);
}

TEST(TwinFollower, ChangesWhenTheFlagSaysAndNotWhenAsked) {
    Followed f;
    f.live(4);
    f.live(9);
    f.follower.asked(designChange("Indexes: off → on"));
    EXPECT_TRUE(f.twin->changes.empty()) << "asked for is not done";
    // It took effect in live slot 12, the twin's slot 8.
    f.flag(EventKind::switched, 12 * 250.0 + 100, "Indexes: off → on");
    EXPECT_TRUE(f.twin->changes.empty()) << "the twin has not come that far";
    f.live(15);
    ASSERT_EQ(f.twin->changes.size(), 1u);
    EXPECT_EQ(f.twin->changes[0].beforeSlot, 8);
    EXPECT_EQ(f.twin->allowed, 11) << "and goes on after it";
}

TEST(TwinFollower, WhatTheLiveRunRefusedIsNotSimulated) {
    Followed f;
    f.live(4);
    f.follower.asked(designChange("A"));
    f.follower.asked(engine::MachinesChange{{2, 1}});
    f.follower.asked(designChange("B"));
    f.flag(EventKind::switched, 6 * 250.0, "B");
    f.flag(EventKind::machines, 7 * 250.0, "machines: 4 instances");
    f.live(9);
    ASSERT_EQ(f.twin->changes.size(), 1u) << "the machines were refused: B came after them";
    EXPECT_EQ(std::get<engine::DesignChange>(f.twin->changes[0].change).text, "B");
}

TEST(TwinFollower, FaultsOfTheScenarioComeOnceWithTheirFlag) {
    auto s = FakeRun::scenario();
    s.faults.push_back({"flash_crowd", 1, 7});
    Followed f(s);
    EXPECT_TRUE(f.twin->started.faults.empty());
    f.live(4);
    f.flag(EventKind::fault, 8 * 250.0, scenario::titleOfFault("flash_crowd"));
    f.live(12);
    ASSERT_EQ(f.twin->changes.size(), 1u);
    const auto fault = std::get<engine::FaultStart>(f.twin->changes[0].change);
    EXPECT_EQ(fault.name, "flash_crowd");
    EXPECT_EQ(fault.durationS, 7);
}

TEST(TwinFollower, PausesWhereTheLiveRunDid) {
    Followed f;
    f.follower.paused(true);
    f.live(2, 0);
    f.follower.paused(false);
    f.live(4);
    EXPECT_TRUE(f.twin->pauses.empty()) << "before there was load";
    f.live(10);
    f.follower.paused(true);
    f.live(14, 0);
    ASSERT_EQ(f.twin->pauses.size(), 1u);
    EXPECT_EQ(f.twin->pauses[0], 7);
}

TEST(TwinFollower, OneThatJoinsLaterSimulatesTheRunFromItsBeginning) {
    Followed f(FakeRun::scenario(), false);
    f.live(4);
    f.follower.asked(designChange("Indexes: off → on"));
    f.flag(EventKind::switched, 50 * 250.0, "Indexes: off → on");
    for (int slot = 5; slot < 1'200; ++slot) f.live(slot);
    f.attach();
    EXPECT_EQ(f.twin->started.design, FakeRun::scenario().design) << "as the run was started";
    EXPECT_LE(f.twin->allowed, app::TwinFollower::kMostAhead) << "no flood of samples";
    while (f.follower.collect()) EXPECT_LE(f.twin->allowed, 1'195);
    ASSERT_EQ(f.twin->changes.size(), 1u);
    EXPECT_EQ(f.twin->changes[0].beforeSlot, 46);
    EXPECT_EQ(f.follower.history().endSlot(), 1'200);
}

TEST(TwinFollower, SaysWhatItCouldNotFollow) {
    app::TwinFollower follower;
    follower.begin(FakeRun::scenario());
    auto channel = std::make_shared<app::TwinChannel>();
    auto twin = std::make_unique<FakeTwin>([](const engine::Update&) {},
                                           engine::SimulatedEngine::Pace::caller);
    follower.attach({std::move(twin), channel});
    follower.collect();
    EXPECT_TRUE(follower.trouble().isEmpty());
    measure::Event e;
    e.text = "a change could not be simulated";
    e.detail = "pages of 7 rows were not recorded";
    channel->post(e);
    follower.collect();
    EXPECT_TRUE(follower.trouble().contains("pages of 7 rows"));
}

TEST(TwinChannel, CarriesSlotsWithTheirPercentilesAndDropsWhatHasNoPlace) {
    app::TwinChannel channel;
    measure::Sample s;
    auto& e = s.endpoints["products.get"];
    for (int i = 1; i <= 1'000; ++i) e.users.response.recordMs(i * 0.7);
    e.users.offered = 1'000;
    s.slot = 3;
    channel.post(s);
    int taken = 0;
    EXPECT_TRUE(channel.take([&](const app::TwinSlot& slot) {
        ++taken;
        EXPECT_EQ(slot.row.slot, 3);
        EXPECT_EQ(slot.row.offered, 1'000u);
        const auto h = slot.endpointSlots().at(0).response;
        for (const double p : {0.5, 0.95, 0.99})
            EXPECT_EQ(h.percentileMs(p), e.users.response.percentileMs(p)) << p;
        EXPECT_EQ(h.count(), 1'000u);
    }));
    EXPECT_EQ(taken, 1);
    EXPECT_FALSE(channel.take([](const app::TwinSlot&) {}));
    for (int i = 0; i < 2'000; ++i) channel.post(s);
    taken = 0;
    channel.take([&](const app::TwinSlot&) { ++taken; });
    EXPECT_EQ(taken, static_cast<int>(app::TwinChannel::kSlots));
}

TEST(RelayedEngine, GivesCommandsInOrderAndAllOfThem) {
    std::vector<std::int64_t> slots;
    auto inner = std::make_unique<FakeTwin>(
        [&](const engine::Update& u) {
            if (const auto* sample = std::get_if<measure::Sample>(&u))
                slots.push_back(sample->slot);
        },
        engine::SimulatedEngine::Pace::caller);
    {
        app::RelayedEngine engine(std::move(inner));
        engine.start(FakeRun::scenario(), false);
        for (int i = 0; i < 100; ++i) engine.advanceTo(i);
    }
    ASSERT_EQ(slots.size(), 100u);
    EXPECT_EQ(slots.back(), 99);
}

TEST(RunModel, BothRunsATwinBesideTheLiveEngineAndSwitchesItToo) {
    FakeTwins twins;
    FakeRun run({}, &twins.source);
    ASSERT_TRUE(isReady(twins.source));
    ASSERT_TRUE(run.model.chooseEngine(app::EngineKind::both));
    run.start(80);
    ASSERT_EQ(twins.made, 1);
    EXPECT_EQ(run.engines, 1);
    auto setting = run.model.scenario().design.of("indexes");
    setting.value = "on";
    run.model.changeMechanism("indexes", setting);
    run.engine->step(80);
    run.settle();
    run.engine->step(1);
    run.settle();
    ASSERT_EQ(twins.last->changes.size(), 1u);
    const auto& change = std::get<engine::DesignChange>(twins.last->changes[0].change);
    EXPECT_TRUE(change.design.is("indexes", "on"));
    EXPECT_EQ(run.model.twinHistory().lastChange()->text, "Indexes: off → on")
        << "the flags of the live run, not its own";
    EXPECT_EQ(run.model.history().events().size(), 1u);
}

TEST(RunModel, TheTwinJoinsAndLeavesWhileTheRunGoesOn) {
    FakeTwins twins;
    FakeRun run({}, &twins.source);
    ASSERT_TRUE(isReady(twins.source));
    run.start(40);
    ASSERT_TRUE(run.model.chooseEngine(app::EngineKind::both));
    for (int i = 0; i < 3; ++i) {
        run.engine->step(1);
        run.settle();
    }
    EXPECT_EQ(run.engines, 1) << "the live run was not started anew";
    EXPECT_GE(run.model.twinHistory().rows().size(), 40u);
    ASSERT_TRUE(run.model.chooseEngine(app::EngineKind::live));
    EXPECT_FALSE(run.model.twinP99());
    EXPECT_EQ(run.engines, 1);
    // The other way round it is another run.
    ASSERT_TRUE(run.model.chooseEngine(app::EngineKind::simulated));
    run.settle();
    EXPECT_TRUE(run.model.isSimulated());
    EXPECT_EQ(run.model.phase(), engine::Phase::running);
    EXPECT_EQ(run.model.history().rows().size(), 241u) << "only what the twin made";
    EXPECT_FALSE(run.model.topology().nodes.empty());
    for (const auto& node : run.model.topology().nodes) EXPECT_EQ(node.pid, 0) << node.id;
}

TEST(RunModel, HowFarTheTwinIsOffIsSaidInWords) {
    EXPECT_EQ(app::twinWords("p99", {41, 39}, app::milliseconds),
              "twin: p99 41 ms, measured 39 ms, +5 %");
    EXPECT_EQ(app::percentOff({38, 40}), "−5 %");
    EXPECT_EQ(app::percentOff({40.1, 40}), "±0 %");
    EXPECT_EQ(app::percentOff({1, 0}), "±0 %") << "nothing measured, nothing to be off";
}

TEST(Panels, TheTwinStandsBehindTheMeasurementAsDashes) {
    FakeTwins twins;
    fake::FakeRun run({}, &twins.source);
    ASSERT_TRUE(isReady(twins.source));
    ASSERT_TRUE(run.model.chooseEngine(app::EngineKind::both));
    run.start(400);
    run.engine->step(4);
    run.settle();
    for (const auto& make : {app::makeLatencyPanel, app::makeThroughputPanel}) {
        const auto panel = make();
        app::ThemeSource theme{"light"};
        app::ChartView view{theme};
        view.setSeries(panel->lines(), panel->areas());
        view.resize(500, 240);
        view.show();
        auto data = panel->data(run.model);
        ASSERT_FALSE(data.twin.x.empty()) << panel->title().toStdString();
        EXPECT_TRUE(data.note.contains("dashed: twin")) << data.note.toStdString();
        for (const auto& line : data.twin.lines) EXPECT_EQ(line.size(), data.twin.x.size());
        EXPECT_LE(data.twin.x.back(), 0);
        view.setScale(panel->scaleFor(run.model, data));
        view.showData(data);
        view.grab();
        EXPECT_GT(view.twinDashes(), 20u);
        EXPECT_TRUE(view.isTwinBehindLines());
        EXPECT_EQ(view.mostReplacesOfASeries(), 1);
        data.twin = {};
        view.showData(data);
        EXPECT_EQ(view.twinDashes(), 0u);
    }
    EXPECT_TRUE(app::makeWaitsPanel()->data(run.model).twin.x.empty());
}

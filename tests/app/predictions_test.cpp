// SPDX-License-Identifier: GPL-3.0-or-later
// What the twin expects, on switches, chips and suggestions; and the ledger of what came of it.
#include <gmock/gmock.h>

#include <QSignalSpy>
#include <QTemporaryDir>

#include "app/theme/words.h"
#include "app/why/trust.h"
#include "simulator/hardware/assets.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using app::Predictions;
using fake::FakeRun;
using fake::FakeWindow;
using fake::with;

namespace {

system::Inputs shippedInputs() {
    return {std::make_shared<hardware::StatementCosts>(hardware::StatementCosts::shipped()),
            std::make_shared<system::OperationProfile>(system::OperationProfile::shippedFile()),
            std::make_shared<system::HopOverheads>(system::HopOverheads::shippedFile()),
            {},
            {}};
}

std::unique_ptr<engine::SimulatedEngine> realTwin(engine::Engine::Handler handler,
                                                  const system::Inputs& inputs,
                                                  app::TwinSource::Pace pace) {
    return engine::makeSimulatedEngine(std::move(handler), inputs, pace);
}

/// As much patience as a sanitizer needs.
bool isTrueSoon(const std::function<bool()>& condition) {
    return QTest::qWaitFor(condition, 110'000);
}

app::MechanismRow* rowOf(FakeWindow& w, const std::string& id) {
    for (auto* row : w.window.design().rows())
        if (row->spec().id == id) return row;
    return nullptr;
}

struct TwinWindow {
    app::TwinSource twins{shippedInputs, realTwin};
    FakeWindow w;
    explicit TwinWindow(const std::filesystem::path& ledger = {}) : w({}, &twins, ledger) {
        // A design whose answers are clear, and quickly there.
        auto s = FakeRun::scenario();
        s.design = scenario::Design::sound(mechanisms::catalogue());
        s.design.put("indexes", {"off", {}});
        w.model.load(s);
    }
    Predictions& predictions() { return w.window.predictions(); }
    bool waitForSwitches() {
        return isTrueSoon([this] { return predictions().switchesTookMs().has_value(); });
    }
    bool waitForAll() {
        return isTrueSoon([this] { return predictions().state() == Predictions::State::done; });
    }
};

}  // namespace

TEST(Predictions, StandOnEveryPositionOfEverySwitch) {
    TwinWindow t;
    ASSERT_TRUE(t.waitForSwitches());
    for (const auto& spec : mechanisms::catalogue().specs())
        for (const auto& value : spec.values) {
            if (t.w.model.scenario().design.is(spec.id, value.id)) continue;
            EXPECT_NE(t.predictions().find(spec.id, value.id), nullptr) << spec.id << value.id;
        }
    const auto* on = t.predictions().find("indexes", "on");
    ASSERT_NE(on, nullptr);
    EXPECT_EQ(on->effect(), app::Digest::Effect::better);
    const auto lines = rowOf(t.w, "indexes")->predictions();
    ASSERT_EQ(lines.size(), 1);
    EXPECT_TRUE(lines[0].startsWith("turn on: p99 ")) << lines[0].toStdString();
    EXPECT_TRUE(lines[0].contains(" instead of "));
    // A switch of several positions says something of each other one.
    const auto shapes = rowOf(t.w, "query_shape")->predictions().join("\n");
    EXPECT_TRUE(shapes.contains("n + 1")) << shapes.toStdString();
    EXPECT_TRUE(shapes.contains("join"));
    EXPECT_TRUE(rowOf(t.w, "rate_limiting")->predictions().join("").contains("no clear"));
}

TEST(Predictions, AreAskedAgainOnAnyChangeAndOnlyThen) {
    TwinWindow t;
    ASSERT_TRUE(t.waitForSwitches());
    const int before = t.predictions().asked();
    t.w.model.changeMechanism("indexes", with(t.w.model, "indexes", "on"));
    EXPECT_EQ(t.predictions().asked(), before + 1);
    EXPECT_EQ(t.predictions().find("query_shape", "join"), nullptr) << "the old answers are gone";
    EXPECT_EQ(rowOf(t.w, "indexes")->predictions(), QStringList{"predicting …"});
    ASSERT_TRUE(t.waitForSwitches());
    EXPECT_NE(t.predictions().find("indexes", "off"), nullptr);
    EXPECT_EQ(t.predictions().find("indexes", "on"), nullptr) << "where it stands";
    t.w.model.changeUsers(1e5);
    t.w.model.changeMachines({2, 1});
    EXPECT_EQ(t.predictions().asked(), before + 3);
    t.w.start(4);
    t.w.model.startFault("flash_crowd");
    EXPECT_EQ(t.predictions().asked(), before + 3) << "a fault is no other design";
}

TEST(Predictions, ThatWereOvertakenAreGivenUp) {
    TwinWindow t;
    ASSERT_TRUE(isTrueSoon([&] { return t.twins.isReady(); }));
    for (int i = 0; i < 40; ++i) {
        t.w.model.changeUsers(1e4 + 100 * (i + 1));
        QCoreApplication::processEvents();
        EXPECT_LE(t.predictions().boards(), 3u) << "one current, one to come, one being let go";
    }
    ASSERT_TRUE(t.waitForSwitches());
    ASSERT_TRUE(isTrueSoon([&] { return t.predictions().boards() == 1; }));
}

TEST(Predictions, EndWithTheWindow) {
    for (int i = 0; i < 4; ++i) {
        TwinWindow t;
        // Before it has begun, while it reads, in the middle of the work.
        if (i == 1) {
            EXPECT_TRUE(isTrueSoon([&] { return t.twins.isReady(); }));
        } else if (i > 1) {
            EXPECT_TRUE(
                isTrueSoon([&] { return t.predictions().find("indexes", "on") != nullptr; }));
        }
        t.w.window.close();
    }
}

TEST(Predictions, SayWhyThereAreNone) {
    app::TwinSource twins([]() -> system::Inputs { throw std::runtime_error("no profile there"); },
                          realTwin);
    FakeWindow w({}, &twins);
    ASSERT_TRUE(isTrueSoon([&] { return !twins.failure().isEmpty(); }));
    EXPECT_EQ(w.window.predictions().state(), Predictions::State::off);
    EXPECT_TRUE(w.window.predictions().why().contains("no profile there"));
    EXPECT_TRUE(rowOf(w, "indexes")->predictions().isEmpty());
    EXPECT_FALSE(w.window.verdict().chips().isVisible());
    EXPECT_FALSE(w.model.chooseEngine(app::EngineKind::simulated));
    EXPECT_EQ(w.model.engineKind(), app::EngineKind::live);
}

TEST(Predictions, OfADesignThatWasNotRecordedSayWhich) {
    TwinWindow t;
    auto setting = with(t.w.model, "pagination", "keyset");
    setting.parameters["page_size"] = 7;
    t.w.model.changeMechanism("pagination", setting);
    ASSERT_TRUE(isTrueSoon([&] { return rowOf(t.w, "indexes")->predictions().isEmpty(); }));
    EXPECT_EQ(t.predictions().state(), Predictions::State::off);
    EXPECT_TRUE(t.predictions().why().contains("tenfold-cli profile"))
        << t.predictions().why().toStdString();
    EXPECT_FALSE(t.w.window.verdict().chips().isVisible());
    // Back to one that was: the answers are there again.
    t.w.model.undoStack().undo();
    ASSERT_TRUE(t.waitForSwitches());
    EXPECT_FALSE(rowOf(t.w, "indexes")->predictions().isEmpty());
}

TEST(EngineControl, ChoosesAndSaysWhatIsSimulated) {
    TwinWindow t;
    ASSERT_TRUE(isTrueSoon([&] { return t.twins.isReady(); }));
    auto* engines = t.w.window.header().engines();
    EXPECT_TRUE(engines->button(app::EngineKind::live)->isChecked());
    engines->button(app::EngineKind::both)->click();
    EXPECT_EQ(t.w.model.engineKind(), app::EngineKind::both);
    EXPECT_TRUE(engines->button(app::EngineKind::both)->isChecked());
    EXPECT_FALSE(engines->button(app::EngineKind::live)->isChecked());
    QTest::keyClick(engines->button(app::EngineKind::simulated), Qt::Key_Space);
    EXPECT_TRUE(t.w.model.isSimulated());
    t.w.model.start();
    ASSERT_TRUE(isTrueSoon([&] { return t.w.model.history().rows().size() >= 2; }));
    EXPECT_EQ(t.w.engines, 0) << "no process was started";
    QTest::qWait(app::RunModel::kTickMs + 60);
    EXPECT_TRUE(t.w.window.tiles().title(1).contains("sim")) << "every figure says so";
    t.w.model.end();
}

TEST(EngineControl, SaysWhyThereIsNoTwinOfNativeHardware) {
    TwinWindow t;
    ASSERT_TRUE(t.waitForSwitches());
    auto s = t.w.model.scenario();
    s.hardware = "native";
    ASSERT_TRUE(t.w.model.chooseEngine(app::EngineKind::both));
    t.w.model.load(s);
    EXPECT_EQ(t.w.model.engineKind(), app::EngineKind::live) << "what cannot be is not kept";
    auto* engines = t.w.window.header().engines();
    QSignalSpy refused(engines, &app::EngineControl::refused);
    auto* both = engines->button(app::EngineKind::both);
    EXPECT_TRUE(both->isEnabled()) << "it stays in the order of the Tab key";
    both->click();
    EXPECT_EQ(t.w.model.engineKind(), app::EngineKind::live);
    EXPECT_FALSE(both->isChecked());
    ASSERT_EQ(refused.count(), 1);
    EXPECT_TRUE(refused[0][0].toString().contains("native"));
    EXPECT_TRUE(both->toolTip().contains("native"));
    EXPECT_EQ(t.predictions().state(), Predictions::State::off);
    EXPECT_FALSE(t.w.window.verdict().chips().isVisible());
    // Real components have one, and it says what it simulates in their place.
    s.hardware = "tier";
    s.real = {"database"};
    t.w.model.load(s);
    EXPECT_TRUE(t.w.model.chooseEngine(app::EngineKind::both));
    EXPECT_TRUE(both->toolTip().contains("in place") || both->toolTip().contains("real components"))
        << both->toolTip().toStdString();
}

TEST(TierChips, SayWhetherTheDesignHoldsAtEachTierAndUpToHowMany) {
    TwinWindow t;
    ASSERT_TRUE(t.waitForAll());
    auto& chips = t.w.window.verdict().chips();
    ASSERT_TRUE(chips.isVisible());
    for (std::size_t i = 0; i < 3; ++i) {
        const auto* digest = t.predictions().tier(i);
        ASSERT_NE(digest, nullptr);
        EXPECT_EQ(chips.chip(i), app::holdsWord(digest->holds));
        EXPECT_TRUE(chips.chipTip(i).contains("p99 " + app::milliseconds(digest->p99Ms.value)));
    }
    EXPECT_EQ(chips.chip(2), "fails") << "scans at 1M";
    ASSERT_NE(t.predictions().knee(), nullptr);
    EXPECT_FALSE(chips.knee().contains("…"));
    ASSERT_NE(t.predictions().sensitivity(), nullptr);
}

TEST(Why, WhatIsSuggestedSaysWhatItWouldDo) {
    TwinWindow t;
    ASSERT_TRUE(t.waitForSwitches());
    t.w.start(120);
    const auto& suggestions = t.w.model.diagnosis().tryNext;
    ASSERT_FALSE(suggestions.empty());
    EXPECT_EQ(suggestions[0].mechanism, "indexes");
    const auto effects = t.w.window.side().why().suggestionEffects();
    ASSERT_EQ(static_cast<std::size_t>(effects.size()), suggestions.size());
    EXPECT_TRUE(effects[0].startsWith("p99 ")) << effects[0].toStdString();
    EXPECT_TRUE(effects[0].contains(" to ")) << "with its interval";
}

TEST(Trust, SaysWhatWasNotMeasuredAndOpens) {
    QTemporaryDir folder;
    TwinWindow t((folder.path() + "/ledger.db").toStdString());
    ASSERT_TRUE(t.waitForAll());
    const app::Trust none{std::nullopt, &t.w.model, &t.predictions(), &t.w.window.ledger()};
    EXPECT_TRUE(app::trustSummary(none).contains("not measured on this machine yet"));
    EXPECT_TRUE(app::trustSummary(none).contains("tenfold-cli agreement"));
    study::AgreementPart part;
    part.medianError[static_cast<std::size_t>(study::Metric::p99Ms)] = 0.08;
    part.cells = 30;
    part.within = 28;
    EXPECT_EQ(app::agreementWords(part),
              "p99 8.0 % off in the median; 28 of 30 as close as the design asks.");
    EXPECT_EQ(app::agreementWords({}), "");
    t.w.window.side().why().trustButton()->click();
    auto* page = QApplication::activePopupWidget();
    ASSERT_NE(page, nullptr);
    QString all;
    for (auto* label : page->findChildren<QLabel*>()) all += label->text() + "\n";
    EXPECT_TRUE(all.contains("No prediction has been put to the test yet")) << all.toStdString();
    EXPECT_TRUE(all.contains("the cost of a statement"));
    page->close();
}

namespace {

/// Flips the indexes on under a live run and lets half a minute go by.
std::vector<study::LedgerEntry> flipped(const std::function<void(TwinWindow&)>& disturb) {
    QTemporaryDir folder;
    const std::filesystem::path file = (folder.path() + "/ledger.db").toStdString();
    {
        TwinWindow t(file);
        EXPECT_TRUE(t.waitForSwitches());
        t.w.start(80);
        t.w.model.changeMechanism("indexes", with(t.w.model, "indexes", "on"));
        t.w.engine->step(40);
        t.w.settle();
        disturb(t);
        for (int i = 0; i < 6; ++i) {
            t.w.engine->step(20);
            t.w.settle();
        }
    }  // what waits is written before the window has gone
    return study::Ledger(file).entries();
}

}  // namespace

TEST(FlipLedger, KeepsWhatWasPredictedAndWhatWasMeasured) {
    const auto entries = flipped([](TwinWindow& t) {
        EXPECT_TRUE(t.w.window.ledger().takenAfterS());
        EXPECT_EQ(t.w.window.ledger().view().total, 0u) << "too early to tell";
    });
    ASSERT_EQ(entries.size(), 3u);
    std::vector<study::Metric> metrics;
    for (const auto& e : entries) {
        metrics.push_back(e.metric);
        EXPECT_EQ(e.change, "Indexes: off → on");
        EXPECT_EQ(e.scenario, "test at 10k");
        EXPECT_GE(e.samples, 300u);
        EXPECT_LE(e.predicted.low, e.predicted.value);
        EXPECT_GE(e.predicted.high, e.predicted.value);
    }
    EXPECT_THAT(metrics, testing::UnorderedElementsAre(study::Metric::p50Ms, study::Metric::p99Ms,
                                                       study::Metric::failedRatio));
}

TEST(FlipLedger, KeepsNothingOfAFlipThatWasNotAlone) {
    const auto entries = flipped([](TwinWindow& t) {
        t.w.model.changeUsers(2e4);
        t.w.settle();
        EXPECT_FALSE(t.w.window.ledger().takenAfterS());
    });
    EXPECT_TRUE(entries.empty());
}

TEST(FlipLedger, SaysWhyItCannotBeUsed) {
    TwinWindow t("/proc/nowhere/ledger.db");
    ASSERT_TRUE(isTrueSoon([&] { return !t.w.window.ledger().view().failure.isEmpty(); }));
}

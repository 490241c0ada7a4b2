// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QFile>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QTableWidget>
#include <QTemporaryDir>

#include "app/design_panel/card_popover.h"
#include "app/shell/help_dialog.h"
#include "app/theme/words.h"
#include "app/topology/node_popover.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

namespace {

app::MechanismRow* rowOf(FakeWindow& w, const std::string& id) {
    for (auto* row : w.window.design().rows())
        if (row->spec().id == id) return row;
    return nullptr;
}

int designChanges(const fake::FakeEngine& engine) {
    int n = 0;
    for (const auto& c : engine.changes())
        n += std::holds_alternative<engine::DesignChange>(c) ? 1 : 0;
    return n;
}

}  // namespace

TEST(DesignPanel, HasAControlForEachMechanismAndParameterOfTheCatalogue) {
    FakeWindow w;
    const auto& specs = mechanisms::catalogue().specs();
    ASSERT_EQ(w.window.design().rows().size(), specs.size());
    for (const auto& spec : specs) {
        auto* row = rowOf(w, spec.id);
        ASSERT_NE(row, nullptr) << spec.id;
        EXPECT_EQ(row->control()->accessibleName().toStdString(), spec.title);
        EXPECT_EQ(row->parameters().size(), spec.parameters.size()) << spec.id;
        const bool isToggle = qobject_cast<app::ToggleSwitch*>(row->control()) != nullptr;
        EXPECT_EQ(isToggle, spec.values.size() == 2) << spec.id;
    }
}

TEST(DesignPanel, FlippingAnyControlIssuesOneDesignChange) {
    FakeWindow w;
    w.start(4);
    int expected = 0;
    for (const auto& spec : mechanisms::catalogue().specs()) {
        auto* row = rowOf(w, spec.id);
        if (auto* toggle = qobject_cast<app::ToggleSwitch*>(row->control())) {
            QTest::keyClick(toggle, Qt::Key_Space);
        } else {
            auto* choice = qobject_cast<app::ChoiceButton*>(row->control());
            ASSERT_NE(choice, nullptr) << spec.id;
            choice->menu()->actions().at(1)->trigger();
        }
        EXPECT_EQ(designChanges(*w.engine), ++expected) << spec.id;
        EXPECT_TRUE(w.model.scenario().design.is(spec.id, spec.values[1].id)) << spec.id;
    }
    while (w.model.undoStack().canUndo()) w.model.undoStack().undo();
    EXPECT_EQ(w.model.scenario().design, fake::FakeRun::scenario().design);
    EXPECT_FALSE(rowOf(w, "indexes")->isOn()) << "the panel follows undo";
}

TEST(DesignPanel, CombinableValuesAreJoined) {
    FakeWindow w;
    auto* choice = qobject_cast<app::ChoiceButton*>(rowOf(w, "rate_limiting")->control());
    ASSERT_NE(choice, nullptr);
    choice->menu()->actions().at(1)->trigger();
    choice->menu()->actions().at(2)->trigger();
    EXPECT_EQ(w.model.scenario().design.of("rate_limiting").value, "per_ip+per_user");
    choice->menu()->actions().at(0)->trigger();
    EXPECT_EQ(w.model.scenario().design.of("rate_limiting").value, "off");
}

TEST(DesignPanel, FaultsAndMachinesBecomeChanges) {
    FakeWindow w;
    for (const auto& [name, button] : w.window.design().faultButtons())
        EXPECT_FALSE(button->isEnabled()) << "nothing runs yet: " << name;
    w.start(4);
    auto* button = w.window.design().faultButtons().at("flash_crowd");
    ASSERT_TRUE(button->isEnabled());
    button->click();
    button->click();
    ASSERT_EQ(w.engine->changes().size(), 1u) << "a fault that runs is not started again";
    EXPECT_EQ(std::get<engine::FaultStart>(w.engine->changes()[0]).name, "flash_crowd");
}

TEST(Tiles, AgreeWithTheTimeline) {
    FakeWindow w;
    w.start(120);
    const auto window = w.model.history().timeline().steadyWindow();
    const auto all = window.total();
    EXPECT_EQ(w.window.tiles().value(0),
              (w.model.figures().isP95Censored ? "≥ " : "") +
                  app::milliseconds(*all.users.response.percentileMs(0.95)));
    EXPECT_EQ(w.window.tiles().value(1), app::percent(static_cast<double>(all.users.failed()) /
                                                      static_cast<double>(all.users.ended())));
    EXPECT_EQ(w.window.tiles().value(3), app::compact(static_cast<double>(all.server.statements) /
                                                      static_cast<double>(all.server.requests)));
}

TEST(Tiles, SayHowManySamplesAreMissing) {
    FakeWindow w;
    w.start(4);
    EXPECT_EQ(w.window.tiles().value(0), "–");
}

TEST(Tiles, SayHowOftenWhatWasBefore) {
    FakeWindow w;
    w.start(120);
    const auto before = w.model.figures();
    w.model.changeMechanism("query_shape", {"batched", {}});
    w.engine->step(12);
    w.settle();
    EXPECT_TRUE(w.window.tiles().spoken(0).contains("settling 7 s"))
        << w.window.tiles().spoken(0).toStdString();
    EXPECT_TRUE(w.window.tiles().title(0).contains("settling"));
    w.engine->step(60);
    w.settle();
    const auto after = w.model.figures();
    EXPECT_TRUE(
        w.window.tiles().spoken(0).contains("n " + app::count(static_cast<double>(after.n))))
        << w.window.tiles().spoken(0).toStdString();
    EXPECT_TRUE(w.window.tiles().extra(0).startsWith(app::timesText(*after.p95, *before.p95)))
        << w.window.tiles().extra(0).toStdString();
    EXPECT_TRUE(w.window.tiles().extra(3).startsWith(
        app::timesText(after.statementsPerRequest, before.statementsPerRequest)))
        << w.window.tiles().extra(3).toStdString();
    EXPECT_TRUE(w.window.tiles().spoken(3).endsWith("before ①"))
        << w.window.tiles().spoken(3).toStdString();
}

TEST(Tiles, KeepTheirPlacesAndTheirWordsInANarrowWindow) {
    FakeWindow w;
    w.window.resize(1280, 720);
    QCoreApplication::processEvents();
    EXPECT_EQ(w.window.tiles().title(3), "statements / req") << "at once, not with the next sample";
    const auto widths = [&w] {
        QList<int> out;
        for (auto* card : w.window.tiles().findChildren<QFrame*>(Qt::FindDirectChildrenOnly))
            out << card->width();
        return out;
    };
    const auto empty = widths();
    auto sound = fake::FakeRun::scenario();  // "231 of 231 /s" just fits
    sound.design = scenario::Design::sound(mechanisms::catalogue());
    sound.workload.dailyActiveUsers = 1e5;
    w.model.load(sound);
    w.start(120);
    QCoreApplication::processEvents();
    EXPECT_EQ(widths(), empty);
    for (const auto* label : w.window.tiles().findChildren<app::ElidedLabel*>()) {
        EXPECT_NE(label->text().isEmpty(), label->isVisible())
            << "a word that is not there takes room from the figure";
    }
}

TEST(Verdict, NothingHoldsWhileTheFiguresSettle) {
    FakeWindow w;
    auto sound = fake::FakeRun::scenario();
    sound.design = scenario::Design::sound(mechanisms::catalogue());
    sound.workload.dailyActiveUsers = 1e5;
    w.model.load(sound);
    w.start(120);
    ASSERT_EQ(w.model.verdict().holds, judge::Holds::yes);
    EXPECT_TRUE(w.window.verdict().headline().startsWith("Holds"));
    w.model.changeMachines({2, 1});
    w.engine->step(24);
    w.settle();
    ASSERT_EQ(w.model.verdict().holds, judge::Holds::yes);
    EXPECT_EQ(w.window.verdict().headline(), "Settling, 4 s");
    w.engine->step(16);
    w.settle();
    EXPECT_TRUE(w.window.verdict().headline().startsWith("Holds"));
}

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

TEST(States, EachIsSaidInWords) {
    FakeWindow w;
    EXPECT_EQ(w.window.verdict().headline(), "No traffic yet");
    w.options.staysStarting = true;
    w.start();
    EXPECT_EQ(w.window.verdict().headline(), "Starting");
    EXPECT_TRUE(w.window.verdict().sentence().contains("7 processes"))
        << w.window.verdict().sentence().toStdString();
    w.options = {.failure = "the disk is full"};
    w.model.start();
    QCoreApplication::processEvents();
    EXPECT_EQ(w.window.verdict().headline(), "The run could not go on");
    EXPECT_EQ(w.window.verdict().sentence(), "the disk is full");
    const auto* why = w.window.side().findChild<app::WhyTab*>();
    EXPECT_EQ(why->findChild<QLabel*>()->text(), "It did not start");
    w.options = {.failure = "tenfold-server could not be started: No such file or directory"};
    w.model.start();
    QCoreApplication::processEvents();
    EXPECT_TRUE(w.window.verdict().sentence().contains("script/run builds it"));
    w.options = {};
    w.start(4);
    w.model.toggleRun();
    QCoreApplication::processEvents();
    EXPECT_EQ(w.window.verdict().headline(), "Paused");
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

TEST(Diagram, ANodeOpensWithItsAddressAndCommandLine) {
    FakeWindow w;
    w.start(8);
    const auto& boxes = w.window.diagram().model().boxes;
    for (const auto& box : boxes) {
        if (box.members.empty()) continue;
        auto* popover = app::makeNodePopover(box, w.model, w.theme, &w.window);
        popover->openAt(QRect(100, 100, 10, 10));
        EXPECT_NE(popover->findChild<QLineEdit*>(), nullptr) << box.title.toStdString();
        popover->close();
    }
}

TEST(Charts, ShowTheirDataAsATable) {
    FakeWindow w;
    w.start(40);
    auto* chart = w.window.panels().charts().front();
    QTest::keyClick(chart->focusProxy(), Qt::Key_T);
    auto* table = w.window.findChild<QTableWidget*>();
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->columnCount(), 5);
    EXPECT_EQ(table->rowCount(), static_cast<int>(chart->data().x.size()));
    EXPECT_FALSE(chart->accessibleDescription().isEmpty());
}

TEST(Charts, TheCursorGoesThroughAllOfThem) {
    FakeWindow w;
    w.start(80);
    const auto charts = w.window.panels().charts();
    QTest::keyClick(charts[1]->focusProxy(), Qt::Key_Left);
    for (const auto* chart : charts) {
        EXPECT_EQ(chart->cursor(), -1.0);
        EXPECT_EQ(chart->data().samples.size(), chart->data().x.size()) << "n for each point";
    }
}

TEST(Charts, AreCopiedAsAPictureAndAsNumbers) {
    FakeWindow w;
    w.start(40);
    QGuiApplication::clipboard()->clear();
    EXPECT_FALSE(w.window.panels().copyFocused()) << "no chart has the focus";
    w.window.activateWindow();
    auto* chart = w.window.panels().charts()[1];
    ASSERT_TRUE(QTest::qWaitForWindowActive(&w.window));
    chart->focusProxy()->setFocus();
    ASSERT_TRUE(w.window.panels().copyFocused());
    const auto* mime = QGuiApplication::clipboard()->mimeData();
    EXPECT_TRUE(mime->hasImage());
    const auto lines = mime->text().split('\n', Qt::SkipEmptyParts);
    EXPECT_EQ(lines[0], "Asked for and answered");
    EXPECT_TRUE(lines[1].startsWith("seconds ago\toffered\tok\t"));
    EXPECT_EQ(static_cast<std::size_t>(lines.size()), chart->data().x.size() + 2);
}

TEST(Popovers, OpenAndSayWhereNumbersComeFrom) {
    FakeWindow w;
    app::openRatePopover(w.model, &w.window, &w.window);
    app::openHardwarePopover(w.model, &w.window, &w.window);
    app::openCard(mechanisms::catalogue().specs().front(), &w.window, &w.window);
    int open = 0;
    for (auto* widget : QApplication::topLevelWidgets())
        if (qobject_cast<app::Popover*>(widget) && widget->isVisible()) {
            ++open;
            EXPECT_FALSE(widget->grab().isNull());
            widget->close();
        }
    EXPECT_GE(open, 2);
}

TEST(Events, HaveARowEachAndAreHighlightedTogether) {
    FakeWindow w;
    w.start(8);
    w.model.changeUsers(1e5);
    w.engine->step(8);
    w.settle();
    EXPECT_EQ(w.window.side().events().rowCount(), 1);
    const auto flags = app::flagsOf(w.model.history());
    ASSERT_EQ(flags.size(), 1u);
    EXPECT_EQ(flags[0].number, 1);
    w.window.side().events().highlight(1);
    EXPECT_EQ(w.window.side().events().currentNumber(), 1);
}

TEST(Events, AFlagThatIsClickedOpensItsRow) {
    FakeWindow w;
    w.start(8);
    w.model.changeUsers(1e5);
    w.engine->step(8);
    w.settle();
    EXPECT_FALSE(w.window.side().events().isVisible());
    Q_EMIT w.window.panels().charts()[2]->flagChosen(1);
    EXPECT_TRUE(w.window.side().events().isVisible());
    EXPECT_EQ(w.window.side().events().currentNumber(), 1);
}

TEST(Shortcuts, DoNotCollideAndAreAllBound) {
    EXPECT_EQ(app::shortcutCollisions(), QStringList{});
    FakeWindow w;
    std::size_t bound = 0;
    for (const auto* action : w.window.actions()) bound += action->shortcuts().isEmpty() ? 0 : 1;
    EXPECT_EQ(bound, app::shortcuts().size());
    app::HelpDialog help(&w.window);
    help.grab();
}

TEST(ScenarioFiles, ANewOneIsADesignAsAFirstVersionShipsIt) {
    FakeWindow w;
    w.model.changeUsers(1e6);
    w.window.files().startNew();
    EXPECT_EQ(w.model.scenario().design, scenario::Design::naive(mechanisms::catalogue()));
    EXPECT_EQ(w.model.scenario().workload.dailyActiveUsers, 1e4);
    EXPECT_FALSE(w.model.undoStack().canUndo());
}

TEST(ScenarioFiles, ABadFileLeavesEverythingAsItWasAndNamesAllProblems) {
    FakeWindow w;
    QTemporaryDir folder;
    const QString file = folder.filePath("bad.json");
    QFile out(file);
    ASSERT_TRUE(out.open(QIODevice::WriteOnly));
    out.write(R"({"format":"tenfold.scenario/1","desing":{},"seed":"x"})");
    out.close();
    const auto before = w.model.scenario();
    const auto problems = w.window.files().open(file.toStdString());
    EXPECT_GE(problems.size(), 2);
    EXPECT_EQ(w.model.scenario(), before);
    EXPECT_EQ(w.window.files().open("/nowhere/at/all.json").size(), 1);
}

TEST(ScenarioFiles, WhatIsSavedCanBeOpenedAgain) {
    FakeWindow w;
    auto setting = w.model.scenario().design.of("read_replicas");
    setting.value = "2";
    setting.parameters["lag_ms"] = 500;
    w.model.changeMechanism("read_replicas", setting);
    const auto saved = w.model.scenario();
    QTemporaryDir folder;
    const QString file = folder.filePath("a.json");
    EXPECT_EQ(w.window.files().save(file), QString());
    w.model.undoStack().undo();
    EXPECT_EQ(w.window.files().open(file.toStdString()), QStringList{});
    EXPECT_EQ(w.model.scenario(), saved);
    EXPECT_FALSE(w.window.files().save("/nowhere/at/all.json").isEmpty());
    EXPECT_FALSE(w.window.files().exportCsv("/nowhere/at/all.csv").isEmpty());
}

TEST(Window, ClosesAtOnceWhileStartingAndStopsTheEngine) {
    FakeWindow w({.staysStarting = true});
    w.start();
    w.window.close();
    EXPECT_FALSE(w.window.isVisible());
    EXPECT_EQ(w.model.phase(), engine::Phase::idle);
}

TEST(Window, FitsEveryCommonSizeInBothThemes) {
    FakeWindow w;
    w.start(40);
    for (const QSize size : {QSize(1280, 720), QSize(1680, 1020), QSize(2560, 1440)}) {
        w.window.resize(size);
        QCoreApplication::processEvents();
        EXPECT_EQ(w.window.size(), size) << "a part asks for more room than there is";
        w.theme.toggle();
        EXPECT_FALSE(w.window.grab().isNull());
    }
}

TEST(Window, SurvivesAnythingClickedOrTyped) {
    FakeWindow w;
    w.start(8);
    random::Stream random(11, "monkey");
    const auto pick = [&random](int n) {
        return static_cast<int>(random.uniformInt(static_cast<std::uint64_t>(n)));
    };
    const Qt::Key keys[] = {Qt::Key_Space, Qt::Key_Tab,   Qt::Key_Left,  Qt::Key_Right,
                            Qt::Key_Down,  Qt::Key_Enter, Qt::Key_Escape};
    for (int i = 0; i < 400; ++i) {
        // Ten virtual seconds pass while it happens.
        if (i % 10 == 0) w.engine->step();
        QWidget* target = QApplication::activePopupWidget();
        if (target) {
            target->close();
            QCoreApplication::processEvents();
        }
        const QPoint at(pick(w.window.width()), 60 + pick(w.window.height() - 60));
        QWidget* widget = w.window.childAt(at);
        // A menu or a file dialog would wait for a hand that is not there.
        if (!widget || qobject_cast<QToolButton*>(widget)) continue;
        const QPoint local = widget->mapFrom(&w.window, at);
        QTest::mouseMove(widget, local);
        QTest::mouseClick(widget, Qt::LeftButton, {}, local);
        if (QWidget* focused = w.window.focusWidget();
            focused && !qobject_cast<QToolButton*>(focused))
            QTest::keyClick(focused, keys[pick(7)]);
        if (i % 50 == 0) w.model.undoStack().undo();
        if (w.model.phase() == engine::Phase::paused) w.model.toggleRun();
        QCoreApplication::processEvents();
    }
    w.window.grab();
}

TEST(Theme, EveryTextIsReadable) {
    for (const char* id : {"light", "dark"}) {
        const auto theme = app::loadTheme(id);
        for (const auto& paper : {theme.card, theme.window, theme.sunken})
            for (const auto& ink : {theme.text, theme.muted, theme.faint, theme.badText,
                                    theme.goodText, theme.warnText})
                EXPECT_GE(app::contrastRatio(ink, paper), 4.5)
                    << id << " " << ink.name().toStdString() << " on "
                    << paper.name().toStdString();
        // Links stand on cards and bars only.
        EXPECT_GE(app::contrastRatio(theme.accent, theme.card), 4.5) << id;
        EXPECT_GE(app::contrastRatio(theme.accent, theme.bar), 4.5) << id;
        EXPECT_GE(app::contrastRatio(theme.onAccent, theme.accent), 4.5) << id;
        EXPECT_GE(app::contrastRatio(theme.onGood, theme.good), 4.5) << id;
        EXPECT_GE(app::contrastRatio(theme.warnText, theme.warnTint), 4.5) << id;
        EXPECT_GE(app::contrastRatio(theme.badText, theme.badTint), 4.5) << id;
    }
}

TEST(Words, NumbersReadTheSameEverywhere) {
    EXPECT_EQ(app::milliseconds(0.42), "0.4 ms");
    EXPECT_EQ(app::milliseconds(520), "520 ms");
    EXPECT_EQ(app::milliseconds(5'000), "5.0 s");
    EXPECT_EQ(app::perSecond(2314.8), "2,315");
    EXPECT_EQ(app::percent(0.335), "33.5 %");
    EXPECT_EQ(app::percent(0.0004), "0.04 %");
    EXPECT_EQ(app::compact(41), "41");
    EXPECT_EQ(app::timesText(124, 10), "×12.4");
    EXPECT_EQ(app::timesText(0.6, 10), "×0.06");
    EXPECT_EQ(app::timesText(5, 5), "×1.0");
    EXPECT_EQ(app::timesText(1, 500), "×<0.01");
    EXPECT_EQ(app::timesText(5, 0), "");
    EXPECT_EQ(app::clock(134), "02:14");
    EXPECT_EQ(app::circledNumber(2), "②");
    EXPECT_EQ(app::circledNumber(21), "(21)");
}

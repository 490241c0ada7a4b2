// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme/words.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

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

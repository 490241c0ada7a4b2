// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QMimeData>
#include <QTableWidget>

#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

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

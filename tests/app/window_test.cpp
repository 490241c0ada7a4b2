// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/help_dialog.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

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

TEST(Shortcuts, DoNotCollideAndAreAllBound) {
    EXPECT_EQ(app::shortcutCollisions(), QStringList{});
    FakeWindow w;
    std::size_t bound = 0;
    for (const auto* action : w.window.actions()) bound += action->shortcuts().isEmpty() ? 0 : 1;
    EXPECT_EQ(bound, app::shortcuts().size());
    app::HelpDialog help(&w.window);
    help.grab();
}

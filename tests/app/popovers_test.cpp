// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/card_popover.h"
#include "tests/app/window_fixture.h"

using namespace tenfold;  // NOLINT: a test
using tenfold::fake::FakeWindow;

TEST(Popovers, OpenAndSayWhereNumbersComeFrom) {
    FakeWindow w;
    app::openRatePopover(w.model, &w.window, &w.window);
    app::openHardwarePopover(w.model, &w.window, &w.window);
    app::openCard(mechanisms::catalogue().specs().front(), w.theme.theme(), &w.window, &w.window);
    int open = 0;
    for (auto* widget : QApplication::topLevelWidgets())
        if (qobject_cast<app::Popover*>(widget) && widget->isVisible()) {
            ++open;
            EXPECT_FALSE(widget->grab().isNull());
            widget->close();
        }
    EXPECT_GE(open, 2);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "app/run/figures.h"
#include "app/theme/theme.h"
#include "app/theme/words.h"

using namespace tenfold;  // NOLINT: a test

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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme/fonts.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetricsF>

namespace tenfold::app {

void setApplicationFont() {
    QFont font = QApplication::font();
    if (QFontDatabase::families().contains("Inter")) font.setFamily("Inter");
    font.setPointSizeF(9.75);
    QApplication::setFont(font);
}

QFont fontFor(TextRole role) {
    QFont font = QApplication::font();
    const double base = font.pointSizeF();
    switch (role) {
        case TextRole::body:
            break;
        case TextRole::small:
            font.setPointSizeF(base * 0.9);
            break;
        case TextRole::tiny:
            font.setPointSizeF(base * 0.8);
            font.setWeight(QFont::DemiBold);
            break;
        case TextRole::strong:
            font.setWeight(QFont::DemiBold);
            break;
        case TextRole::title:
            font.setPointSizeF(base * 1.1);
            font.setWeight(QFont::DemiBold);
            break;
        case TextRole::figure:
            font.setPointSizeF(base * 1.45);
            font.setWeight(QFont::Bold);
            break;
        case TextRole::brand:
            font.setPointSizeF(base * 1.5);
            font.setWeight(QFont::Bold);
            break;
    }
    return font;
}

QFont fixedFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(QApplication::font().pointSizeF() * 0.95);
    return font;
}

int charsWide(double n) {
    return static_cast<int>(QFontMetricsF(QApplication::font()).averageCharWidth() * n);
}

}  // namespace tenfold::app

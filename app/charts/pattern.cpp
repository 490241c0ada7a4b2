// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/pattern.h"

#include <QPainter>
#include <QPixmap>

namespace tenfold::app {

QBrush patternBrush(const QColor& colour, FillPattern pattern) {
    if (pattern == FillPattern::plain) return colour;
    constexpr int kSize = 8;
    QPixmap tile(kSize, kSize);
    tile.fill(colour);
    QPainter p(&tile);
    p.setRenderHint(QPainter::Antialiasing);
    const QColor mark = colour.lightness() > 140 ? colour.darker(122) : colour.lighter(135);
    p.setPen(QPen(mark, 1.4));
    switch (pattern) {
        case FillPattern::stripes:
            for (const int shift : {-kSize, 0, kSize}) p.drawLine(shift, kSize, shift + kSize, 0);
            break;
        case FillPattern::backStripes:
            for (const int shift : {-kSize, 0, kSize}) p.drawLine(shift, 0, shift + kSize, kSize);
            break;
        case FillPattern::dots:
            p.setPen(Qt::NoPen);
            p.setBrush(mark);
            p.drawEllipse(QPointF(2, 2), 1.3, 1.3);
            p.drawEllipse(QPointF(6, 6), 1.3, 1.3);
            break;
        case FillPattern::bars:
            p.drawLine(QPointF(4, 0), QPointF(4, kSize));
            break;
        case FillPattern::plain:
            break;
    }
    return QBrush(tile);
}

}  // namespace tenfold::app

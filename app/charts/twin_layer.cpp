// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/twin_layer.h"

#include <QPainter>
#include <cmath>
#include <utility>

namespace tenfold::app {

bool TwinLayer::isInDash(double secondOfRun) {
    const double period = kDashS + kGapS;
    const double at = secondOfRun - std::floor(secondOfRun / period) * period;
    return at < kDashS;
}

void TwinLayer::show(std::vector<Line> lines, const QRectF& bounds) {
    if (bounds != m_bounds) {
        prepareGeometryChange();
        m_bounds = bounds;
    }
    m_lines = std::move(lines);
    update();
}

std::size_t TwinLayer::dashCount() const {
    std::size_t n = 0;
    for (const auto& line : m_lines) n += line.dashes.size();
    return n;
}

void TwinLayer::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
    for (const auto& line : m_lines) {
        painter->setPen(QPen(line.colour, line.width, Qt::SolidLine, Qt::FlatCap));
        painter->drawLines(line.dashes.data(), static_cast<int>(line.dashes.size()));
    }
}

}  // namespace tenfold::app

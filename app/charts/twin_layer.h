// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QGraphicsItem>
#include <QLineF>
#include <vector>

namespace tenfold::app {

/// The dashes of the twin's lines, between the areas and the lines of a chart.
///
/// Painted as short lines of a solid pen: a dashed pen would have Qt stroke the whole path each
/// time. Dashes belong to seconds of the run, so that they move with it and do not shimmer.
class TwinLayer : public QGraphicsItem {
public:
    /// Seconds that a dash and the gap behind it last.
    static constexpr int kDashS = 3;
    static constexpr int kGapS = 2;
    static bool isInDash(double secondOfRun);

    explicit TwinLayer(QGraphicsItem* parent) : QGraphicsItem(parent) {}

    struct Line {
        QColor colour;
        double width = 1.5;
        std::vector<QLineF> dashes;
    };
    void show(std::vector<Line> lines, const QRectF& bounds);
    std::size_t dashCount() const;

    QRectF boundingRect() const override { return m_bounds; }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    std::vector<Line> m_lines;
    QRectF m_bounds;
};

}  // namespace tenfold::app

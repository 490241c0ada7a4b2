// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QPainterPath>
#include <QPixmap>
#include <QTimer>
#include <QWidget>

#include "app/run/run_model.h"
#include "app/theme/theme.h"
#include "app/topology/diagram_model.h"

namespace tenfold::app {

/// The picture of the system: boxes, rings, what waits, and what flows. Boxes and edges are painted
/// into a pixmap four times a second; the dots move over it ten times a second, while it is seen.
class SystemDiagram : public QWidget {
    Q_OBJECT
public:
    SystemDiagram(RunModel& run, const ThemeSource& theme, QWidget* parent = nullptr);

    /// Without motion an edge's thickness shows its rate.
    void setReducedMotion(bool isReduced);
    const DiagramModel& model() const { return m_model; }
    QRect boxRect(std::size_t box) const { return m_rects[box].toRect(); }
    QPainterPath edgePath(std::size_t edge) const { return pathOf(m_model.edges[edge]); }
    /// What the picture stands for: "one dot = 5 requests · …".
    QString caption() const;

Q_SIGNALS:
    void captionChanged();
    void boxChosen(std::size_t box);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    struct Track {
        std::vector<QPointF> points;  // 2 px apart along the edge
        double phase = 0;             // how far the first dot has come, px
    };

    void refresh();
    void layOut();
    void renderStill();
    void animate();
    void updateAnimation();
    QPainterPath pathOf(const DiagramEdge& edge) const;
    void paintEdge(QPainter& p, const DiagramEdge& edge) const;
    void paintBox(QPainter& p, std::size_t index) const;
    int boxAt(QPointF at) const;
    void choose(int box);

    RunModel& m_run;
    const ThemeSource& m_theme;
    DiagramModel m_model;
    std::vector<QRectF> m_rects;
    std::vector<Track> m_tracks;
    QRegion m_motionRegion;  // where dots are
    QPixmap m_still;
    QTimer m_motion;
    QElapsedTimer m_clock;
    bool m_isReduced = false;
    int m_selected = -1;
    int m_hovered = -1;
    QString m_layoutKey;
};

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCharts/QAbstractAxis>
#include <QtCharts/QAreaSeries>
#include <QtCharts/QChart>
#include <QtCharts/QChartView>
#include <QtCharts/QLineSeries>

#include <map>

#include "app/charts/chart_view.h"
#include "app/charts/twin_layer.h"

namespace tenfold::app {

/// What ChartView is inside: the only class that sees Qt Charts. Series are Qt Charts'; grid,
/// labels, gaps, flags and cursor are painted here.
class ChartCanvas : public QChartView {
    Q_OBJECT
public:
    ChartCanvas(const ThemeSource& theme, ChartView& owner);

    void setSeries(std::vector<LineStyle> lines, std::vector<AreaStyle> areas);
    void setLineLabels(const QStringList& labels);
    void setScale(const ChartScale& scale);
    void setReference(double y, const QString& text);
    void showData(ChartData data);
    void setCursorAt(std::optional<double> x, bool hasTable);
    void highlightFlag(int number);
    void layOut();

    const ChartData& data() const { return m_data; }
    const std::vector<LineStyle>& lines() const { return m_lines; }
    const std::vector<AreaStyle>& areas() const { return m_areas; }
    std::optional<double> cursor() const { return m_cursor; }
    int mostReplaces() const;
    int pointsShown() const { return m_pointsShown; }
    int segmentsOf(std::size_t line) const;
    int ghostPoints() const;
    std::size_t twinDashes() const { return m_twin ? m_twin->dashCount() : 0; }
    /// The twin stands between areas and lines.
    bool isTwinBehindLines() const;

protected:
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    // QChartView's own handlers dereference what is under the mouse without a check.
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Line {
        std::vector<QLineSeries*> segments;  // one for each stretch between gaps
    };
    struct Area {
        QLineSeries* upper = nullptr;
        QAreaSeries* area = nullptr;
    };
    QLineSeries* addSegment(std::size_t line);
    void addGhosts();
    void showGhost();
    /// `before`: what the chart had before its last series.
    void addTwin(const QList<QGraphicsItem*>& before);
    void showTwin();
    void attach(QAbstractSeries* series);
    void replaceIn(QLineSeries* series, const QList<QPointF>& points);
    void applyTheme();
    double clamped(double y) const;
    double xOf(double seconds) const;
    double yOf(double value) const;
    QRectF plot() const { return m_plot; }

    int flagAt(double x) const;  // its number; 0 without one
    void paintGaps(QPainter& p) const;
    void paintReference(QPainter& p) const;
    void paintFlags(QPainter& p) const;
    void paintEndLabels(QPainter& p) const;
    void paintCursor(QPainter& p) const;
    void paintNote(QPainter& p) const;

    const ThemeSource& m_theme;
    ChartView& m_owner;
    QChart* m_chart;
    QAbstractAxis* m_x = nullptr;
    QAbstractAxis* m_y = nullptr;
    std::vector<LineStyle> m_lines;
    std::vector<AreaStyle> m_areas;
    std::vector<Line> m_lineSeries;
    std::vector<Area> m_areaSeries;
    std::vector<Line> m_ghosts;      // made first: they stand behind the lines
    TwinLayer* m_twin = nullptr;     // owned by the chart
    QLineSeries* m_floor = nullptr;  // below every area
    ChartScale m_scale;
    std::optional<double> m_reference;
    QString m_referenceText;
    ChartData m_data;
    QRectF m_plot;
    std::optional<double> m_cursor;
    bool m_hasTable = false;
    int m_highlighted = 0;
    std::map<const QLineSeries*, int> m_replaces;
    int m_pointsShown = 0;
};

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/chart_canvas.h"

#include <QGraphicsLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QtCharts/QLogValueAxis>
#include <QtCharts/QValueAxis>
#include <algorithm>

#include "app/run/history.h"
#include "app/theme/fonts.h"

namespace tenfold::app {

namespace {
constexpr int kMaxPoints = 600;
// Stretches between gaps that one line may have on screen; older ones are not drawn.
constexpr std::size_t kMaxSegments = 24;
// Half a minute holds few gaps.
constexpr std::size_t kGhostSegments = 3;
}  // namespace

ChartCanvas::ChartCanvas(const ThemeSource& theme, ChartView& owner)
    : QChartView(), m_theme(theme), m_owner(owner), m_chart(chart()) {
    m_chart->setAnimationOptions(QChart::NoAnimation);
    m_chart->setBackgroundVisible(false);
    m_chart->setPlotAreaBackgroundVisible(false);
    m_chart->legend()->hide();
    m_chart->setMargins({});
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    setRubberBand(QChartView::NoRubberBand);
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    setCacheMode(QGraphicsView::CacheBackground);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setAutoFillBackground(false);
    setStyleSheet("background: transparent;");

    auto* x = new QValueAxis;
    x->setRange(-kShownSeconds, 0);
    m_x = x;
    m_chart->addAxis(x, Qt::AlignBottom);
    m_x->setVisible(false);
    connect(&m_theme, &ThemeSource::changed, this, &ChartCanvas::applyTheme);
}

void ChartCanvas::attach(QAbstractSeries* series) {
    m_chart->addSeries(series);
    series->attachAxis(m_x);
    if (m_y) series->attachAxis(m_y);
}

QLineSeries* ChartCanvas::addSegment(std::size_t line) {
    auto* series = new QLineSeries;
    // A solid pen: any other one makes Qt Charts stroke the whole path each time.
    series->setPen(QPen(m_theme.theme().*m_lines[line].colour, m_lines[line].width));
    attach(series);
    m_lineSeries[line].segments.push_back(series);
    return series;
}

void ChartCanvas::addGhosts() {
    // One for each line, or one for the stack.
    m_ghosts.resize(std::max<std::size_t>(1, m_areas.empty() ? m_lines.size() : 1));
    for (auto& ghost : m_ghosts)
        for (std::size_t s = 0; s < kGhostSegments; ++s) {
            auto* series = new QLineSeries;
            attach(series);
            ghost.segments.push_back(series);
        }
}

void ChartCanvas::showGhost() {
    const auto& x = m_data.ghost.x;
    for (std::size_t i = 0; i < m_ghosts.size(); ++i) {
        std::vector<std::pair<std::size_t, std::size_t>> runs;
        if (i < m_data.ghost.lines.size()) runs = finiteRuns(m_data.ghost.lines[i]);
        for (std::size_t s = 0; s < kGhostSegments; ++s) {
            QList<QPointF> points;
            if (s < runs.size())
                for (std::size_t k = runs[s].first; k <= runs[s].second; ++k)
                    points.append({x[k], clamped(m_data.ghost.lines[i][k])});
            replaceIn(m_ghosts[i].segments[s], points);
        }
    }
}

void ChartCanvas::addTwin(const QList<QGraphicsItem*>& before) {
    m_twin = new TwinLayer(m_chart);
    // On the level of the series; on one level, who came first stands behind.
    for (auto* item : m_chart->childItems())
        if (item != m_twin && !before.contains(item)) m_twin->setZValue(item->zValue());
}

bool ChartCanvas::isTwinBehindLines() const {
    const auto items = m_chart->childItems();  // in the order they are painted
    const auto at = items.indexOf(m_twin);
    int behind = 0;
    for (qsizetype i = 0; i < at; ++i) behind += items[i]->zValue() == m_twin->zValue() ? 1 : 0;
    int level = 0;
    for (const auto* item : items) level += item->zValue() == m_twin->zValue() ? 1 : 0;
    std::size_t lines = 0;
    for (const auto& line : m_lineSeries) lines += line.segments.size();
    return at >= 0 && level - 1 - behind == static_cast<int>(lines);
}

void ChartCanvas::showTwin() {
    const auto& x = m_data.twin.x;
    std::vector<TwinLayer::Line> lines;
    for (std::size_t i = 0; i < m_data.twin.lines.size() && i < m_lines.size(); ++i) {
        const auto& values = m_data.twin.lines[i];
        const auto colour = m_data.twin.colour ? m_data.twin.colour : m_lines[i].colour;
        TwinLayer::Line line{m_theme.theme().*colour, 1.6, {}};
        for (std::size_t k = 1; k < values.size() && k < x.size(); ++k) {
            if (!std::isfinite(values[k - 1]) || !std::isfinite(values[k])) continue;
            if (x[k - 1] < -kShownSeconds || !TwinLayer::isInDash(m_data.endS + x[k - 1])) continue;
            line.dashes.emplace_back(xOf(x[k - 1]), yOf(values[k - 1]), xOf(x[k]), yOf(values[k]));
        }
        lines.push_back(std::move(line));
    }
    m_twin->show(std::move(lines), m_plot);
}

int ChartCanvas::ghostPoints() const {
    int n = 0;
    for (const auto& ghost : m_ghosts)
        for (const auto* series : ghost.segments) n += static_cast<int>(series->count());
    return n;
}

void ChartCanvas::setSeries(std::vector<LineStyle> lines, std::vector<AreaStyle> areas) {
    m_lines = std::move(lines);
    m_areas = std::move(areas);
    if (!m_areas.empty()) m_floor = new QLineSeries(this);
    m_areaSeries.resize(m_areas.size());
    // The highest first, each down to the floor, the lower ones painted over it: a band between two
    // ragged borders would cost twice as much.
    for (std::size_t i = m_areas.size(); i-- > 0;) {
        // An area does not own its borders: the chart would delete them twice.
        Area area{new QLineSeries(this), nullptr};
        area.area = new QAreaSeries(area.upper, m_floor);
        area.area->setPen(Qt::NoPen);
        attach(area.area);
        m_areaSeries[i] = area;
    }
    const auto before = m_chart->childItems();
    addGhosts();
    addTwin(before);
    m_lineSeries.resize(m_lines.size());
    for (std::size_t i = 0; i < m_lines.size(); ++i) addSegment(i);
    applyTheme();
}

void ChartCanvas::setLineLabels(const QStringList& labels) {
    for (std::size_t i = 0; i < m_lines.size(); ++i)
        m_lines[i].label = labels.value(static_cast<qsizetype>(i));
}

void ChartCanvas::applyTheme() {
    const Theme& theme = m_theme.theme();
    for (std::size_t i = 0; i < m_lineSeries.size(); ++i)
        for (auto* series : m_lineSeries[i].segments)
            series->setPen(QPen(theme.*m_lines[i].colour, m_lines[i].width));
    for (std::size_t i = 0; i < m_ghosts.size(); ++i)
        for (auto* series : m_ghosts[i].segments)
            series->setPen(QPen(theme.ghost, 1.1 + 0.4 * static_cast<double>(i)));
    for (std::size_t i = 0; i < m_areaSeries.size(); ++i)
        m_areaSeries[i].area->setBrush(patternBrush(theme.*m_areas[i].colour, m_areas[i].pattern));
    if (m_twin) showTwin();
    resetCachedContent();
    viewport()->update();
}

void ChartCanvas::setScale(const ChartScale& scale) {
    if (scale == m_scale && m_y) return;
    const bool needsAxis = !m_y || scale.isLog != m_scale.isLog;
    m_scale = scale;
    if (needsAxis) {
        if (m_y) m_chart->removeAxis(m_y);
        delete m_y;
        if (scale.isLog) {
            auto* axis = new QLogValueAxis;
            axis->setBase(10);
            axis->setRange(scale.minimum, scale.maximum);
            m_y = axis;
        } else {
            auto* axis = new QValueAxis;
            axis->setRange(scale.minimum, scale.maximum);
            m_y = axis;
        }
        m_chart->addAxis(m_y, Qt::AlignLeft);
        m_y->setVisible(false);
        for (auto* series : m_chart->series()) series->attachAxis(m_y);
    } else {
        m_y->setRange(scale.minimum, scale.maximum);
    }
    layOut();
}

void ChartCanvas::setReference(double y, const QString& text) {
    m_reference = y;
    m_referenceText = text;
    viewport()->update();
}

void ChartCanvas::layOut() {
    const QFontMetricsF small(fontFor(TextRole::small));
    const QFontMetricsF strong(fontFor(TextRole::tiny));
    // The same for all charts, so that one second stands at one place in all of them.
    const double left = small.horizontalAdvance("3,000 /s");
    const double right = strong.horizontalAdvance("connection");
    const double top = small.height() * 0.9;
    const double bottom = small.height() * 1.55;
    const QRectF room(rect());
    m_plot = QRectF(room.left() + left + 10, room.top() + top, room.width() - left - right - 18,
                    room.height() - top - bottom);
    if (m_plot.width() < 20 || m_plot.height() < 10) return;
    m_chart->resize(room.size());
    setSceneRect(room);
    m_chart->setPlotArea(m_plot);
    if (m_twin) showTwin();
    resetCachedContent();
    viewport()->update();
}

double ChartCanvas::clamped(double y) const {
    // A logarithmic axis drops a whole series for one value at or below zero.
    return std::clamp(y, m_scale.minimum, m_scale.maximum);
}

double ChartCanvas::xOf(double seconds) const {
    return m_plot.left() + (seconds + kShownSeconds) / kShownSeconds * m_plot.width();
}

double ChartCanvas::yOf(double value) const {
    const double v = clamped(value);
    const double part =
        m_scale.isLog ? std::log(v / m_scale.minimum) / std::log(m_scale.maximum / m_scale.minimum)
                      : (v - m_scale.minimum) / (m_scale.maximum - m_scale.minimum);
    return m_plot.bottom() - part * m_plot.height();
}

void ChartCanvas::replaceIn(QLineSeries* series, const QList<QPointF>& points) {
    if (points.isEmpty() && series->count() == 0) return;
    series->replace(points);
    ++m_replaces[series];
    m_pointsShown += static_cast<int>(points.size());
}

void ChartCanvas::showData(ChartData data) {
    m_data = std::move(data);
    m_replaces.clear();
    m_pointsShown = 0;
    const auto& x = m_data.x;
    const std::size_t first = x.size() > kMaxPoints ? x.size() - kMaxPoints : 0;

    for (std::size_t i = 0; i < m_lineSeries.size() && i < m_data.lines.size(); ++i) {
        const auto& values = m_data.lines[i];
        auto runs = finiteRuns(values);
        if (runs.size() > kMaxSegments)
            runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(kMaxSegments));
        auto& segments = m_lineSeries[i].segments;
        while (segments.size() < runs.size()) addSegment(i);
        for (std::size_t s = 0; s < segments.size(); ++s) {
            QList<QPointF> points;
            if (s < runs.size())
                for (std::size_t k = std::max(first, runs[s].first);
                     k <= runs[s].second && k < x.size(); ++k)
                    if (std::isfinite(x[k])) points.append({x[k], clamped(values[k])});
            replaceIn(segments[s], points);
        }
    }

    showGhost();
    showTwin();
    if (!m_areaSeries.empty()) {
        QList<QPointF> floor;
        std::vector<double> sum(x.size(), 0.0);
        if (first < x.size()) floor = {{x[first], m_scale.minimum}, {x.back(), m_scale.minimum}};
        replaceIn(m_floor, floor);
        for (std::size_t i = 0; i < m_areaSeries.size() && i < m_data.areas.size(); ++i) {
            QList<QPointF> points;
            bool hasArea = false;
            for (std::size_t k = first; k < x.size(); ++k) {
                // Under a gap the value is hidden by the gap's band.
                const double v = m_data.areas[i][k];
                sum[k] += std::isfinite(v) ? v : 0.0;
                hasArea = hasArea || (std::isfinite(v) && v > 0);
                points.append({x[k], clamped(sum[k])});
            }
            replaceIn(m_areaSeries[i].upper, points);
            // An area of no height is painted like any other, for nothing.
            if (m_areaSeries[i].area->isVisible() != hasArea)
                m_areaSeries[i].area->setVisible(hasArea);
        }
    }
    viewport()->update();
}

int ChartCanvas::mostReplaces() const {
    int most = 0;
    for (const auto& [series, n] : m_replaces) most = std::max(most, n);
    return most;
}

int ChartCanvas::segmentsOf(std::size_t line) const {
    int n = 0;
    for (const auto* series : m_lineSeries[line].segments) n += series->count() > 0 ? 1 : 0;
    return n;
}

void ChartCanvas::setCursorAt(std::optional<double> x, bool hasTable) {
    if (m_cursor == x && m_hasTable == hasTable) return;
    m_cursor = x;
    m_hasTable = hasTable;
    viewport()->update();
}

void ChartCanvas::highlightFlag(int number) {
    if (m_highlighted == number) return;
    m_highlighted = number;
    viewport()->update();
}

void ChartCanvas::mousePressEvent(QMouseEvent* event) {
    QGraphicsView::mousePressEvent(event);
    if (const int flag = flagAt(event->position().x())) Q_EMIT m_owner.flagChosen(flag);
}
void ChartCanvas::mouseReleaseEvent(QMouseEvent* event) {
    QGraphicsView::mouseReleaseEvent(event);
}
void ChartCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    event->ignore();
}

void ChartCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    if (at.x() < m_plot.left() || at.x() > m_plot.right()) {
        Q_EMIT m_owner.cursorMoved(std::nullopt);
        return;
    }
    const double x = (at.x() - m_plot.left()) / m_plot.width() * kShownSeconds - kShownSeconds;
    Q_EMIT m_owner.cursorMoved(x);
    Q_EMIT m_owner.flagHovered(flagAt(at.x()));
}

int ChartCanvas::flagAt(double x) const {
    int over = 0;
    double nearest = 7;
    for (const auto& flag : m_data.flags) {
        const double away = std::abs(xOf(flag.x) - x);
        if (away >= nearest) continue;
        nearest = away;
        over = flag.number;
    }
    return over;
}

void ChartCanvas::leaveEvent(QEvent* event) {
    QGraphicsView::leaveEvent(event);
    Q_EMIT m_owner.cursorMoved(std::nullopt);
    Q_EMIT m_owner.flagHovered(0);
}

void ChartCanvas::wheelEvent(QWheelEvent* event) {
    event->ignore();
}

void ChartCanvas::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier) {
        Q_EMIT m_owner.tableWanted();
        return;
    }
    if (event->key() == Qt::Key_Escape && m_cursor) {
        Q_EMIT m_owner.cursorMoved(std::nullopt);
        Q_EMIT m_owner.flagHovered(0);
        return;
    }
    const bool isLeft = event->key() == Qt::Key_Left;
    if (!isLeft && event->key() != Qt::Key_Right) {
        event->ignore();
        return;
    }
    double x = m_cursor.value_or(0) + (isLeft ? -1 : 1);
    if (event->modifiers() & Qt::ShiftModifier) {
        // From event to event.
        std::optional<double> best;
        for (const auto& flag : m_data.flags) {
            const double from = m_cursor.value_or(0);
            const bool isAhead = isLeft ? flag.x < from - 0.5 : flag.x > from + 0.5;
            if (isAhead && (!best || std::abs(flag.x - from) < std::abs(*best - from)))
                best = flag.x;
        }
        if (!best) return;
        x = *best;
    }
    x = std::clamp(x, -static_cast<double>(kShownSeconds), 0.0);
    Q_EMIT m_owner.cursorMoved(x);
    Q_EMIT m_owner.flagHovered(flagAt(xOf(x)));
}

}  // namespace tenfold::app

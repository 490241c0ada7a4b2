// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/system_diagram.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <cmath>

#include "app/theme/fonts.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {
constexpr int kFrameMs = 95;
constexpr double kPixelsPerSecond = 90;
constexpr double kTrackStep = 2;
// Dots nearer than this would melt into a line anyway.
constexpr double kMinSpacing = 7;
}  // namespace

SystemDiagram::SystemDiagram(RunModel& run, const ThemeSource& theme, QWidget* parent)
    : QWidget(parent), m_run(run), m_theme(theme) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("System diagram"));
    const QFontMetrics metrics(fontFor(TextRole::body));
    setMinimumSize(charsWide(70), metrics.height() * 8);
    m_motion.setInterval(kFrameMs);
    connect(&m_motion, &QTimer::timeout, this, &SystemDiagram::animate);
    connect(&m_run, &RunModel::ticked, this, &SystemDiagram::refresh);
    connect(&m_run, &RunModel::topologyChanged, this, &SystemDiagram::refresh);
    connect(&m_run, &RunModel::scenarioChanged, this, &SystemDiagram::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &SystemDiagram::refresh);
    connect(&m_theme, &ThemeSource::changed, this, &SystemDiagram::refresh);
    refresh();
}

void SystemDiagram::setReducedMotion(bool isReduced) {
    m_isReduced = isReduced;
    refresh();
}

QString SystemDiagram::caption() const {
    const QString ring = tr("ring = CPU in use, %");
    const QString waiting = tr("orange = waiting");
    const bool isMoving = !m_model.boxes.front().isPlanned && !m_isReduced;
    if (!isMoving) return ring + " · " + waiting;
    const QString unit = m_model.perDot == 1 ? tr("request") : tr("requests");
    return tr("one dot = %1 %2 · %3 · %4").arg(count(m_model.perDot), unit, ring, waiting);
}

void SystemDiagram::refresh() {
    const double dotBefore = m_model.perDot;
    const bool wasPlanned = !m_model.boxes.empty() && m_model.boxes.front().isPlanned;
    m_model = diagramOf(m_run.topology(), m_run.figures().window, m_run.scenario(),
                        m_run.phase() == engine::Phase::starting);
    QString key = QString::number(m_model.columns);
    for (const auto& b : m_model.boxes)
        key += QString("|%1,%2,%3").arg(b.title).arg(b.column).arg(b.row);
    if (key != m_layoutKey) {
        m_layoutKey = key;
        m_selected = -1;
        m_hovered = -1;
        layOut();
    }
    renderStill();
    updateAnimation();
    update();
    const bool isPlanned = m_model.boxes.front().isPlanned;
    if (dotBefore != m_model.perDot || wasPlanned != isPlanned) Q_EMIT captionChanged();
}

void SystemDiagram::layOut() {
    const QFontMetricsF strong(fontFor(TextRole::strong));
    const QFontMetricsF small(fontFor(TextRole::small));
    const double margin = 4;
    const double boxHeight = std::min(strong.height() + small.height() + 20.0, height() / 3.0 - 8);
    const double perColumn = (width() - 2 * margin) / m_model.columns;
    const double boxWidth = std::min<double>(charsWide(21), perColumn - 20);
    const double pitch = std::min(boxHeight * 1.45, (height() - boxHeight - 10) / 2.0);
    const double gap = m_model.columns > 1 ? (width() - 2 * margin - m_model.columns * boxWidth) /
                                                 (m_model.columns - 1)
                                           : 0;
    m_rects.clear();
    for (const auto& box : m_model.boxes) {
        const double x = margin + box.column * (boxWidth + gap);
        const double y = height() / 2.0 + box.row * pitch - boxHeight / 2;
        m_rects.push_back(QRectF(x, y, boxWidth, boxHeight).toAlignedRect());
    }
    m_tracks.clear();
    m_motionRegion = {};
    for (const auto& edge : m_model.edges) {
        Track track;
        const QPainterPath path = pathOf(edge);
        const double length = path.length();
        for (double at = 0; at <= length; at += kTrackStep)
            track.points.push_back(path.pointAtPercent(path.percentAtLength(at)));
        const QRect around = path.boundingRect().adjusted(-4, -4, 4, 4).toAlignedRect();
        m_motionRegion += around;
        m_tracks.push_back(std::move(track));
    }
}

QPainterPath SystemDiagram::pathOf(const DiagramEdge& edge) const {
    const QRectF& a = m_rects[edge.from];
    const QRectF& b = m_rects[edge.to];
    if (a.left() == b.left()) {  // below it: the way back is the same
        QPainterPath down(QPointF(a.center().x(), a.bottom()));
        down.lineTo(QPointF(b.center().x(), b.top()));
        return down;
    }
    if (b.left() < a.left()) {  // back: between the columns, beside the ways that go on
        const bool isUp = b.top() < a.top();
        const double aside = a.height() * 0.24;
        const QPointF start(a.left(), a.center().y() + (isUp ? -aside : aside));
        const QPointF end(b.right(), b.center().y() + (isUp ? aside : -aside));
        const double bend = (start.x() - end.x()) * 0.6;
        QPainterPath back(start);
        back.cubicTo(start - QPointF(bend, 0), end + QPointF(bend, 0), end);
        return back;
    }
    const QPointF from(a.right(), a.center().y());
    const QPointF to(b.left(), b.center().y());
    QPainterPath path(from);
    // All that skips a column bends near its ends, so that it stays clear of the boxes between.
    const double bend = std::min((to.x() - from.x()) / 2, 60.0);
    path.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
    return path;
}

void SystemDiagram::paintEdge(QPainter& p, const DiagramEdge& edge) const {
    const Theme& theme = m_theme.theme();
    double thickness = edge.isFailing ? 3 : 2;
    if (m_isReduced && edge.hz > 0)
        thickness = std::clamp(1.5 + 1.6 * std::log10(1 + edge.hz), 1.5, 9.0);
    QPen pen(edge.isFailing ? theme.bad : theme.edge, thickness);
    if (m_model.boxes[edge.to].isPlanned) pen.setStyle(Qt::DotLine);
    p.setPen(pen);
    p.setBrush(Qt::NoBrush);
    p.drawPath(pathOf(edge));
}

void SystemDiagram::paintBox(QPainter& p, std::size_t index) const {
    const Theme& theme = m_theme.theme();
    const DiagramBox& box = m_model.boxes[index];
    const QRectF rect = m_rects[index].adjusted(0.5, 0.5, -0.5, -0.5);
    const int i = static_cast<int>(index);
    const bool isBad = box.isFailing || box.dead > 0;
    QPen border(isBad            ? theme.bad
                : i == m_hovered ? theme.control
                                 : theme.border,
                isBad ? 1.6 : 1.0);
    if (box.isPlanned || box.isDead()) border.setStyle(Qt::DashLine);
    p.setPen(border);
    p.setBrush(box.isPlanned ? theme.card : theme.sunken);
    p.drawRoundedRect(rect, 7, 7);
    if (i == m_selected && hasFocus()) {
        p.setPen(QPen(theme.accent, 2));
        p.setBrush(Qt::NoBrush);
        p.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), 9, 9);
    }

    double textLeft = rect.left() + 10;
    const bool hasRing = box.hasRing && !box.isPlanned;
    if (hasRing) {
        const bool isNarrow = rect.width() < charsWide(19);
        const double d = std::min(rect.height() * 0.62, isNarrow ? rect.width() * 0.25 : 1e9);
        const QRectF ring(rect.left() + (isNarrow ? 6 : 9), rect.center().y() - d / 2, d, d);
        p.setBrush(Qt::NoBrush);
        p.setPen(QPen(theme.ring, 3.4));
        p.drawEllipse(ring);
        const double part = box.utilisation.value_or(0);
        if (part > 0.005) {
            p.setPen(QPen(part >= 0.95 ? theme.bad : theme.good, 3.4, Qt::SolidLine, Qt::FlatCap));
            p.drawArc(ring, 90 * 16, -static_cast<int>(part * 360 * 16));
        }
        p.setFont(fontFor(TextRole::tiny));
        p.setPen(box.isDead() ? theme.badText : theme.text);
        p.drawText(ring, Qt::AlignCenter,
                   box.isDead()      ? QString("✕")
                   : box.utilisation ? QString::number(std::lround(part * 100))
                                     : QString("–"));
        textLeft = ring.right() + (isNarrow ? 6 : 9);
    }
    const QFont strong = fontFor(TextRole::strong);
    const QFont small = fontFor(TextRole::small);
    const QFontMetricsF strongMetrics(strong);
    const QFontMetricsF smallMetrics(small);
    if (!hasRing) textLeft = rect.left() + 4;
    const double room = rect.right() - textLeft - 3;
    const double top = rect.center().y() - (strongMetrics.height() + smallMetrics.height()) / 2;
    const auto alignment = hasRing ? Qt::AlignLeft : Qt::AlignHCenter;
    p.setFont(strong);
    p.setPen(theme.text);
    p.drawText(QRectF(textLeft, top, room, strongMetrics.height()), alignment,
               strongMetrics.elidedText(box.title, Qt::ElideRight, room));
    p.setFont(small);
    p.setPen(isBad ? theme.badText : theme.muted);
    p.drawText(QRectF(textLeft, top + strongMetrics.height(), room, smallMetrics.height()),
               alignment, smallMetrics.elidedText(box.detail, Qt::ElideRight, room));

    if (box.waiting >= 0.95) {
        p.setFont(fontFor(TextRole::tiny));
        const QFontMetricsF tiny(p.font());
        const QString text = count(box.waiting);
        const double w = std::max(tiny.horizontalAdvance(text) + 16, tiny.height() * 1.9);
        const double h = tiny.height() + 3;
        QRectF badge(rect.left() - w * 0.45, rect.top() - h * 0.55, w, h);
        if (badge.left() < 0) badge.moveLeft(0);
        if (badge.top() < 0) badge.moveTop(0);
        p.setPen(QPen(theme.card, 1.5));
        p.setBrush(theme.bad);
        p.drawRoundedRect(badge, h / 2, h / 2);
        p.setPen(theme.isDark ? theme.onBad : QColor(Qt::white));
        p.drawText(badge, Qt::AlignCenter, text);
    }
}

void SystemDiagram::renderStill() {
    if (size().isEmpty() || m_rects.size() != m_model.boxes.size()) return;
    const double ratio = devicePixelRatioF();
    const QSize pixels = (QSizeF(size()) * ratio).toSize();
    if (m_still.size() != pixels) m_still = QPixmap(pixels);
    m_still.setDevicePixelRatio(ratio);
    m_still.fill(m_theme.theme().card);
    QPainter p(&m_still);
    p.setRenderHint(QPainter::Antialiasing);
    for (const auto& edge : m_model.edges) paintEdge(p, edge);
    for (std::size_t i = 0; i < m_model.boxes.size(); ++i) paintBox(p, i);
}

void SystemDiagram::updateAnimation() {
    const bool isMoving = isVisible() && !m_isReduced && m_run.phase() == engine::Phase::running;
    if (isMoving == m_motion.isActive()) return;
    if (isMoving) {
        m_clock.restart();
        m_motion.start();
    } else {
        m_motion.stop();
    }
}

void SystemDiagram::animate() {
    if (window()->isMinimized() || visibleRegion().isEmpty()) return;
    const double moved = static_cast<double>(m_clock.restart()) / 1000 * kPixelsPerSecond;
    for (std::size_t i = 0; i < m_tracks.size() && i < m_model.edges.size(); ++i) {
        const double dots = m_model.edges[i].hz / m_model.perDot;
        if (dots <= 0) continue;
        const double spacing = std::max(kMinSpacing, kPixelsPerSecond / dots);
        m_tracks[i].phase = std::fmod(m_tracks[i].phase + moved, spacing);
    }
    // Between the boxes only: most of the picture stands still.
    update(m_motionRegion);
}

void SystemDiagram::paintEvent(QPaintEvent* event) {
    QPainter p(this);
    const double ratio = m_still.devicePixelRatio();
    for (const QRect& part : event->region())
        p.drawPixmap(QRectF(part), m_still,
                     QRectF(part.topLeft() * ratio, QSizeF(part.size()) * ratio));
    if (m_isReduced || m_run.phase() != engine::Phase::running) return;
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    const Theme& theme = m_theme.theme();
    for (std::size_t i = 0; i < m_tracks.size() && i < m_model.edges.size(); ++i) {
        const auto& edge = m_model.edges[i];
        const double dots = edge.hz / m_model.perDot;
        if (dots <= 0 || m_tracks[i].points.empty()) continue;
        p.setBrush(edge.isFailing ? theme.bad : theme.dot);
        const double spacing = std::max(kMinSpacing, kPixelsPerSecond / dots);
        const double length = static_cast<double>(m_tracks[i].points.size() - 1) * kTrackStep;
        for (double at = m_tracks[i].phase; at <= length; at += spacing) {
            const auto k = static_cast<std::size_t>(at / kTrackStep);
            p.drawEllipse(m_tracks[i].points[k], 2.6, 2.6);
        }
    }
}

void SystemDiagram::resizeEvent(QResizeEvent*) {
    layOut();
    renderStill();
}
void SystemDiagram::showEvent(QShowEvent*) {
    updateAnimation();
}
void SystemDiagram::hideEvent(QHideEvent*) {
    updateAnimation();
}

int SystemDiagram::boxAt(QPointF at) const {
    for (std::size_t i = 0; i < m_rects.size(); ++i)
        if (m_rects[i].contains(at) && !m_model.boxes[i].members.empty())
            return static_cast<int>(i);
    return -1;
}

void SystemDiagram::choose(int box) {
    m_selected = box;
    renderStill();
    update();
    if (box < 0) return;
    const auto& b = m_model.boxes[static_cast<std::size_t>(box)];
    setAccessibleDescription(QString("%1, %2").arg(b.title, b.detail));
}

void SystemDiagram::mousePressEvent(QMouseEvent* event) {
    const int box = boxAt(event->position());
    choose(box);
    if (box >= 0) Q_EMIT boxChosen(static_cast<std::size_t>(box));
}

void SystemDiagram::mouseMoveEvent(QMouseEvent* event) {
    const int box = boxAt(event->position());
    if (box == m_hovered) return;
    m_hovered = box;
    setCursor(box >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    renderStill();
    update();
}

void SystemDiagram::leaveEvent(QEvent*) {
    if (m_hovered < 0) return;
    m_hovered = -1;
    renderStill();
    update();
}

void SystemDiagram::keyPressEvent(QKeyEvent* event) {
    const int n = static_cast<int>(m_model.boxes.size());
    switch (event->key()) {
        case Qt::Key_Right:
        case Qt::Key_Down:
            choose(std::min(n - 1, std::max(1, m_selected + 1)));
            break;
        case Qt::Key_Left:
        case Qt::Key_Up:
            choose(std::max(1, m_selected - 1));
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_selected > 0) Q_EMIT boxChosen(static_cast<std::size_t>(m_selected));
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

void SystemDiagram::focusInEvent(QFocusEvent* event) {
    if (m_selected < 0 && event->reason() != Qt::MouseFocusReason && m_model.boxes.size() > 1)
        choose(1);
    renderStill();
    update();
}
void SystemDiagram::focusOutEvent(QFocusEvent*) {
    renderStill();
    update();
}

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/waterfall.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/theme/fonts.h"
#include "app/theme/stage_colours.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {

constexpr double kPad = 8;
constexpr double kGap = 10;
// A stretch that is there can be seen.
constexpr double kLeastBar = 1.5;

/// Of 1, 2, 5 × 10^n the step that cuts the whole into three to seven parts.
double stepFor(double totalMs) {
    const double decade = std::pow(10.0, std::floor(std::log10(std::max(totalMs, 1e-3))));
    for (const double factor : {0.2, 0.5, 1.0, 2.0})
        if (totalMs / (factor * decade) <= 5.01) return factor * decade;
    return 2 * decade;
}

QString timesOf(const WaterfallRow& row) {
    return row.times > 1 ? "×" + count(static_cast<double>(row.times)) : QString();
}

}  // namespace

Waterfall::Waterfall(const ThemeSource& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Stages of the request"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

int Waterfall::rowHeight() const {
    return static_cast<int>(QFontMetricsF(fontFor(TextRole::small)).height()) + 5;
}

QSize Waterfall::sizeHint() const {
    const int axis = static_cast<int>(QFontMetricsF(fontFor(TextRole::small)).height()) + 4;
    return {charsWide(60), static_cast<int>(m_rows.size()) * rowHeight() + axis};
}

void Waterfall::show(std::vector<WaterfallRow> rows) {
    m_rows = std::move(rows);
    m_totalMs = 0;
    for (const auto& row : m_rows) m_totalMs += row.ms;
    updateGeometry();
    choose(longestRow(m_rows));
}

void Waterfall::choose(std::size_t row) {
    if (row >= m_rows.size()) return;
    m_chosen = row;
    setAccessibleDescription(
        QString("%1 %2, %3")
            .arg(m_rows[row].label, timesOf(m_rows[row]), milliseconds(m_rows[row].ms)));
    update();
    Q_EMIT rowChosen(row);
}

void Waterfall::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QFontMetricsF small(fontFor(TextRole::small));
    double labelWidth = 0;
    double timeWidth = 0;
    for (const auto& row : m_rows) {
        labelWidth = std::max(labelWidth, small.horizontalAdvance(row.label) +
                                              small.horizontalAdvance(timesOf(row)) + kGap);
        timeWidth = std::max(timeWidth, small.horizontalAdvance(milliseconds(row.ms)));
    }
    labelWidth = std::min(labelWidth, width() * 0.36);
    const QRectF plot(kPad + labelWidth + kGap, 0,
                      width() - labelWidth - timeWidth - 2 * (kPad + kGap),
                      rowHeight() * static_cast<double>(m_rows.size()));
    paintAxis(p, plot);
    for (std::size_t i = 0; i < m_rows.size(); ++i) paintRow(p, i, plot);
}

void Waterfall::paintAxis(QPainter& p, const QRectF& plot) const {
    if (m_totalMs <= 0) return;
    const Theme& theme = m_theme.theme();
    const QFont font = fontFor(TextRole::small);
    const QFontMetricsF metrics(font);
    p.setFont(font);
    const double step = stepFor(m_totalMs);
    for (double ms = 0; ms <= m_totalMs; ms += step) {
        const double x = std::round(plot.left() + plot.width() * ms / m_totalMs) + 0.5;
        p.setPen(QPen(theme.grid, 1));
        p.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        const QString text = ms == 0 ? QString("0") : milliseconds(ms);
        const double w = metrics.horizontalAdvance(text);
        const double left = std::min(x - w / 2, plot.right() - w);
        p.setPen(theme.faint);
        p.drawText(QPointF(left, plot.bottom() + 2 + metrics.ascent()), text);
    }
}

void Waterfall::paintRow(QPainter& p, std::size_t i, const QRectF& plot) const {
    const Theme& theme = m_theme.theme();
    const WaterfallRow& row = m_rows[i];
    const QRectF rect(0, rowHeight() * static_cast<double>(i), width(), rowHeight());
    if (i == m_chosen) {
        p.setPen(hasFocus() ? QPen(theme.accent, 1) : QPen(Qt::NoPen));
        p.setBrush(theme.sunken);
        p.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
    const QFont font = fontFor(TextRole::small);
    const QFontMetricsF metrics(font);
    p.setFont(font);
    const QString times = timesOf(row);
    const double timesWidth = times.isEmpty() ? 0 : metrics.horizontalAdvance(times) + 6;
    const QRectF label(kPad, rect.top(), plot.left() - kGap - kPad, rect.height());
    p.setPen(row.isStage() ? theme.muted : theme.text);
    const QString shown = metrics.elidedText(row.label, Qt::ElideRight, label.width() - timesWidth);
    p.drawText(label, Qt::AlignLeft | Qt::AlignVCenter, shown);
    p.setPen(theme.faint);
    p.drawText(label, Qt::AlignRight | Qt::AlignVCenter, times);
    p.setPen(i == m_chosen ? theme.text : theme.muted);
    p.drawText(rect.adjusted(0, 0, -kPad, 0), Qt::AlignRight | Qt::AlignVCenter,
               milliseconds(row.ms));
    if (m_totalMs <= 0) return;
    p.setPen(Qt::NoPen);
    const double top = rect.top() + 4;
    const double height = rect.height() - 8;
    for (const auto& bar : row.bars) {
        const double left = plot.left() + plot.width() * bar.startMs / m_totalMs;
        const double w = std::max(kLeastBar, plot.width() * bar.ms / m_totalMs);
        p.setBrush(theme.*colourOf(bar.stage));
        p.drawRect(QRectF(std::min(left, plot.right() - w), top, w, height));
    }
}

void Waterfall::mousePressEvent(QMouseEvent* event) {
    const double row = event->position().y() / rowHeight();
    if (row >= 0) choose(static_cast<std::size_t>(row));
}

void Waterfall::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Down) {
        choose(m_chosen + 1);
    } else if (event->key() == Qt::Key_Up && m_chosen > 0) {
        choose(m_chosen - 1);
    } else {
        QWidget::keyPressEvent(event);
    }
}

}  // namespace tenfold::app

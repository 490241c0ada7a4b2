// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart shows besides its series. Painting it here costs less than Qt Charts' own items and
// lets flags and labels stand above everything.
#include <QPainterPath>
#include <algorithm>

#include "app/charts/chart_canvas.h"
#include "app/run/history.h"
#include "app/theme/fonts.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {

/// Without those of its parts at the end that have no room; the first stays.
QString fitted(const QString& note, const QFontMetricsF& metrics, double room) {
    QStringList parts = note.split(" · ");
    while (parts.size() > 1 && metrics.horizontalAdvance(parts.join(" · ")) > room)
        parts.removeLast();
    return parts.join(" · ");
}

}  // namespace

void ChartCanvas::drawBackground(QPainter* painter, const QRectF&) {
    QPainter& p = *painter;
    const Theme& theme = m_theme.theme();
    p.fillRect(rect(), theme.card);
    p.setFont(fontFor(TextRole::small));
    const QFontMetricsF metrics(p.font());
    double lastLabelY = 1e9;
    for (const auto& tick : m_scale.ticks) {
        const double y = std::round(yOf(tick.value)) + 0.5;
        p.setPen(QPen(theme.grid, 1));
        p.drawLine(QPointF(m_plot.left(), y), QPointF(m_plot.right(), y));
        // Small charts have room for fewer numbers than lines.
        if (lastLabelY - y < metrics.height() * 0.95) continue;
        lastLabelY = y;
        p.setPen(theme.faint);
        p.drawText(QRectF(0, y - metrics.height() / 2, m_plot.left() - 7, metrics.height()),
                   Qt::AlignRight | Qt::AlignVCenter, tick.text);
    }
    p.setPen(theme.faint);
    const double small = metrics.height();
    const double top = m_plot.bottom() + small * 0.5;
    const auto label = [&](double seconds, const QString& text) {
        const double w = metrics.horizontalAdvance(text) + 4;
        p.drawText(QRectF(xOf(seconds) - w / 2, top, w, metrics.height()), Qt::AlignCenter, text);
    };
    label(-120, "−120 s");
    label(-60, "−60 s");
    label(0, "now");
}

void ChartCanvas::drawForeground(QPainter* painter, const QRectF&) {
    QPainter& p = *painter;
    p.setRenderHint(QPainter::Antialiasing);
    paintGaps(p);
    paintReference(p);
    paintEndLabels(p);
    paintFlags(p);
    paintNote(p);
    paintCursor(p);
    if (hasFocus()) {
        p.setPen(QPen(m_theme.theme().accent, 1.5));
        p.setBrush(Qt::NoBrush);
        p.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 4, 4);
    }
}

void ChartCanvas::paintGaps(QPainter& p) const {
    const Theme& theme = m_theme.theme();
    for (const auto& gap : m_data.gaps) {
        const double left = std::max(xOf(gap.from), m_plot.left());
        const double right = std::min(xOf(gap.to), m_plot.right());
        if (right - left < 1) continue;
        const QRectF band(left, m_plot.top(), right - left, m_plot.height());
        p.fillRect(band, theme.card);
        p.fillRect(band, QBrush(theme.border, Qt::BDiagPattern));
        const QFont font = fontFor(TextRole::small);
        const QFontMetricsF metrics(font);
        if (band.width() > metrics.horizontalAdvance("no data") + 10) {
            const QRectF box(band.center().x() - metrics.horizontalAdvance("no data") / 2 - 4,
                             band.center().y() - metrics.height() / 2,
                             metrics.horizontalAdvance("no data") + 8, metrics.height());
            p.fillRect(box, theme.card);
            p.setFont(font);
            p.setPen(theme.faint);
            p.drawText(box, Qt::AlignCenter, "no data");
        }
    }
}

void ChartCanvas::paintReference(QPainter& p) const {
    if (!m_reference) return;
    const Theme& theme = m_theme.theme();
    const double y = std::round(yOf(*m_reference)) + 0.5;
    p.setPen(QPen(theme.bad, 1.3, Qt::DashLine));
    p.drawLine(QPointF(m_plot.left(), y), QPointF(m_plot.right(), y));
    p.setFont(fontFor(TextRole::small));
    const QFontMetricsF metrics(p.font());
    QColor paper = theme.card;
    paper.setAlpha(200);
    p.fillRect(QRectF(m_plot.left() + 4, y - 3 - metrics.height(),
                      metrics.horizontalAdvance(m_referenceText) + 4, metrics.height()),
               paper);
    p.setPen(theme.badText);
    p.drawText(QPointF(m_plot.left() + 6, y - 4), m_referenceText);
}

void ChartCanvas::paintEndLabels(QPainter& p) const {
    struct Label {
        double y;
        QString text;
        QColor colour;
    };
    const Theme& theme = m_theme.theme();
    std::vector<Label> labels;
    const auto lastOf = [](const std::vector<double>& v) { return v.empty() ? kNoData : v.back(); };
    // The last line first: where two end at one height, the larger percentile stands above.
    for (std::size_t i = std::min(m_lines.size(), m_data.lines.size()); i-- > 0;) {
        const double v = lastOf(m_data.lines[i]);
        if (std::isfinite(v)) labels.push_back({yOf(v), m_lines[i].label, theme.text});
    }
    double sum = 0;
    for (std::size_t i = 0; i < m_areas.size() && i < m_data.areas.size(); ++i) {
        const double v = lastOf(m_data.areas[i]);
        if (!std::isfinite(v)) continue;
        const double from = yOf(std::max(sum, m_scale.minimum));
        sum += v;
        // A band too thin to see needs no name.
        if (from - yOf(sum) > 4)
            labels.push_back({(from + yOf(sum)) / 2, m_areas[i].label, theme.text});
    }
    std::stable_sort(labels.begin(), labels.end(),
                     [](const Label& a, const Label& b) { return a.y < b.y; });
    p.setFont(fontFor(TextRole::tiny));
    const double height = QFontMetricsF(p.font()).height() * 0.92;
    for (std::size_t i = 1; i < labels.size(); ++i)
        labels[i].y = std::max(labels[i].y, labels[i - 1].y + height);
    const double bottom = m_plot.bottom();
    for (std::size_t i = labels.size(); i-- > 0;) {
        const double limit = i + 1 < labels.size() ? labels[i + 1].y - height : bottom;
        labels[i].y = std::min(labels[i].y, limit);
    }
    for (const auto& label : labels) {
        p.setPen(label.colour);
        p.drawText(QRectF(m_plot.right() + 6, label.y - height / 2, rect().right(), height),
                   Qt::AlignLeft | Qt::AlignVCenter, label.text);
    }
}

void ChartCanvas::paintFlags(QPainter& p) const {
    const Theme& theme = m_theme.theme();
    const QFont font = fontFor(TextRole::tiny);
    const QFontMetricsF metrics(font);
    p.setFont(font);
    const double h = metrics.height() + 1;
    const double narrow = std::max(metrics.horizontalAdvance("20") + 9, h);
    const double shared = metrics.horizontalAdvance("20–20") + 10;
    std::vector<const ChartFlag*> shown;
    std::vector<double> at;
    for (const auto& flag : m_data.flags) {
        const double x = std::round(xOf(flag.x)) + 0.5;
        if (x < m_plot.left() || x > m_plot.right() + 1) continue;
        shown.push_back(&flag);
        at.push_back(x);
        p.setPen(QPen(theme.warn, flag.number == m_highlighted ? 2.2 : 1.2, Qt::DotLine));
        p.drawLine(QPointF(x, m_plot.top()), QPointF(x, m_plot.bottom()));
    }
    const auto placed = [&](double centre, double width) {
        QRectF pill(centre - width / 2, m_plot.top() - h * 0.75, width, h);
        // The names of the series stand to the right of the plot.
        pill.moveLeft(std::clamp(pill.left(), m_plot.left(),
                                 std::max(m_plot.left(), m_plot.right() + narrow / 2 - width)));
        return pill;
    };
    const auto draw = [&](const QRectF& pill, const QString& text) {
        p.setPen(QPen(theme.warn, 1));
        p.setBrush(theme.warnTint);
        p.drawRoundedRect(pill, h / 2, h / 2);
        p.setPen(theme.warnText);
        p.drawText(pill, Qt::AlignCenter, text);
    };
    std::vector<QRectF> pills;
    const auto groups = flagGroups(at, narrow + 2, shared + 2);
    for (const auto& [first, last] : groups) {
        const bool isOne = first == last;
        pills.push_back(placed((at[first] + at[last]) / 2, isOne ? narrow : shared));
        draw(pills.back(),
             isOne ? QString::number(shown[first]->number)
                   : QString("%1–%2").arg(shown[first]->number).arg(shown[last]->number));
    }
    // One has its words too: the one that is pointed at, else the last. Words hide no number unless
    // one points at them: they stand in the middle, or to a side, or not at all.
    for (std::size_t i = shown.size(); i-- > 0;) {
        const ChartFlag& flag = *shown[i];
        const bool isHighlighted = flag.number == m_highlighted;
        if (m_highlighted ? !isHighlighted : i + 1 < shown.size()) continue;
        if (flag.text.isEmpty() || (!m_highlighted && groups.back().first != i)) break;
        const QString words = circledNumber(flag.number) + " " +
                              metrics.elidedText(flag.text, Qt::ElideRight, m_plot.width() * 0.45);
        const QRectF wide = placed(at[i], metrics.horizontalAdvance(words) + 12);
        const auto isFree = [&](const QRectF& place) {
            return std::none_of(pills.begin(), pills.end() - 1,
                                [&](const QRectF& pill) { return place.intersects(pill); });
        };
        QRectF aside = wide;
        aside.moveLeft(std::min(pills.back().left(), m_plot.right() + narrow / 2 - wide.width()));
        if (isHighlighted || isFree(wide)) {
            draw(wide, words);
        } else if (isFree(aside)) {
            draw(aside, words);
        } else if (const double room = m_plot.right() + narrow / 2 - pills.back().left();
                   room > 4 * narrow) {
            // Cut to what is left of the plot.
            const QString head = circledNumber(flag.number) + " ";
            const QString cut =
                head + metrics.elidedText(flag.text, Qt::ElideRight,
                                          room - metrics.horizontalAdvance(head) - 12);
            draw({pills.back().topLeft(), QSizeF(metrics.horizontalAdvance(cut) + 12, h)}, cut);
        }
        break;
    }
}

void ChartCanvas::paintNote(QPainter& p) const {
    if (m_data.note.isEmpty()) return;
    const QFont font = fontFor(TextRole::small);
    const QFontMetricsF metrics(font);
    p.setFont(font);
    // The names of the lines stand to the right of the plot.
    const double room = std::max(0.0, m_plot.width() - 16);
    QString note = fitted(m_data.note, metrics, room);
    if (metrics.horizontalAdvance(note) > room && !m_data.shortNote.isEmpty())
        note = fitted(m_data.shortNote, metrics, room);
    note = metrics.elidedText(note, Qt::ElideRight, room);
    const QRectF box(m_plot.left() + 6, m_plot.bottom() - metrics.height() - 3,
                     metrics.horizontalAdvance(note) + 8, metrics.height() + 1);
    QColor paper = m_theme.theme().card;
    paper.setAlpha(215);
    p.fillRect(box, paper);
    p.setPen(m_theme.theme().faint);
    p.drawText(box, Qt::AlignCenter, note);
}

void ChartCanvas::paintCursor(QPainter& p) const {
    if (!m_cursor || m_data.x.empty()) return;
    const Theme& theme = m_theme.theme();
    const auto nearest = std::min_element(
        m_data.x.begin(), m_data.x.end(),
        [this](double a, double b) { return std::abs(a - *m_cursor) < std::abs(b - *m_cursor); });
    const auto k = static_cast<std::size_t>(nearest - m_data.x.begin());
    const double x = std::round(xOf(*m_cursor)) + 0.5;
    p.setPen(QPen(theme.control, 1));
    p.drawLine(QPointF(x, m_plot.top()), QPointF(x, m_plot.bottom()));
    if (!m_hasTable) return;

    struct Entry {
        QString name, value;
        QColor colour;
    };
    std::vector<Entry> entries;
    const auto add = [&](const auto& styles, const auto& values, bool mayHide) {
        for (std::size_t i = styles.size(); i-- > 0;) {
            if (i >= values.size() || k >= values[i].size()) continue;
            if (styles[i].label.isEmpty()) continue;
            const double v = values[i][k];
            const bool hasValue = std::isfinite(v);
            // Of many bands most have no height: their rows would hide the chart.
            if (mayHide && v == 0) continue;
            const QString text = !hasValue          ? QString("no data")
                                 : styles[i].format ? styles[i].format(v)
                                                    : compact(v);
            entries.push_back({styles[i].label, text, theme.*styles[i].colour});
        }
    };
    add(m_lines, m_data.lines, false);
    add(m_areas, m_data.areas, true);
    const QFont font = fontFor(TextRole::small);
    const QFontMetricsF metrics(font);
    QString event;
    QString head = QString("%1 s ago").arg(-*nearest, 0, 'f', 0);
    if (k < m_data.samples.size() && m_data.samples[k] > 0)
        head += " · n " + count(static_cast<double>(m_data.samples[k]));
    // The change that what is shown came after.
    for (const auto& flag : m_data.flags)
        if (flag.x <= *nearest && *nearest - flag.x < 15)
            event = circledNumber(flag.number) + " " +
                    metrics.elidedText(flag.text, Qt::ElideRight, 150);
    double names = 0;
    double values = 0;
    for (const auto& e : entries) {
        names = std::max(names, metrics.horizontalAdvance(e.name));
        values = std::max(values, metrics.horizontalAdvance(e.value));
    }
    const double line = metrics.height();
    const double rows = static_cast<double>(entries.size()) + (event.isEmpty() ? 1 : 2);
    const double widest = std::max({names + values + 42, metrics.horizontalAdvance(head) + 18,
                                    metrics.horizontalAdvance(event) + 18});
    QRectF box(0, 0, widest, line * rows + 12);
    box.moveTopLeft({x + 10, m_plot.top() + 4});
    if (box.right() > rect().right() - 2) box.moveRight(x - 10);
    if (box.bottom() > rect().bottom()) box.moveBottom(rect().bottom());
    if (box.top() < 0) box.moveTop(0);
    p.setPen(QPen(theme.border, 1));
    p.setBrush(theme.card);
    p.drawRoundedRect(box, 6, 6);
    p.setFont(font);
    double y = box.top() + 6;
    p.setPen(theme.faint);
    p.drawText(QPointF(box.left() + 8, y + metrics.ascent()), head);
    for (const auto& e : entries) {
        y += line;
        p.setPen(Qt::NoPen);
        p.setBrush(e.colour);
        p.drawRoundedRect(QRectF(box.left() + 8, y + line / 2 - 4, 8, 8), 2, 2);
        p.setPen(theme.muted);
        p.drawText(QPointF(box.left() + 22, y + metrics.ascent()), e.name);
        p.setPen(theme.text);
        p.drawText(QRectF(box.left(), y, box.width() - 8, line), Qt::AlignRight, e.value);
    }
    p.setPen(theme.warnText);
    if (!event.isEmpty()) p.drawText(QPointF(box.left() + 8, y + line + metrics.ascent()), event);
}

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/toggle_switch.h"

#include <QPainter>

#include "app/theme/fonts.h"

namespace tenfold::app {

ToggleSwitch::ToggleSwitch(const ThemeSource& theme, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme) {
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize ToggleSwitch::sizeHint() const {
    const int h = fontMetrics().height() + 8;
    return {h * 7 / 4, h};
}

void ToggleSwitch::paintEvent(QPaintEvent*) {
    const Theme& theme = m_theme.theme();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QRectF track = QRectF(rect()).adjusted(3, 3, -3, -3);
    const double r = track.height() / 2;
    p.setPen(Qt::NoPen);
    p.setBrush(isChecked() ? theme.accent : theme.control);
    p.drawRoundedRect(track, r, r);
    const double d = track.height() - 4;
    const double x = isChecked() ? track.right() - d - 2 : track.left() + 2;
    p.setBrush(QColor(Qt::white));
    p.drawEllipse(QRectF(x, track.top() + 2, d, d));
    if (hasFocus()) {
        p.setPen(QPen(theme.accent, 1.6));
        p.setBrush(Qt::NoBrush);
        p.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), r + 2, r + 2);
    }
}

GroupHeader::GroupHeader(const QString& title, const ThemeSource& theme, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme) {
    setText(title);
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFont(fontFor(TextRole::strong));
    connect(this, &QAbstractButton::toggled, this, [this] { updateGeometry(); });
}

void GroupHeader::setCount(const QString& count) {
    if (m_count == count) return;
    m_count = count;
    setAccessibleName(text() + ", " + count);
    update();
}

void GroupHeader::setHint(const QString& hint) {
    if (m_hint == hint) return;
    m_hint = hint;
    setToolTip(hint);
    updateGeometry();
    update();
}

QSize GroupHeader::sizeHint() const {
    const bool hasHint = !m_hint.isEmpty() && !isChecked();
    const int more = hasHint ? QFontMetrics(fontFor(TextRole::small)).height() : 0;
    return {charsWide(30), fontMetrics().height() + 16 + more};
}

void GroupHeader::paintEvent(QPaintEvent*) {
    const Theme& theme = m_theme.theme();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (!isChecked() || underMouse()) {
        p.setPen(Qt::NoPen);
        p.setBrush(theme.sunken);
        p.drawRoundedRect(box, 6, 6);
    }
    if (hasFocus()) {
        p.setPen(QPen(theme.accent, 1.6));
        p.setBrush(Qt::NoBrush);
        p.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }
    const bool hasHint = !m_hint.isEmpty() && !isChecked();
    const QRectF head = hasHint ? box.adjusted(0, 6, 0, 0) : box;
    const double cy = hasHint ? head.top() + fontMetrics().height() / 2.0 : box.center().y();
    const double x = 13;
    p.setPen(Qt::NoPen);
    p.setBrush(theme.muted);
    if (isChecked()) {
        p.drawPolygon(QPolygonF({{x - 4, cy - 2.5}, {x + 4, cy - 2.5}, {x, cy + 3}}));
    } else {
        p.drawPolygon(QPolygonF({{x - 2.5, cy - 4}, {x + 3, cy}, {x - 2.5, cy + 4}}));
    }
    p.setFont(font());
    p.setPen(theme.text);
    const int vertical = hasHint ? Qt::AlignTop : Qt::AlignVCenter;
    p.drawText(head.adjusted(26, 0, -10, 0), vertical | Qt::AlignLeft, text());
    p.setFont(fontFor(TextRole::small));
    p.setPen(theme.muted);
    p.drawText(head.adjusted(0, 0, -10, 0), vertical | Qt::AlignRight, m_count);
    if (!hasHint) return;
    QFont plain = fontFor(TextRole::small);
    plain.setWeight(QFont::Normal);
    p.setFont(plain);
    const QRectF line = box.adjusted(26, 0, -10, -6);
    p.setPen(theme.goodText);
    p.drawText(line, Qt::AlignBottom | Qt::AlignLeft,
               p.fontMetrics().elidedText(m_hint, Qt::ElideRight, static_cast<int>(line.width())));
}

}  // namespace tenfold::app

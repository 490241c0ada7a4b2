// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme/widgets.h"

#include <QPainter>
#include <QPainterPath>
#include <QScreen>
#include <QStyle>

namespace tenfold::app {

ElidedLabel::ElidedLabel(const QString& text, QWidget* parent) : QLabel(text, parent) {
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void ElidedLabel::setText(const QString& text) {
    if (text == this->text()) return;
    QLabel::setText(text);
    updateToolTip();
}

QSize ElidedLabel::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 3, fontMetrics().height()};
}

QSize ElidedLabel::sizeHint() const {
    return {fontMetrics().horizontalAdvance(text()) + 2, fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width());
    style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), palette(),
                          isEnabled(), shown, foregroundRole());
}

void ElidedLabel::resizeEvent(QResizeEvent* event) {
    QLabel::resizeEvent(event);
    updateToolTip();
}

void ElidedLabel::updateToolTip() {
    const bool isCut = fontMetrics().horizontalAdvance(text()) > contentsRect().width();
    if (isCut) {
        setToolTip(text());
    } else if (m_hasOwnToolTip) {
        setToolTip({});
    }
    m_hasOwnToolTip = isCut;
}

QLabel* makeLabel(const QString& text, TextRole role, const char* kind, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setFont(fontFor(role));
    label->setProperty("kind", kind);
    return label;
}

QFrame* makeFrame(const char* kind, QWidget* parent) {
    auto* frame = new QFrame(parent);
    frame->setProperty("kind", kind);
    return frame;
}

void setKind(QWidget* widget, const char* kind) {
    if (widget->property("kind").toString() == kind) return;
    widget->setProperty("kind", kind);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

void setTextIfNew(QLabel* label, const QString& text) {
    if (label->text() != text) label->setText(text);
}

Popover::Popover(QWidget* owner) : QFrame(owner, Qt::Popup | Qt::FramelessWindowHint) {
    setAttribute(Qt::WA_TranslucentBackground);
    setAttribute(Qt::WA_DeleteOnClose);
}

void Popover::paintEvent(QPaintEvent*) {
    // A window of its own: the style sheet rounds no window's corners.
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(QPen(palette().color(QPalette::Mid), 1));
    p.setBrush(palette().color(QPalette::Base));
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
}

void Popover::openAt(QWidget* anchor) {
    openAt(QRect(anchor->mapToGlobal(QPoint(0, 0)), anchor->size()));
}

QRect Popover::room() const {
    const QWidget* owner = parentWidget() ? parentWidget()->window() : this;
    // A window may reach over two screens, and what it opens with it.
    return owner->screen()->availableGeometry().united(owner->frameGeometry());
}

void Popover::openAt(const QRect& anchor) {
    adjustSize();
    const QRect room = this->room();
    QPoint corner(anchor.left(), anchor.bottom() + 6);
    if (corner.y() + height() > room.bottom()) corner.setY(anchor.top() - height() - 6);
    corner.setX(std::clamp(corner.x(), room.left() + 4,
                           std::max(room.left() + 4, room.right() - width() - 4)));
    corner.setY(std::max(corner.y(), room.top() + 4));
    move(corner);
    show();
    setFocus();
}

namespace {

void drawGlyph(QPainter& p, Glyph glyph, const QColor& colour) {
    p.setPen(Qt::NoPen);
    p.setBrush(colour);
    const QPen line(colour, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    switch (glyph) {
        case Glyph::play:
            p.drawPolygon(QPolygonF({{4, 2.5}, {13.5, 8}, {4, 13.5}}));
            break;
        case Glyph::pause:
            p.drawRoundedRect(QRectF(3.5, 2.5, 3.2, 11), 1, 1);
            p.drawRoundedRect(QRectF(9.3, 2.5, 3.2, 11), 1, 1);
            break;
        case Glyph::sun:
            p.drawEllipse(QPointF(8, 8), 3.1, 3.1);
            p.setPen(line);
            for (int i = 0; i < 8; ++i) {
                p.save();
                p.translate(8, 8);
                p.rotate(i * 45);
                p.drawLine(QPointF(0, -5.3), QPointF(0, -6.8));
                p.restore();
            }
            break;
        case Glyph::moon: {
            QPainterPath moon;
            moon.addEllipse(QPointF(8, 8), 6, 6);
            QPainterPath bite;
            bite.addEllipse(QPointF(10.8, 6), 5, 5);
            p.drawPath(moon.subtracted(bite));
            break;
        }
        case Glyph::menu:
            p.setPen(line);
            for (const double y : {4.0, 8.0, 12.0}) p.drawLine(QPointF(2.5, y), QPointF(13.5, y));
            break;
        case Glyph::info:
            p.setPen(QPen(colour, 1.3));
            p.setBrush(Qt::NoBrush);
            p.drawEllipse(QPointF(8, 8), 6.2, 6.2);
            p.setPen(line);
            p.drawLine(QPointF(8, 7.6), QPointF(8, 11));
            p.drawPoint(QPointF(8, 4.9));
            break;
        case Glyph::copy:
            p.setPen(QPen(colour, 1.3));
            p.setBrush(Qt::NoBrush);
            p.drawRoundedRect(QRectF(5.5, 5.5, 8, 8), 1.5, 1.5);
            p.drawPolyline(
                QPolygonF({{3.2, 10.5}, {2.5, 10.5}, {2.5, 2.5}, {10.5, 2.5}, {10.5, 3.2}}));
            break;
        case Glyph::retry:
            p.setPen(line);
            p.setBrush(Qt::NoBrush);
            p.drawArc(QRectF(3, 3, 10, 10), 40 * 16, 290 * 16);
            p.drawPolyline(QPolygonF({{12.6, 1.8}, {12.4, 5}, {9.2, 4.8}}));
            break;
    }
}

}  // namespace

QIcon glyphIcon(Glyph glyph, const QColor& colour) {
    QIcon icon;
    for (const int scale : {1, 2, 3}) {
        QPixmap pixmap(16 * scale, 16 * scale);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(scale, scale);
        drawGlyph(painter, glyph, colour);
        painter.end();
        pixmap.setDevicePixelRatio(scale);
        icon.addPixmap(pixmap);
    }
    return icon;
}

}  // namespace tenfold::app

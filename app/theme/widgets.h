// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QIcon>
#include <QLabel>

#include "app/theme/fonts.h"
#include "app/theme/theme.h"

namespace tenfold::app {

/// A label that cuts its text with "…" and shows the whole as a tool tip. Never widens its row.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(const QString& text = {}, QWidget* parent = nullptr);
    void setText(const QString& text);
    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void updateToolTip();
    bool m_hasOwnToolTip = false;
};

/// A label in one of the type sizes; `kind` picks its colour in the style sheet.
QLabel* makeLabel(const QString& text, TextRole role, const char* kind = "",
                  QWidget* parent = nullptr);
/// A frame the style sheet draws: card, sunken, outlined, line.
QFrame* makeFrame(const char* kind, QWidget* parent = nullptr);
/// Changes the property the style sheet looks at, and has it look again; nothing when it is equal.
void setKind(QWidget* widget, const char* kind);
/// Sets text only when it differs: an unchanged label is not painted again.
void setTextIfNew(QLabel* label, const QString& text);

/// A small window below its button that closes when one clicks elsewhere or presses Esc.
class Popover : public QFrame {
    Q_OBJECT
public:
    explicit Popover(QWidget* owner);
    /// Below the anchor, kept inside the screen.
    void openAt(QWidget* anchor);
    void openAt(const QRect& globalAnchor);
    /// Where it may stand: on the screen of its window.
    QRect room() const;

protected:
    void paintEvent(QPaintEvent* event) override;
};

enum class Glyph { play, pause, sun, moon, menu, info, copy, retry };
/// Drawn, not loaded: takes any colour and any resolution.
QIcon glyphIcon(Glyph glyph, const QColor& colour);

}  // namespace tenfold::app

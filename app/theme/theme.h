// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QObject>
#include <QString>

namespace tenfold::app {

/// The colours of one look, by what they mean. Read from assets/themes.
struct Theme {
    QString id;
    bool isDark = false;
    // surfaces
    QColor window, bar, card, sunken, border, control;
    // words; each is readable (4.5:1) on window, card and sunken
    QColor text, muted, faint, accent, goodText, badText, warnText;
    // marks, and what is written on them
    QColor onAccent, good, onGood, bad, onBad, badTint, warn, warnTint;
    // diagrams and charts
    QColor grid, ring, edge, dot, ghost;
    QColor p50, p95, p99;
    QColor ok, rateLimited, serverError, timeout, refused, offered;
    QColor stageGateway, stageThread, stageConnection, stageLock, stageDatabase, stageApi,
        stageLink;
};

/// "light" or "dark". Throws std::runtime_error naming a colour that is missing: a broken build.
Theme loadTheme(const QString& id);
/// Contrast of two colours as WCAG defines it, 1 to 21.
double contrastRatio(const QColor& a, const QColor& b);

/// Tells every widget which look is on. One for each window; handed to whoever paints.
class ThemeSource : public QObject {
    Q_OBJECT
public:
    explicit ThemeSource(const QString& id);
    const Theme& theme() const { return m_theme; }
    void choose(const QString& id);
    void toggle() { choose(m_theme.isDark ? "light" : "dark"); }

Q_SIGNALS:
    void changed();

private:
    Theme m_theme;
};

/// What the desktop looks like now: "dark" when its windows are darker than their text.
QString systemThemeId();

}  // namespace tenfold::app

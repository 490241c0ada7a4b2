// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

#include "app/theme/theme.h"

namespace tenfold::app {

/// On or off. Space toggles it; what it switches is its accessible name.
class ToggleSwitch : public QAbstractButton {
    Q_OBJECT
public:
    explicit ToggleSwitch(const ThemeSource& theme, QWidget* parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const ThemeSource& m_theme;
};

/// The head of a group: "▸ Queries · 10k      2 of 3 on". A click opens or closes it.
class GroupHeader : public QAbstractButton {
    Q_OBJECT
public:
    GroupHeader(const QString& title, const ThemeSource& theme, QWidget* parent = nullptr);
    void setCount(const QString& count);
    /// A second line while the group is closed; empty: none.
    void setHint(const QString& hint);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const ThemeSource& m_theme;
    QString m_count;
    QString m_hint;
};

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QFrame>
#include <array>

#include "app/run/run_model.h"
#include "app/theme/theme.h"

namespace tenfold::app {

/// One of the engines. Where there can be no twin it is drawn faint and says why: it keeps its
/// place in the order of the Tab key.
class EngineButton : public QAbstractButton {
    Q_OBJECT
public:
    EngineButton(const QString& text, const ThemeSource& theme, QWidget* parent = nullptr);
    /// Empty: it can be chosen.
    void setReason(const QString& reason, const QString& what);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const ThemeSource& m_theme;
    QString m_reason;
};

/// Live, Simulated or Both.
class EngineControl : public QFrame {
    Q_OBJECT
public:
    EngineControl(RunModel& run, const ThemeSource& theme, QWidget* parent = nullptr);
    EngineButton* button(EngineKind kind) const {
        return m_buttons[static_cast<std::size_t>(kind)];
    }

Q_SIGNALS:
    /// Why what was clicked cannot be.
    void refused(const QString& reason);

private:
    void refresh();

    RunModel& m_run;
    std::array<EngineButton*, 3> m_buttons{};
};

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/run/run_model.h"
#include "app/shell/engine_control.h"
#include "app/shell/tier_control.h"
#include "app/theme/widgets.h"

class QMenu;

namespace tenfold::app {

/// The top bar: what this is, for how many users, run or pause, and the menu.
class HeaderBar : public QFrame {
    Q_OBJECT
public:
    HeaderBar(RunModel& run, ThemeSource& theme, QMenu* menu, QWidget* parent = nullptr);
    QPushButton* runButton() { return m_runButton; }
    TierControl* tiers() { return m_tiers; }
    EngineControl* engines() { return m_engines; }

private:
    void refresh();
    void refreshIcons();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    RunModel& m_run;
    ThemeSource& m_theme;
    ElidedLabel* m_name;
    TierControl* m_tiers;
    QLabel* m_unit;
    EngineControl* m_engines;
    QPushButton* m_runButton;
    QLabel* m_elapsed;
    QToolButton* m_look;
    QToolButton* m_menu;
};

}  // namespace tenfold::app

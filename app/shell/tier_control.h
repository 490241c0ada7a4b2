// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QButtonGroup>
#include <QFrame>

#include "app/run/run_model.h"
#include "app/theme/theme.h"

namespace tenfold::app {

/// One segment: "10k  23 req/s".
class TierButton : public QAbstractButton {
    Q_OBJECT
public:
    TierButton(double users, const ThemeSource& theme, QWidget* parent = nullptr);
    double users() const { return m_users; }
    void setRate(double hz);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const ThemeSource& m_theme;
    double m_users;
    QString m_rate;
};

/// How many people use the system a day: 10k, 100k, 1M, and another number if the scenario says so.
class TierControl : public QFrame {
    Q_OBJECT
public:
    TierControl(RunModel& run, const ThemeSource& theme, QWidget* parent = nullptr);
    const std::vector<TierButton*>& buttons() const { return m_buttons; }

private:
    void refresh();

    RunModel& m_run;
    std::vector<TierButton*> m_buttons;
    TierButton* m_other = nullptr;
    const ThemeSource& m_theme;
};

/// How the tier becomes requests a second, step by step, and the honest range.
void openRatePopover(const RunModel& run, QWidget* anchor, QWidget* owner);

}  // namespace tenfold::app

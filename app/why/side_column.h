// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStackedWidget>

#include "app/why/events_tab.h"
#include "app/why/why_tab.h"

namespace tenfold::app {

/// The right column: Why and Events.
class SideColumn : public QFrame {
    Q_OBJECT
public:
    SideColumn(RunModel& run, const Predictions& predictions, const FlipLedger& ledger,
               QWidget* parent = nullptr);
    WhyTab& why() { return *m_why; }
    void showTab(int index, bool isFocused = false);
    EventsTab& events() { return *m_events; }

private:
    QStackedWidget* m_stack;
    std::vector<QPushButton*> m_tabs;
    WhyTab* m_why;
    EventsTab* m_events;
};

}  // namespace tenfold::app

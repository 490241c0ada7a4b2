// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "app/run/run_model.h"
#include "app/theme/widgets.h"

namespace tenfold::app {

/// The honesty line: how far the measurement itself can be trusted, now.
class StatusLine : public QFrame {
    Q_OBJECT
public:
    explicit StatusLine(RunModel& run, QWidget* parent = nullptr);
    /// A passing message: "saved as …".
    void say(const QString& message);

private:
    void refresh();

    RunModel& m_run;
    QLabel* m_phase;
    QLabel* m_lag;
    QLabel* m_overrun;
    QLabel* m_host;
    QLabel* m_twin;
    void refreshTwin();
    QPushButton* m_hardware;
    ElidedLabel* m_settling;
    QString m_message;
    QTimer m_messageEnd;
};

/// Every number of the emulated hardware and where it comes from.
void openHardwarePopover(const RunModel& run, QWidget* anchor, QWidget* owner);

}  // namespace tenfold::app

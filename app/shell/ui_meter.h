// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace tenfold::app {

/// What the window costs: the CPU of its thread, its longest stretch of work without returning to
/// the event loop. Printed every ten seconds with --measure-ui; absent otherwise.
class UiMeter : public QObject {
    Q_OBJECT
public:
    explicit UiMeter(QObject* parent);

private:
    void report();

    QElapsedTimer m_busy;
    QElapsedTimer m_wall;
    QTimer m_timer;
    bool m_isAwake = false;
    double m_longestMs = 0;
    int m_stalls = 0;
    double m_cpuBeforeS = 0;
};

/// Milliseconds since this process was started.
double msSinceProcessStart();

}  // namespace tenfold::app

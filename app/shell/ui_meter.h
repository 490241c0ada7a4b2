// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace tenfold::app {

/// An application that can time how long each event keeps the window's thread.
class MeteredApplication : public QApplication {
    Q_OBJECT
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override;

    bool isMeasuring = false;
    double longestMs = 0;
    int stalls = 0;

private:
    int m_depth = 0;
};

/// What the window costs: the CPU of its thread, of the process and of the threads of idle
/// priority in it, its longest stretch of work without returning to
/// the event loop. Printed every ten seconds with --measure-ui; absent otherwise.
class UiMeter : public QObject {
    Q_OBJECT
public:
    UiMeter(MeteredApplication& application, QObject* parent);

private:
    void report();

    MeteredApplication& m_application;
    QElapsedTimer m_wall;
    QTimer m_timer;
    double m_cpuBeforeS = 0;
    double m_processBeforeS = 0;
    double m_idleBeforeS = 0;
};

/// Milliseconds since this process was started.
double msSinceProcessStart();

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>

#include "app/twin/predictions.h"

namespace tenfold::app {

/// With --measure-ui: how long after a change every switch has its prediction, and the twin's line
/// shows the change. Printed; absent otherwise.
class TwinMeter : public QObject {
    Q_OBJECT
public:
    TwinMeter(const RunModel& run, const Predictions& predictions, QObject* parent);

private:
    void onPredictions();
    void onTick();

    const RunModel& m_run;
    const Predictions& m_predictions;
    QElapsedTimer m_sinceChange;
    int m_reported = 0;  // of Predictions::asked()
    bool m_isDone = true;
    bool m_isTwinWaited = false;
    std::size_t m_eventsBefore = 0;
};

}  // namespace tenfold::app

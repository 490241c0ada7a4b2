// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

#include "app/run/run_model.h"

namespace tenfold::app {

/// Changes at set times, for screenshots and demonstrations: one line each, "10s indexes=on",
/// "12s tier=100k", "15s fault=kill_instance", "20s machines=instances". "25s node=primary", "25s
/// card=indexes" and "25s endpoint=orders.list" say what is to be opened or shown.
class PlayScript : public QObject {
    Q_OBJECT
public:
    /// The problems of the file go to `problems`; with any, nothing is played.
    PlayScript(RunModel& run, const QString& text, QStringList& problems, QObject* parent);

Q_SIGNALS:
    void nodeWanted(const QString& id);
    void cardWanted(const QString& mechanism);
    void endpointWanted(const QString& id);

private:
    struct Step {
        double atS;
        QString key, value;
    };
    void play(const Step& step);

    RunModel& m_run;
    std::vector<Step> m_steps;
    std::size_t m_next = 0;
};

}  // namespace tenfold::app

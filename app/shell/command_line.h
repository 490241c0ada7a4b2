// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>
#include <optional>

#include "app/run/run_model.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::app {

/// What the flags of `tenfold` ask for.
struct CommandLine {
    scenario::Scenario scenario;
    EngineKind engine = EngineKind::live;
    QString theme;  // empty: as preferred, else as the desktop
    bool isPaused = false;
    bool startsAtOnce = false;
    bool measuresUi = false;
    QString screenshot;
    double afterS = 0;
    std::optional<double> quitAfterS;
    std::optional<QSize> size;
    QString script;  // its text
    QStringList problems;
    QString helpText;  // when help or the version was asked for
};

CommandLine readCommandLine(const QStringList& arguments, const scenario::Catalogue& catalogue);

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>
#include <vector>

namespace tenfold::app {

enum class Command {
    toggleRun,
    pinBaseline,
    reset,
    tier10k,
    tier100k,
    tier1M,
    undo,
    redo,
    newScenario,
    openScenario,
    saveScenario,
    exportCsv,
    copyChart,
    focusSwitches,
    focusDiagram,
    focusCharts,
    focusExplanation,
    nextTab,
    checklist,
    toggleTheme,
    fullScreen,
    help,
    quit,
};

struct Shortcut {
    Command command;
    QList<QKeySequence> keys;
    QString what;   // "Run or pause"
    QString group;  // heading in the help
};

/// The one table of shortcuts: the window binds it, the help dialog prints it, a test looks for
/// collisions.
const std::vector<Shortcut>& shortcuts();
/// Keys that do something only while a certain part has the focus: for the help.
struct LocalKey {
    QString keys;
    QString what;
};
const std::vector<LocalKey>& localKeys();
/// Two commands on one key, as sentences; empty when all is well.
QStringList shortcutCollisions();
QString keysText(Command command);

}  // namespace tenfold::app

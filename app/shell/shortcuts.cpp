// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/shortcuts.h"

#include <QObject>
#include <QStringList>
#include <map>

namespace tenfold::app {

const std::vector<Shortcut>& shortcuts() {
    static const QString run = QObject::tr("Run");
    static const QString file = QObject::tr("Scenario");
    static const QString look = QObject::tr("Window");
    static const std::vector<Shortcut> table{
        {Command::toggleRun, {QKeySequence("F5")}, QObject::tr("Run or pause"), run},
        {Command::pinBaseline,
         {QKeySequence("F6")},
         QObject::tr("Pin these figures as the baseline, or let them go"),
         run},
        {Command::reset, {QKeySequence("F8")}, QObject::tr("Reset to the start state"), run},
        {Command::tier10k, {QKeySequence("Ctrl+1")}, QObject::tr("10k daily users"), run},
        {Command::tier100k, {QKeySequence("Ctrl+2")}, QObject::tr("100k daily users"), run},
        {Command::tier1M, {QKeySequence("Ctrl+3")}, QObject::tr("1M daily users"), run},
        {Command::undo, {QKeySequence("Ctrl+Z")}, QObject::tr("Undo the last change"), run},
        {Command::redo,
         {QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")},
         QObject::tr("Redo it"),
         run},
        {Command::newScenario, {QKeySequence("Ctrl+N")}, QObject::tr("New scenario"), file},
        {Command::openScenario, {QKeySequence("Ctrl+O")}, QObject::tr("Open a scenario"), file},
        {Command::saveScenario, {QKeySequence("Ctrl+S")}, QObject::tr("Save as a scenario"), file},
        {Command::exportCsv, {QKeySequence("Ctrl+E")}, QObject::tr("Export the run as CSV"), file},
        {Command::copyChart,
         {QKeySequence("Ctrl+Shift+C")},
         QObject::tr("Copy the focused chart, picture and numbers"),
         file},
        {Command::focusSwitches, {QKeySequence("Alt+1")}, QObject::tr("Go to the switches"), look},
        {Command::focusDiagram, {QKeySequence("Alt+2")}, QObject::tr("Go to the diagram"), look},
        {Command::focusCharts, {QKeySequence("Alt+3")}, QObject::tr("Go to the charts"), look},
        {Command::focusExplanation,
         {QKeySequence("Alt+4")},
         QObject::tr("Go to the explanation"),
         look},
        {Command::nextTab, {QKeySequence("Ctrl+Tab")}, QObject::tr("Why or Events"), look},
        {Command::checklist,
         {QKeySequence("Ctrl+K")},
         QObject::tr("Checklist: what each size needs"),
         look},
        {Command::toggleTheme, {QKeySequence("Ctrl+Shift+D")}, QObject::tr("Light or dark"), look},
        {Command::fullScreen, {QKeySequence("F11")}, QObject::tr("Full screen"), look},
        {Command::help, {QKeySequence("F1"), QKeySequence("?")}, QObject::tr("This list"), look},
        {Command::quit, {QKeySequence("Ctrl+Q")}, QObject::tr("Quit"), look},
    };
    return table;
}

const std::vector<LocalKey>& localKeys() {
    static const std::vector<LocalKey> keys{
        {"Space", QObject::tr("turn the focused switch")},
        {"← →", QObject::tr("in a chart: cursor by 1 s; with Shift from event to event")},
        {"T", QObject::tr("in a chart: its data as a table")},
        {"← → Enter", QObject::tr("in the diagram: choose a node, open it")},
        {"Esc", QObject::tr("close what is open")},
    };
    return keys;
}

QStringList shortcutCollisions() {
    std::map<QString, QString> owners;
    QStringList out;
    for (const auto& entry : shortcuts())
        for (const auto& key : entry.keys) {
            const auto [it, isNew] = owners.try_emplace(key.toString(), entry.what);
            if (!isNew) out << QString("%1: %2 and %3").arg(key.toString(), it->second, entry.what);
        }
    return out;
}

QString keysText(Command command) {
    for (const auto& entry : shortcuts())
        if (entry.command == command) return entry.keys.first().toString(QKeySequence::NativeText);
    return {};
}

}  // namespace tenfold::app

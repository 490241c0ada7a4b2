// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/run_app.h"

#include <fmt/format.h>

#include <QApplication>
#include <QStyleFactory>
#include <QTimer>

#include "app/shell/command_line.h"
#include "app/shell/main_window.h"
#include "app/shell/play_script.h"
#include "app/shell/ui_meter.h"
#include "app/twin/twin_meter.h"
#include "simulator/load/endpoints.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::app {

namespace {

void afterSeconds(double seconds, QObject* context, std::function<void()> action) {
    QTimer::singleShot(static_cast<int>(seconds * 1000), Qt::PreciseTimer, context,
                       std::move(action));
}

}  // namespace

int runApp(int argc, char** argv, const EngineFactory& factory) {
    QApplication::setApplicationName("tenfold");
    QApplication::setDesktopFileName("tenfold");
    MeteredApplication application(argc, argv);
    const auto& catalogue = mechanisms::catalogue();
    const CommandLine line = readCommandLine(QApplication::arguments(), catalogue);
    if (!line.helpText.isEmpty()) {
        fmt::print("{}", line.helpText.toStdString());
        return 0;
    }
    for (const auto& problem : line.problems)
        fmt::print(stderr, "tenfold: {}\n", problem.toStdString());
    if (!line.problems.isEmpty()) return 2;

    const QString desktop = systemThemeId();
    QApplication::setStyle(QStyleFactory::create("Fusion"));
    setApplicationFont();
    // A picture for the docs must not depend on what somebody preferred, nor change it.
    const bool isForOthers = !line.screenshot.isEmpty() || line.quitAfterS.has_value();
    Preferences preferences = isForOthers ? Preferences::forgetful() : Preferences();
    const QString preferred = preferences.theme().isEmpty() ? desktop : preferences.theme();
    ThemeSource theme(line.theme.isEmpty() ? preferred : line.theme);

    int exitCode = 0;
    TwinSource twins;
    RunModel run(factory, catalogue, line.scenario, &twins);
    run.chooseEngine(line.engine);
    MainWindow window(run, theme, preferences, study::Ledger::defaultFile());
    QStringList problems;
    if (!line.script.isEmpty()) {
        auto* script = new PlayScript(run, line.script, problems, &window);
        QObject::connect(script, &PlayScript::nodeWanted, &window,
                         [&](const QString& id) { window.openNode(id.toStdString()); });
        QObject::connect(script, &PlayScript::cardWanted, &window,
                         [&](const QString& id) { window.openCardOf(id.toStdString()); });
        QObject::connect(script, &PlayScript::endpointWanted, &window, [&](const QString& id) {
            window.panels().choose(0, load::endpointIndex(id.toStdString()));
        });
    }
    for (const auto& problem : problems) fmt::print(stderr, "tenfold: {}\n", problem.toStdString());
    if (!problems.isEmpty()) return 2;
    if (line.size) window.resize(*line.size);
    window.show();
    if (line.measuresUi) {
        new UiMeter(application, &window);
        new TwinMeter(run, window.predictions(), &window);
        QTimer::singleShot(0, &window, [] {
            fmt::print(stderr, "ui: first window after {:.0f} ms\n", msSinceProcessStart());
        });
    }
    if (line.startsAtOnce) run.start(line.isPaused);
    if (!line.screenshot.isEmpty()) {
        afterSeconds(line.afterS, &window, [&] {
            if (!window.picture().save(line.screenshot, "PNG")) {
                fmt::print(stderr, "tenfold: {} could not be written\n",
                           line.screenshot.toStdString());
                exitCode = 2;
            }
            window.close();
        });
    }
    if (line.quitAfterS) afterSeconds(*line.quitAfterS, &window, [&] { window.close(); });
    QApplication::exec();
    return exitCode;
}

}  // namespace tenfold::app

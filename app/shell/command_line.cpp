// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/command_line.h"

#include <QCommandLineParser>
#include <QFile>
#include <QRegularExpression>
#include <algorithm>
#include <filesystem>

#include "simulator/hardware/assets.h"
#include "simulator/hardware/profile.h"

namespace tenfold::app {

namespace fs = std::filesystem;

namespace {

// What a first look is shown: it fails, and hardware does not help.
constexpr const char* kFirstScenario = "first-minute";

fs::path fileOf(const QString& nameOrPath) {
    const fs::path shipped =
        hardware::assetsDir() / "scenarios" / (nameOrPath + ".json").toStdString();
    if (!nameOrPath.contains('/') && fs::exists(shipped)) return shipped;
    return nameOrPath.toStdString();
}

scenario::Scenario firstScenario(const scenario::Catalogue& catalogue) {
    scenario::Scenario s;
    s.name = kFirstScenario;
    s.design = scenario::Design::sound(catalogue);
    for (const char* mechanism : {"indexes", "query_shape"}) {
        if (!catalogue.find(mechanism)) continue;
        auto setting = s.design.of(mechanism);
        setting.value = catalogue.find(mechanism)->values.front().id;
        s.design.put(mechanism, setting);
    }
    return s;
}

}  // namespace

CommandLine readCommandLine(const QStringList& arguments, const scenario::Catalogue& catalogue) {
    CommandLine out;
    QCommandLineParser parser;
    parser.setApplicationDescription(
        "Tenfold: see, measure and predict what breaks in an API at 10k, 100k and 1M daily users.");
    const auto help = parser.addHelpOption();
    const auto version = parser.addVersionOption();
    parser.addPositionalArgument("SCENARIO", "A scenario file, or the name of a shipped one.",
                                 "[SCENARIO]");
    const QCommandLineOption tier("tier", "Daily active users: 10k, 100k, 1M or a number.", "N");
    const QCommandLineOption engine("engine", "live, simulated or both.", "NAME", "live");
    const QCommandLineOption machines("hardware", "tier, a tier's name, or native.", "NAME");
    const QCommandLineOption theme("theme", "light or dark.", "NAME");
    const QCommandLineOption run("run", "Start the run at once.");
    const QCommandLineOption paused("paused", "Start the nodes, without load.");
    const QCommandLineOption shot("screenshot", "Save the window as a PNG, then quit.", "FILE");
    const QCommandLineOption after("after", "Seconds until the screenshot.", "SECONDS", "0");
    const QCommandLineOption quit("quit-after", "Quit after this many seconds.", "SECONDS");
    const QCommandLineOption size("size", "Size of the window, 1680x1020.", "WxH");
    const QCommandLineOption script("script", "Changes at set times: \"10s indexes=on\".", "FILE");
    const QCommandLineOption measure("measure-ui", "Print what the window costs.");
    parser.addOptions(
        {tier, engine, machines, theme, run, paused, shot, after, quit, size, script, measure});
    if (!parser.parse(arguments)) {
        out.problems << parser.errorText();
        return out;
    }
    if (parser.isSet(help)) {
        out.helpText = parser.helpText();
        return out;
    }
    if (parser.isSet(version)) {
        out.helpText = "tenfold " TENFOLD_VERSION "\n";
        return out;
    }

    scenario::Problems wrong;
    const auto positional = parser.positionalArguments();
    if (positional.size() > 1)
        wrong.add("SCENARIO", positional.join(' ').toStdString(), "one scenario");
    const QString name = positional.isEmpty() ? QString(kFirstScenario) : positional.first();
    const fs::path file = fileOf(name);
    if (positional.isEmpty() && !fs::exists(file)) {
        out.scenario = firstScenario(catalogue);
    } else {
        try {
            out.scenario = scenario::loadScenario(file, catalogue);
        } catch (const scenario::InputError& e) {
            for (const auto& message : e.messages()) wrong.add(message);
        }
    }
    if (parser.isSet(tier)) {
        const auto text = parser.value(tier).toStdString();
        if (const auto users = scenario::usersFromText(text)) {
            out.scenario.workload.dailyActiveUsers = *users;
        } else {
            wrong.add("--tier", text, "10k, 100k, 1M, or a number of daily users from 1 to 100M");
        }
    }
    const QStringList engines{"live", "simulated", "both"};
    if (const auto at = engines.indexOf(parser.value(engine)); at >= 0) {
        out.engine = static_cast<EngineKind>(at);
    } else {
        wrong.add("--engine", parser.value(engine).toStdString(), "live, simulated, both");
    }
    if (parser.isSet(machines)) {
        auto names = hardware::profileNames();
        names.insert(names.begin(), "tier");
        out.scenario.hardware = parser.value(machines).toStdString();
        if (std::find(names.begin(), names.end(), out.scenario.hardware) == names.end()) {
            std::string allowed;
            for (const auto& known : names) allowed += (allowed.empty() ? "" : ", ") + known;
            wrong.add("--hardware", out.scenario.hardware, allowed);
        }
    }
    if (out.engine != EngineKind::live && !whyNoTwin(out.scenario).isEmpty())
        wrong.add("--engine", parser.value(engine).toStdString(),
                  "live with native hardware: the twin simulates emulated machines only");
    out.theme = parser.value(theme);
    if (parser.isSet(theme) && out.theme != "light" && out.theme != "dark")
        wrong.add("--theme", out.theme.toStdString(), "light, dark");
    const auto seconds = [&](const QCommandLineOption& option) {
        bool isNumber = false;
        const double value = parser.value(option).toDouble(&isNumber);
        if (!isNumber || value < 0 || value > 86'400)
            wrong.add("--" + option.names().first().toStdString(),
                      parser.value(option).toStdString(), "0 to 86400 seconds");
        return value;
    };
    out.afterS = seconds(after);
    if (parser.isSet(quit)) out.quitAfterS = seconds(quit);
    if (parser.isSet(size)) {
        static const QRegularExpression form("^(\\d{3,5})x(\\d{3,5})$");
        const auto match = form.match(parser.value(size));
        if (match.hasMatch()) {
            out.size = QSize(match.captured(1).toInt(), match.captured(2).toInt());
        } else {
            wrong.add("--size", parser.value(size).toStdString(), "1680x1020");
        }
    }
    if (parser.isSet(script)) {
        QFile text(parser.value(script));
        if (text.open(QIODevice::ReadOnly)) {
            out.script = QString::fromUtf8(text.readAll());
        } else {
            wrong.add("--script", parser.value(script).toStdString(), "a file that can be read");
        }
    }
    out.isPaused = parser.isSet(paused);
    out.startsAtOnce = parser.isSet(run) || out.isPaused;
    out.measuresUi = parser.isSet(measure);
    out.screenshot = parser.value(shot);
    for (const auto& message : wrong.messages()) out.problems << QString::fromStdString(message);
    return out;
}

}  // namespace tenfold::app

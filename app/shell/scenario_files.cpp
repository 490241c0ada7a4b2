// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/scenario_files.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QPlainTextEdit>
#include <QSaveFile>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

#include "app/run/csv_export.h"
#include "app/theme/widgets.h"
#include "simulator/hardware/assets.h"

namespace tenfold::app {

namespace {

QString write(const QString& file, const std::string& text) {
    // Whole or not at all: a full disk leaves the old file.
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly) ||
        out.write(text.data(), static_cast<qint64>(text.size())) !=
            static_cast<qint64>(text.size()) ||
        !out.commit())
        return out.errorString();
    return {};
}

std::filesystem::path shippedFolder() {
    return hardware::assetsDir() / "scenarios";
}

}  // namespace

ScenarioFiles::ScenarioFiles(RunModel& run, QWidget* window)
    : QObject(window), m_run(run), m_window(window) {}

QStringList ScenarioFiles::shippedNames() const {
    QStringList names;
    for (const auto& name : scenario::scenarioNames(shippedFolder()))
        names << QString::fromStdString(name);
    return names;
}

QStringList ScenarioFiles::open(const std::filesystem::path& file) {
    try {
        m_run.load(scenario::loadScenario(file, m_run.catalogue()));
        return {};
    } catch (const scenario::InputError& e) {
        QStringList problems;
        for (const auto& message : e.messages()) problems << QString::fromStdString(message);
        return problems;
    } catch (const std::exception& e) {
        return {QString::fromUtf8(e.what())};
    }
}

void ScenarioFiles::openAndReport(const std::filesystem::path& file) {
    const auto problems = open(file);
    if (problems.isEmpty()) {
        Q_EMIT said(tr("opened %1").arg(QString::fromStdString(file.filename().string())));
    } else {
        reportFailure(tr("This scenario was not opened"), problems);
    }
}

void ScenarioFiles::startNew() {
    scenario::Scenario fresh;
    fresh.name = tr("New scenario").toStdString();
    fresh.design = scenario::Design::naive(m_run.catalogue());
    m_run.load(std::move(fresh));
}

void ScenarioFiles::openWithDialog() {
    const auto file =
        QFileDialog::getOpenFileName(m_window, tr("Open a scenario"), {}, tr("Scenarios (*.json)"));
    if (!file.isEmpty()) openAndReport(file.toStdString());
}

void ScenarioFiles::openShipped(const QString& name) {
    openAndReport(shippedFolder() / (name + ".json").toStdString());
}

QString ScenarioFiles::save(const QString& file) const {
    return write(file, scenario::toJson(m_run.scenario()).dump(2) + "\n");
}

QString ScenarioFiles::exportCsv(const QString& file) const {
    return write(file, csvOf(m_run.history()));
}

void ScenarioFiles::saveWithDialog() {
    const auto name = QString::fromStdString(m_run.scenario().name);
    const auto file = QFileDialog::getSaveFileName(m_window, tr("Save as a scenario"),
                                                   name + ".json", tr("Scenarios (*.json)"));
    if (file.isEmpty()) return;
    const auto reason = save(file);
    if (reason.isEmpty()) {
        Q_EMIT said(tr("saved as %1").arg(file));
    } else {
        reportFailure(tr("Not saved"), {file + ": " + reason});
    }
}

void ScenarioFiles::exportWithDialog() {
    const auto file = QFileDialog::getSaveFileName(m_window, tr("Export the run as CSV"), "run.csv",
                                                   tr("Tables (*.csv)"));
    if (file.isEmpty()) return;
    const auto reason = exportCsv(file);
    if (reason.isEmpty()) {
        Q_EMIT said(tr("exported %n slots", "", static_cast<int>(m_run.history().rows().size())));
    } else {
        reportFailure(tr("Not exported"), {file + ": " + reason});
    }
}

void ScenarioFiles::reportFailure(const QString& title, const QStringList& problems) {
    QDialog dialog(m_window);
    dialog.setWindowTitle(title);
    auto* layout = new QVBoxLayout(&dialog);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(10);
    layout->addWidget(makeLabel(title, TextRole::title));
    layout->addWidget(makeLabel(tr("Everything that is wrong, at once. What was open stays."),
                                TextRole::body, "muted"));
    auto* frame = makeFrame("outlined");
    auto* inside = new QVBoxLayout(frame);
    inside->setContentsMargins(8, 6, 8, 6);
    auto* text = new QPlainTextEdit(problems.join("\n\n"));
    text->setReadOnly(true);
    text->setAccessibleName(tr("Problems"));
    inside->addWidget(text);
    layout->addWidget(frame, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    layout->addWidget(buttons);
    dialog.resize(charsWide(90), charsWide(40));
    dialog.exec();
}

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <filesystem>

#include "app/run/run_model.h"

class QWidget;

namespace tenfold::app {

/// Scenarios in and out of files, and the export. Whatever is wrong with a file is shown at once
/// and in full; the old state stands.
class ScenarioFiles : public QObject {
    Q_OBJECT
public:
    ScenarioFiles(RunModel& run, QWidget* window);

    QStringList shippedNames() const;
    /// An empty sheet: the defaults, and the design as a first version ships it.
    void startNew();
    void openWithDialog();
    void openShipped(const QString& name);
    void saveWithDialog();
    void exportWithDialog();

    /// The problems, one line each; empty when it was opened.
    QStringList open(const std::filesystem::path& file);
    /// The reason when it could not be written.
    QString save(const QString& file) const;
    QString exportCsv(const QString& file) const;

Q_SIGNALS:
    void said(const QString& message);

private:
    void openAndReport(const std::filesystem::path& file);
    void reportFailure(const QString& title, const QStringList& problems);

    RunModel& m_run;
    QWidget* m_window;
};

}  // namespace tenfold::app

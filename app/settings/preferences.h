// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <memory>

namespace tenfold::app {

/// What a person prefers on this computer: never part of a scenario. Works without a place to write
/// to; then it just does not last.
class Preferences {
public:
    Preferences();
    /// For tests and screenshots: reads and writes nothing.
    static Preferences forgetful();

    QString theme() const;  // empty: as the desktop
    void setTheme(const QString& id);
    bool reducesMotion() const;
    void setReducesMotion(bool isReduced);
    /// The endpoint that each panel shows, and whether they change together.
    QStringList chartEndpoints() const;
    bool chartsGoTogether() const;
    void setChartEndpoints(const QStringList& endpoints, bool isTogether);
    QByteArray geometry() const;
    void setGeometry(const QByteArray& geometry);

private:
    explicit Preferences(std::shared_ptr<QSettings> settings);
    std::shared_ptr<QSettings> m_settings;  // null: remembers nothing
};

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/preferences.h"

namespace tenfold::app {

namespace {
// A layout that changes gets a new key, so that an old window state cannot break a new window.
constexpr const char* kGeometry = "window/geometry.1";
constexpr const char* kTheme = "look/theme";
constexpr const char* kMotion = "look/reduce_motion";
constexpr const char* kEndpoints = "charts/endpoints";
constexpr const char* kTogether = "charts/together";
}  // namespace

Preferences::Preferences() : m_settings(std::make_shared<QSettings>("tenfold", "tenfold")) {}

Preferences::Preferences(std::shared_ptr<QSettings> settings) : m_settings(std::move(settings)) {}

Preferences Preferences::forgetful() {
    return Preferences(nullptr);
}

QString Preferences::theme() const {
    return m_settings ? m_settings->value(kTheme).toString() : QString();
}
void Preferences::setTheme(const QString& id) {
    if (m_settings) m_settings->setValue(kTheme, id);
}
bool Preferences::reducesMotion() const {
    return m_settings && m_settings->value(kMotion, false).toBool();
}
void Preferences::setReducesMotion(bool isReduced) {
    if (m_settings) m_settings->setValue(kMotion, isReduced);
}
QStringList Preferences::chartEndpoints() const {
    return m_settings ? m_settings->value(kEndpoints).toStringList() : QStringList();
}
bool Preferences::chartsGoTogether() const {
    return !m_settings || m_settings->value(kTogether, true).toBool();
}
void Preferences::setChartEndpoints(const QStringList& endpoints, bool isTogether) {
    if (!m_settings) return;
    m_settings->setValue(kEndpoints, endpoints);
    m_settings->setValue(kTogether, isTogether);
}
QByteArray Preferences::geometry() const {
    return m_settings ? m_settings->value(kGeometry).toByteArray() : QByteArray();
}
void Preferences::setGeometry(const QByteArray& geometry) {
    if (m_settings) m_settings->setValue(kGeometry, geometry);
}

}  // namespace tenfold::app

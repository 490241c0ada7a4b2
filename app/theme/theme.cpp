// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme/theme.h"

#include <QFile>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPalette>
#include <cmath>
#include <stdexcept>

// The linker leaves a static library's resources out unless they are asked for, outside namespaces.
static void keepResources() {
    Q_INIT_RESOURCE(tenfold);
}

namespace tenfold::app {

namespace {

struct Field {
    const char* key;
    QColor Theme::*colour;
};

constexpr Field kFields[] = {
    {"window", &Theme::window},
    {"bar", &Theme::bar},
    {"card", &Theme::card},
    {"sunken", &Theme::sunken},
    {"border", &Theme::border},
    {"control", &Theme::control},
    {"text", &Theme::text},
    {"muted", &Theme::muted},
    {"faint", &Theme::faint},
    {"accent", &Theme::accent},
    {"onAccent", &Theme::onAccent},
    {"good", &Theme::good},
    {"goodText", &Theme::goodText},
    {"onGood", &Theme::onGood},
    {"bad", &Theme::bad},
    {"badText", &Theme::badText},
    {"onBad", &Theme::onBad},
    {"badTint", &Theme::badTint},
    {"warn", &Theme::warn},
    {"warnText", &Theme::warnText},
    {"warnTint", &Theme::warnTint},
    {"grid", &Theme::grid},
    {"ring", &Theme::ring},
    {"edge", &Theme::edge},
    {"dot", &Theme::dot},
    {"ghost", &Theme::ghost},
    {"p50", &Theme::p50},
    {"p95", &Theme::p95},
    {"p99", &Theme::p99},
    {"ok", &Theme::ok},
    {"rateLimited", &Theme::rateLimited},
    {"serverError", &Theme::serverError},
    {"timeout", &Theme::timeout},
    {"refused", &Theme::refused},
    {"offered", &Theme::offered},
    {"stageGateway", &Theme::stageGateway},
    {"stageThread", &Theme::stageThread},
    {"stageConnection", &Theme::stageConnection},
    {"stageLock", &Theme::stageLock},
    {"stageDatabase", &Theme::stageDatabase},
    {"stageApi", &Theme::stageApi},
    {"stageLink", &Theme::stageLink},
};

double luminance(const QColor& c) {
    const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

}  // namespace

Theme loadTheme(const QString& id) {
    keepResources();
    QFile file(":/themes/" + (id == "dark" ? QString("dark") : QString("light")) + ".json");
    if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error("theme is not built in");
    const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
    Theme theme;
    theme.id = json["id"].toString();
    theme.isDark = json["dark"].toBool();
    for (const auto& field : kFields) {
        const QColor colour(json[field.key].toString());
        if (!colour.isValid()) throw std::runtime_error(std::string("theme lacks ") + field.key);
        theme.*field.colour = colour;
    }
    return theme;
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

ThemeSource::ThemeSource(const QString& id) : m_theme(loadTheme(id)) {}

void ThemeSource::choose(const QString& id) {
    if (id == m_theme.id) return;
    m_theme = loadTheme(id);
    Q_EMIT changed();
}

QString systemThemeId() {
    const QPalette palette = QGuiApplication::palette();
    const bool isDark = palette.color(QPalette::Window).lightness() <
                        palette.color(QPalette::WindowText).lightness();
    return isDark ? "dark" : "light";
}

}  // namespace tenfold::app

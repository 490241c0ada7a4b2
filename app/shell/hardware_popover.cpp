// SPDX-License-Identifier: GPL-3.0-or-later
#include <QGridLayout>
#include <QScrollArea>
#include <nlohmann/json.hpp>

#include "app/shell/status_line.h"
#include "app/theme/words.h"
#include "simulator/hardware/profile.h"

namespace tenfold::app {

namespace {

QString valueText(const nlohmann::json& value) {
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_number()) {
        const double n = value.get<double>();
        return n >= 1000 ? count(n) : QString::number(n);
    }
    return QString::fromStdString(value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

void openHardwarePopover(const RunModel& run, QWidget* anchor, QWidget* owner) {
    auto* popover = new Popover(owner);
    auto* outer = new QVBoxLayout(popover);
    outer->setContentsMargins(16, 14, 6, 14);
    const auto& s = run.scenario();
    QString problem;
    hardware::HardwareProfile profile;
    std::map<std::string, std::string> sources;
    try {
        profile = s.hardware == "tier" ? hardware::profileForUsers(s.workload.dailyActiveUsers)
                                       : hardware::profileForTier(s.hardware);
        sources = hardware::profileSources();
    } catch (const std::exception& e) {
        problem = QString::fromUtf8(e.what());
    }
    outer->addWidget(makeLabel(problem.isEmpty() ? QString::fromStdString(profile.title) : problem,
                               TextRole::title));
    auto* content = new QWidget;
    auto* grid = new QGridLayout(content);
    grid->setContentsMargins(0, 0, 10, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(3);
    grid->setColumnStretch(2, 1);
    if (problem.isEmpty()) {
        int row = 0;
        // Named: items() does not keep what it walks through.
        const auto json = hardware::toJson(profile);
        for (const auto& [key, value] : json.items()) {
            if (key == "id" || key == "title") continue;
            grid->addWidget(
                makeLabel(QString::fromStdString(key).replace('_', ' '), TextRole::small, "muted"),
                row, 0);
            grid->addWidget(makeLabel(valueText(value), TextRole::small), row, 1, Qt::AlignRight);
            const auto source = sources.find(key);
            auto* label = makeLabel(
                source == sources.end() ? QString() : QString::fromStdString(source->second),
                TextRole::small, "faint");
            label->setWordWrap(true);
            grid->addWidget(label, row, 2);
            ++row;
        }
    }
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(content);
    outer->addWidget(scroll, 1);
    popover->setFixedSize(charsWide(84), charsWide(70));
    popover->openAt(anchor);
}

}  // namespace tenfold::app

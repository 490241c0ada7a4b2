// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/play_script.h"

#include <QRegularExpression>
#include <algorithm>

#include "simulator/load/endpoints.h"
#include "simulator/scenario/duration.h"

namespace tenfold::app {

PlayScript::PlayScript(RunModel& run, const QString& text, QStringList& problems, QObject* parent)
    : QObject(parent), m_run(run) {
    static const QRegularExpression form(R"(^(\S+)\s+([a-z_.]+)=(\S+)$)");
    int number = 0;
    for (const auto& raw : text.split('\n')) {
        ++number;
        const QString line = raw.section('#', 0, 0).trimmed();
        if (line.isEmpty()) continue;
        const auto match = form.match(line);
        const auto at = scenario::secondsFromText(match.captured(1).toStdString());
        const QString key = match.captured(2);
        const auto value = match.captured(3).toStdString();
        scenario::Problems wrong("line " + std::to_string(number));
        if (!match.hasMatch() || !at) {
            wrong.add("script", line.toStdString(), "\"10s indexes=on\"");
        } else if (key == "tier") {
            if (!scenario::usersFromText(value)) wrong.add("tier", value, "10k, 100k, 1M");
        } else if (key == "fault") {
            const auto& names = scenario::faultNames();
            if (std::find(names.begin(), names.end(), value) == names.end())
                wrong.add("fault", value, "the name of a fault");
        } else if (key == "machines") {
            if (value != "instances" && value != "database")
                wrong.add("machines", value, "instances, database");
        } else if (key == "card") {
            if (!m_run.catalogue().find(value)) wrong.add("card", value, "the id of a mechanism");
        } else if (key == "endpoint") {
            if (!load::endpointIndex(value)) wrong.add("endpoint", value, "the id of an endpoint");
        } else if (key != "node") {
            auto design = m_run.scenario().design;
            design.set((key + "=").toStdString() + value, m_run.catalogue(), wrong);
        }
        for (const auto& message : wrong.messages()) problems << QString::fromStdString(message);
        if (wrong.empty()) m_steps.push_back({*at, key, match.captured(3)});
    }
    if (!problems.isEmpty()) return;
    std::stable_sort(m_steps.begin(), m_steps.end(),
                     [](const Step& a, const Step& b) { return a.atS < b.atS; });
    connect(&m_run, &RunModel::ticked, this, [this] {
        while (m_next < m_steps.size() && m_run.elapsedS() >= m_steps[m_next].atS)
            play(m_steps[m_next++]);
    });
}

void PlayScript::play(const Step& step) {
    const auto value = step.value.toStdString();
    if (step.key == "tier") {
        m_run.changeUsers(*scenario::usersFromText(value));
    } else if (step.key == "fault") {
        m_run.startFault(value);
    } else if (step.key == "machines") {
        auto machines = m_run.scenario().machines;
        (value == "instances" ? machines.instanceFactor : machines.databaseCoreFactor) =
            value == "instances" ? 2 : 4;
        m_run.changeMachines(machines);
    } else if (step.key == "node") {
        Q_EMIT nodeWanted(step.value);
    } else if (step.key == "card") {
        Q_EMIT cardWanted(step.value);
    } else if (step.key == "endpoint") {
        Q_EMIT endpointWanted(step.value);
    } else {
        auto design = m_run.scenario().design;
        scenario::Problems ignored;
        design.set((step.key + "=").toStdString() + value, m_run.catalogue(), ignored);
        m_run.changeDesign(design,
                           describeChange(m_run.catalogue(), m_run.scenario().design, design));
    }
}

}  // namespace tenfold::app

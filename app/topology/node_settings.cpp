// SPDX-License-Identifier: GPL-3.0-or-later
// What a node is set to: the switches that act at it, and the machine it runs on.
#include <QObject>
#include <algorithm>
#include <map>

#include "app/theme/words.h"
#include "app/topology/node_figures.h"
#include "simulator/hardware/profile.h"

namespace tenfold::app {

namespace {

using Ids = std::vector<std::string>;

/// Where each switch acts; one that stands nowhere acts at the instances.
const std::map<std::string, Ids>& switchesByRole() {
    static const std::map<std::string, Ids> all{
        {"edge", {"cdn", "regions"}},
        {"gateway", {"rate_limiting", "token_validation", "resilience", "regions", "versioning"}},
        {"auth", {"token_validation"}},
        {"pooler", {"connection_pooler"}},
        {"cache", {"shared_cache", "sessions"}},
        {"database",
         {"indexes", "query_shape", "pagination", "connection_pooler", "read_replicas"}},
        {"replica", {"read_replicas", "indexes", "regions"}},
        {"worker", {"side_effects", "shared_cache"}},
        {"sink", {"side_effects"}},
    };
    return all;
}

bool actsAt(const std::string& mechanism, const std::string& role) {
    const auto& all = switchesByRole();
    const auto has = [&mechanism](const Ids& ids) {
        return std::find(ids.begin(), ids.end(), mechanism) != ids.end();
    };
    if (const auto it = all.find(role); it != all.end()) return has(it->second);
    if (role != "instance") return false;
    static const Ids alsoHere{"query_shape",   "pagination", "shared_cache",
                              "side_effects",  "sessions",   "connection_pooler",
                              "read_replicas", "resilience", "versioning"};
    return has(alsoHere) || std::none_of(all.begin(), all.end(),
                                         [&](const auto& entry) { return has(entry.second); });
}

QString parameterText(const scenario::ParameterSpec& spec, double value) {
    const QString title = QString::fromStdString(spec.title).toLower();
    if (spec.isBool) return value != 0 ? title : QString();
    if (const auto place = static_cast<std::size_t>(value); place < spec.options.size())
        return title + ": " + QString::fromStdString(spec.options[place].title).toLower();
    const QString unit = QString::fromStdString(spec.unit);
    return QString("%1 %2%3").arg(title).arg(value).arg(unit.isEmpty() ? "" : " " + unit);
}

Figure figureOf(const scenario::MechanismSpec& spec, const scenario::Setting& setting) {
    QStringList values;
    QStringList effects;
    for (const auto& value : spec.values) {
        if (!setting.has(value.id)) continue;
        values << QString::fromStdString(value.title);
        effects << QString::fromStdString(value.effect);
    }
    const bool isOn = setting.value != spec.values.front().id;
    if (isOn)
        for (const auto& p : spec.parameters) {
            const auto it = setting.parameters.find(p.id);
            const auto text =
                parameterText(p, it == setting.parameters.end() ? p.initial : it->second);
            if (!text.isEmpty()) effects << text;
        }
    return {QString::fromStdString(spec.title), values.join(" + "), isOn ? "" : "faint",
            effects.join("\n")};
}

QString mbit(double value) {
    return value >= 1000 ? QObject::tr("%1 Gbit/s").arg(value / 1000)
                         : QObject::tr("%1 Mbit/s").arg(value);
}

}  // namespace

std::vector<Figure> switchesOf(const std::string& role, const scenario::Scenario& scenario,
                               const scenario::Catalogue& catalogue) {
    std::vector<Figure> out;
    for (const auto& spec : catalogue.specs())
        if (actsAt(spec.id, role)) out.push_back(figureOf(spec, scenario.design.of(spec.id)));
    return out;
}

std::vector<Figure> machineOf(const std::string& role, const scenario::Scenario& s) {
    hardware::HardwareProfile h;
    try {
        h = s.hardware == "tier" ? hardware::profileForUsers(s.workload.dailyActiveUsers)
                                 : hardware::profileForTier(s.hardware);
    } catch (const std::exception&) {
        return {};  // the run itself will say what is wrong with the profile
    }
    if (h.native) return {};
    const auto number = [](double value) { return QString::number(value); };
    const auto link = [&] {
        return Figure{QObject::tr("link, there and back"), milliseconds(h.linkMs)};
    };
    const Figure connections{QObject::tr("connections for all"), number(h.usableConnections())};
    if (role == "gateway")
        return {{QObject::tr("places in line"), number(h.gatewayQueue)},
                {QObject::tr("origin link"), mbit(h.originLinkMbit)},
                {QObject::tr("a client's link"), mbit(h.clientLinkMbit)}};
    if (role == "edge") return {{QObject::tr("a client's link"), mbit(h.clientLinkMbit)}};
    if (role == "instance")
        return {{QObject::tr("cores"), number(h.coresPerInstance)},
                {QObject::tr("threads, and pool"), number(h.threadsPerInstance)},
                {QObject::tr("CPU a request"), milliseconds(h.apiCpuMs)},
                {QObject::tr("waits for a connection"), milliseconds(h.connectionWaitMs)},
                {QObject::tr("gives up after"), milliseconds(h.requestTimeoutMs)}};
    if (role == "database")
        return {{QObject::tr("cores"), number(h.primaryCores * s.machines.databaseCoreFactor)},
                connections,
                link(),
                {QObject::tr("flush of a commit"), milliseconds(h.commitFlushMs)},
                {QObject::tr("data"), QObject::tr("× %1").arg(h.dataFactor)}};
    if (role == "replica")
        return {{QObject::tr("cores"), number(h.replicaCores)}, connections, link()};
    if (role == "auth")
        return {{QObject::tr("cores"), number(h.authCores)},
                {QObject::tr("a question takes"), milliseconds(h.authRequestMs)},
                link()};
    if (role == "cache")
        return {{QObject::tr("a command takes"), milliseconds(h.cacheOpUs / 1000)}};
    if (role == "sink") return {{QObject::tr("answers after, median"), milliseconds(h.providerMs)}};
    return {};
}

}  // namespace tenfold::app

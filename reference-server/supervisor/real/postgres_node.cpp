// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/supervisor/real/postgres_cluster.h"
#include "reference-server/supervisor/real/postgres_indexes.h"
#include "reference-server/supervisor/real/postgres_monitor.h"
#include "reference-server/supervisor/real/postgres_plans.h"
#include "reference-server/supervisor/real/postgres_template.h"
#include "reference-server/supervisor/real/process_tree.h"
#include "reference-server/supervisor/real/programs.h"
#include "reference-server/supervisor/real/real.h"
#include "reference-server/supervisor/real/unexpected_end.h"
#include "simulator/hardware/profile.h"

namespace tenfold::supervisor::real {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kCheckpointLimit{30};

double lagOf(const scenario::Design& design) {
    return design.parameter("read_replicas", "lag_ms");
}

bool wantsIndexes(const scenario::Design& design) {
    return design.is("indexes", "on");
}

PostgresCluster::Settings settingsFrom(const json& start, const nodes::NodeIdentity& identity,
                                       const scenario::Design& design,
                                       const hardware::HardwareProfile& hardware) {
    PostgresCluster::Settings s;
    s.maxConnections = hardware.maxConnections;
    // The monitor sits on one of the reserved: as many as before are left for everybody else.
    s.reservedConnections = std::max(0, hardware.reservedConnections - 1);
    if (identity.role == "replica") {
        const auto& primary = start.at("primary");
        s.primaryConninfo =
            socketConninfo(primary.at("folder").get<std::string>(), primary.at("port").get<int>(),
                           "postgres", "replication");
        s.applicationName = identity.id;
        s.applyDelayMs = lagOf(design);
    }
    return s;
}

}  // namespace

int runPostgres(nodes::ControlChannel& control, const json& start) {
    const auto identity = nodes::identityFrom(start);
    const bool isReplica = identity.role == "replica";
    nodes::Versions versions;
    const auto version = start.at("version").get<std::uint64_t>();
    versions.prepare(version, scenario::designFromTrustedJson(start.at("design")));
    versions.publish(version);
    const auto design = versions.current()->design;
    const auto hardware = hardware::profileFromJson(start.at("hardware"));

    const std::filesystem::path folder = start.at("real").at("folder").get<std::string>();
    const auto programs = postgresFolder();
    const Owner owner = ownerOf("database");
    PostgresCluster cluster(programs, folder, owner);
    if (isReplica) {
        const auto& primary = start.at("primary");
        cluster.copyFrom(primary.at("folder").get<std::string>(), primary.at("port").get<int>());
    } else {
        cluster.unpack(ensurePostgresTemplate(programs, folder.string() + "-build", owner));
    }
    auto settings = settingsFrom(start, identity, design, hardware);
    // Laying it out waits for no disk: it is thrown away with the run. From then on the primary's
    // commits do, as anywhere; a replica's log is on nobody's way.
    settings.isFlushed = false;
    cluster.start(settings, endsThisProcess(control, "PostgreSQL"));
    if (!isReplica) {
        auto session = cluster.session();
        if (wantsIndexes(design)) setIndexes(session, true, false);
        session.query("CHECKPOINT", kCheckpointLimit);
        settings.isFlushed = true;
        cluster.reload(settings);
    }
    const std::string program = "PostgreSQL " + cluster.version();

    {
        PostgresMonitor monitor(cluster.conninfo("shop"), identity.id, isReplica,
                                cluster.hasStatementCounts(), hardware.usableConnections());
        ProcessTree processes(cluster.pid());
        nodes::SlotReporter reporter(
            control, identity,
            [&](std::int64_t) {
                measure::Sample s;
                if (auto node = monitor.look()) s.nodes[identity.id] = *node;
                s.version = versions.current()->version;
                return s;
            },
            [&] { return processes.cpuMs(); });
        nodes::MetricsServer metrics([&] { return reporter.metricsText(); });
        control.emit({{"ready", true},
                      {"port", cluster.port()},
                      {"metrics_port", metrics.port()},
                      {"pid", cluster.pid()},
                      {"program", program}});

        const auto tellPlans = [&](PgSession& session) {
            try {
                control.emit({{"statements", measure::toJson(plansOf(session))}});
            } catch (const std::exception& e) {
                control.emit({{"event", identity.id + ": no query plans"}, {"detail", e.what()}});
            }
        };
        if (!isReplica) {
            auto session = cluster.session();
            tellPlans(session);
        }
        const auto changeIndexes = [&](bool isOn) -> std::string {
            if (isReplica) return "";  // they come with the primary's changes
            auto session = cluster.session();
            const std::string detail = setIndexes(session, isOn, true);
            if (!detail.empty()) tellPlans(session);
            return detail;
        };
        const auto answer = [&](const char* key, std::uint64_t v, const std::string& detail) {
            json line = {{key, v}};
            if (!detail.empty()) line["detail"] = detail;
            control.emit(line);
        };
        control.run([&](const json& command) {
            const auto cmd = command.at("cmd").get<std::string>();
            const auto v = command.at("version").get<std::uint64_t>();
            if (cmd == "prepare") {
                versions.prepare(v, scenario::designFromTrustedJson(command.at("design")));
                const auto& next = versions.of(v)->design;
                if (isReplica && lagOf(next) != settings.applyDelayMs) {
                    settings.applyDelayMs = lagOf(next);
                    cluster.reload(settings);
                }
                // An index must be there before the first request that counts on it.
                answer("prepared", v, wantsIndexes(next) ? changeIndexes(true) : "");
            } else if (cmd == "publish") {
                versions.publish(v);
                answer("published", v, "");
            } else if (cmd == "retire") {
                // And it may only go when nobody does any more.
                const bool isOn = wantsIndexes(versions.current()->design);
                versions.retire(v);
                answer("retired", v, isOn ? "" : changeIndexes(false));
            } else {
                throw std::runtime_error("a database does not know the command " + cmd);
            }
        });
    }
    cluster.stop(false);
    return 0;
}

}  // namespace tenfold::supervisor::real

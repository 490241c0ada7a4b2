// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/database.h"

#include <boost/asio/post.hpp>
#include <future>

#include "reference-server/data/query_plans.h"
#include "reference-server/data/sqlite_handle.h"
#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/nodes/database/database_node.h"
#include "reference-server/nodes/database/replica_feed.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using nlohmann::json;

int runDatabase(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    const auto hardware = hardware::profileFromJson(start.at("hardware"));
    Versions versions;
    const auto version = start.at("version").get<std::uint64_t>();
    versions.prepare(version, scenario::designFromTrustedJson(start.at("design")));
    versions.publish(version);

    DatabaseNode::Settings settings;
    settings.id = identity.id;
    settings.file = start.at("dataset").get<std::string>();
    settings.isReplica = identity.role == "replica";
    settings.cores = start.value("cores", hardware.primaryCores);
    settings.hardware = hardware;
    settings.hasIndexes = versions.current()->design.is("indexes", "on");
    DatabaseNode node(settings);
    std::unique_ptr<ReplicaFeed> feed;
    if (settings.isReplica) {
        feed = std::make_unique<ReplicaFeed>(
            node, start.at("primary").at("port").get<int>(),
            start.at("from_lsn").get<std::uint64_t>(), [&](const std::string& what) {
                control.emit({{"event", identity.id + ": " + what}});
            });
        feed->setLagMs(versions.current()->design.parameter("read_replicas", "lag_ms"));
        asio::post(node.io(), [&] { feed->start(); });
    }
    std::thread io([&] { node.run(); });

    {
        // The counters live on the IO thread; a thread that is stuck reports nothing, and what it
        // counted comes with a later slot.
        std::future<measure::Sample> asked;
        SlotReporter reporter(control, identity, [&](std::int64_t) {
            if (!asked.valid()) {
                const auto promise = std::make_shared<std::promise<measure::Sample>>();
                asked = promise->get_future();
                asio::post(node.io(), [&node, promise] { promise->set_value(node.collect()); });
            }
            measure::Sample s;
            if (asked.wait_for(std::chrono::milliseconds(200)) == std::future_status::ready)
                s = asked.get();
            s.version = versions.current()->version;
            return s;
        });
        MetricsServer metrics([&] { return reporter.metricsText(); });
        control.emit({{"ready", true}, {"port", node.port()}, {"metrics_port", metrics.port()}});

        // What its statements are and how it carries them out; a replica's are the primary's.
        const auto tellPlans = [&control, &settings, &identity] {
            if (settings.isReplica) return;
            try {
                const auto db = data::openSqlite(settings.file, SQLITE_OPEN_READWRITE);
                control.emit({{"statements", measure::toJson(data::plansOf(db.get()))}});
            } catch (const data::SqliteError& e) {
                control.emit({{"event", identity.id + ": no query plans"}, {"detail", e.what()}});
            }
        };
        asio::post(node.io(), tellPlans);

        const auto setIndexes = [&](bool isOn, const char* key, std::uint64_t v) {
            asio::post(node.io(), [&node, &control, tellPlans, isOn, key, v] {
                node.setIndexes(isOn, [&control, tellPlans, key, v](const std::string& detail) {
                    if (!detail.empty()) tellPlans();
                    json line = {{key, v}};
                    if (!detail.empty()) line["detail"] = detail;
                    control.emit(line);
                });
            });
        };
        control.run([&](const json& command) {
            const auto cmd = command.at("cmd").get<std::string>();
            if (cmd == "backup") {
                const auto path = command.at("path").get<std::string>();
                asio::post(node.io(), [&node, &control, path] {
                    node.backup(path,
                                [&control, path](std::uint64_t lsn, const std::string& error) {
                                    if (!error.empty()) {
                                        control.emit({{"error", error}, {"cmd", "backup"}});
                                    } else {
                                        control.emit({{"backup", {{"path", path}, {"lsn", lsn}}}});
                                    }
                                });
                });
                return;
            }
            const auto v = command.at("version").get<std::uint64_t>();
            if (cmd == "prepare") {
                versions.prepare(v, scenario::designFromTrustedJson(command.at("design")));
                const auto h = hardware::profileFromJson(command.at("hardware"));
                const int cores = command.value("cores", settings.cores);
                const double lagMs = versions.of(v)->design.parameter("read_replicas", "lag_ms");
                asio::post(node.io(), [&node, &feed, h, cores, lagMs] {
                    node.setHardware(h, cores);
                    if (feed) feed->setLagMs(lagMs);
                });
                // An index must be there before the first request that counts on it.
                if (versions.of(v)->design.is("indexes", "on")) {
                    setIndexes(true, "prepared", v);
                } else {
                    control.emit({{"prepared", v}});
                }
            } else if (cmd == "publish") {
                versions.publish(v);
                control.emit({{"published", v}});
            } else if (cmd == "retire") {
                // And it may only go when nobody does any more.
                const bool hasIndexes = versions.current()->design.is("indexes", "on");
                versions.retire(v);
                if (hasIndexes) {
                    control.emit({{"retired", v}});
                } else {
                    setIndexes(false, "retired", v);
                }
            } else {
                throw std::runtime_error("a database does not know the command " + cmd);
            }
        });
    }
    node.stop();
    io.join();
    return 0;
}

}  // namespace tenfold::nodes

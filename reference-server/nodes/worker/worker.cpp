// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/worker/worker.h"

#include <atomic>
#include <map>

#include "reference-server/mechanisms/shared_cache/product_changes.h"
#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/nodes/worker/relay.h"

namespace tenfold::nodes {

using nlohmann::json;

namespace {

constexpr measure::Nanos kDrainLimitNs = 10'000'000'000;

Relay::Settings settingsFrom(const scenario::Design& design) {
    Relay::Settings s;
    const auto parameter = [&](const char* name, double fallback) {
        return design.parameter("side_effects", name, fallback);
    };
    s.workers = static_cast<int>(parameter("workers", s.workers));
    s.timeoutS = parameter("timeout_s", s.timeoutS);
    s.leaseS = parameter("lease_s", s.leaseS);
    s.attempts = static_cast<int>(parameter("attempts", s.attempts));
    s.backoffS = parameter("backoff_s", s.backoffS);
    s.markTtlMs = mechanisms::markTtlMs(design);
    return s;
}

/// What a start or prepare line says.
struct Version {
    Relay::Settings settings;
    Relay::Peers peers;
    api::DatabaseAccess::Plan plan;
};

Version versionFrom(const json& line, const Version* before) {
    const auto design = scenario::designFromTrustedJson(line.at("design"));
    const auto& peers = line.at("peers");
    Version v;
    v.settings = settingsFrom(design);
    v.plan = api::DatabaseAccess::planFrom(peers, design,
                                           hardware::profileFromJson(line.at("hardware")));
    v.plan.size = 1;  // one thread talks to it
    v.plan.replicas.clear();
    const int sinkPort = peers.at("sink").at("port").get<int>();
    const bool hasCache = peers.contains("cache") && !design.is("shared_cache", "off");
    const int cachePort = hasCache ? peers["cache"].at("port").get<int>() : 0;
    // Connections are kept over a change that does not concern them.
    if (before && before->plan == v.plan) v.peers.databases = before->peers.databases;
    if (before && before->peers.sink->port() == sinkPort) v.peers.sink = before->peers.sink;
    if (before && before->peers.cache && before->peers.cache->port() == cachePort)
        v.peers.cache = before->peers.cache;
    if (!v.peers.cache && cachePort) v.peers.cache = std::make_shared<api::CacheClient>(cachePort);
    if (!v.peers.databases) v.peers.databases = std::make_shared<api::DatabaseAccess>(v.plan);
    if (!v.peers.sink) v.peers.sink = std::make_shared<mechanisms::SinkClient>(sinkPort);
    return v;
}

}  // namespace

int runWorker(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    std::atomic<std::uint64_t> version{start.at("version").get<std::uint64_t>()};
    Version current = versionFrom(start, nullptr);
    std::map<std::uint64_t, Version> prepared;
    Relay relay(identity.seed, current.settings, current.peers);
    SlotReporter reporter(control, identity, [&](std::int64_t) {
        measure::Sample s;
        s.nodes[identity.id] = relay.collect();
        s.version = version;
        return s;
    });
    MetricsServer metrics([&] { return reporter.metricsText(); });
    // It listens to nobody: its port is that of its metrics.
    control.emit({{"ready", true}, {"port", metrics.port()}, {"metrics_port", metrics.port()}});
    control.run([&](const json& command) {
        const auto cmd = command.at("cmd").get<std::string>();
        if (cmd == "drain") {
            relay.drain(kDrainLimitNs);
            control.emit({{"drained", true}});
            return;
        }
        const auto v = command.at("version").get<std::uint64_t>();
        if (cmd == "prepare") {
            prepared[v] = versionFrom(command, &current);
            control.emit({{"prepared", v}});
        } else if (cmd == "publish") {
            if (const auto it = prepared.find(v); it != prepared.end()) {
                current = it->second;
                relay.use(current.settings, current.peers);
            }
            version = v;
            control.emit({{"published", v}});
        } else if (cmd == "retire") {
            prepared.erase(prepared.begin(), prepared.upper_bound(v));
            control.emit({{"retired", v}});
        } else {
            throw std::runtime_error("a worker does not know the command " + cmd);
        }
    });
    return 0;
}

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/sink/sink.h"

#include <atomic>

#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/nodes/sink/sink_server.h"
#include "simulator/hardware/profile.h"

namespace tenfold::nodes {

using nlohmann::json;

namespace {

SinkServer::Settings settingsFrom(const NodeIdentity& identity,
                                  const hardware::HardwareProfile& hardware) {
    SinkServer::Settings s;
    s.medianMs = hardware.providerMs;
    s.sigma = hardware.providerSigma;
    s.seed = identity.seed;
    return s;
}

SinkServer::Trouble troubleFrom(const json& j) {
    return {j.value("latency_factor", 1.0), j.value("failure_ratio", 0.0)};
}

}  // namespace

int runSink(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    std::atomic<std::uint64_t> version{start.at("version").get<std::uint64_t>()};
    SinkServer server(settingsFrom(identity, hardware::profileFromJson(start.at("hardware"))));
    server.setTrouble(troubleFrom(start.value("trouble", json::object())));
    SlotReporter reporter(control, identity, [&](std::int64_t) {
        measure::Sample s;
        s.nodes[identity.id] = server.collect();
        s.version = version;
        return s;
    });
    server.setMetrics([&] { return reporter.metricsText(); });
    control.emit({{"ready", true}, {"port", server.port()}});
    runWithoutDesign(control, version, [&](const json& command) {
        if (command.at("cmd") != "trouble") return false;
        server.setTrouble(troubleFrom(command));
        control.emit({{"troubled", true}});
        return true;
    });
    server.setMetrics(nullptr);  // the reporter ends before the server
    return 0;
}

}  // namespace tenfold::nodes

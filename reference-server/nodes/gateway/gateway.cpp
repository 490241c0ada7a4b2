// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/gateway.h"

#include <boost/asio/post.hpp>
#include <thread>

#include "reference-server/nodes/common/collect_on_io.h"
#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/nodes/gateway/gateway_node.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using nlohmann::json;

namespace {
/// What a version brings besides its design.
struct Surroundings {
    hardware::HardwareProfile hardware;
    std::vector<Upstreams::Peer> instances;
    int authPort = 0;
};

Surroundings surroundingsFrom(const json& line) {
    Surroundings s;
    s.hardware = hardware::profileFromJson(line.at("hardware"));
    for (const auto& p : line.at("peers").value("instances", json::array()))
        s.instances.push_back(
            {p.at("id").get<std::string>(), p.at("port").get<int>(), p.at("threads").get<int>()});
    if (const auto& peers = line.at("peers"); peers.contains("auth"))
        s.authPort = peers["auth"].at("port").get<int>();
    return s;
}

}  // namespace

int runGateway(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    Versions versions;
    std::map<std::uint64_t, Surroundings> surroundings;
    const auto prepare = [&](const json& line) {
        const auto v = line.at("version").get<std::uint64_t>();
        versions.prepare(v, scenario::designFromTrustedJson(line.at("design")));
        surroundings[v] = surroundingsFrom(line);
    };
    prepare(start);
    const auto first = start.at("version").get<std::uint64_t>();
    versions.publish(first);
    GatewayNode node(identity, surroundings[first].hardware, versions);
    node.configure(versions.current()->design, surroundings[first].hardware,
                   surroundings[first].instances, surroundings[first].authPort);
    {
        SlotReporter reporter(control, identity, [&](std::int64_t) { return collectOnIo(node); });
        node.setMetrics([&] { return reporter.metricsText(); });
        std::thread io([&] { node.run(); });
        control.emit({{"ready", true}, {"port", node.port()}});
        control.run([&](const json& command) {
            const auto cmd = command.at("cmd").get<std::string>();
            if (cmd == "lose_replies") {
                asio::post(node.io(), [&node, &control, part = command.at("part").get<double>()] {
                    node.setLostReplies(part);
                    control.emit({{"losing_replies", part}});
                });
                return;
            }
            const auto v = command.at("version").get<std::uint64_t>();
            if (cmd == "prepare") {
                prepare(command);
                control.emit({{"prepared", v}});
            } else if (cmd == "publish") {
                asio::post(node.io(), [&node, &versions, &control, v, s = surroundings.at(v)] {
                    versions.publish(v);
                    node.configure(versions.current()->design, s.hardware, s.instances, s.authPort);
                    control.emit({{"published", v}});
                });
            } else if (cmd == "retire") {
                versions.retire(v);
                surroundings.erase(surroundings.begin(), surroundings.lower_bound(v));
                asio::post(node.io(), [&node, &control, v] {
                    node.upstreams().whenDrained([&control, v] { control.emit({{"retired", v}}); });
                });
            } else {
                throw std::runtime_error("a gateway does not know the command " + cmd);
            }
        });
        // Before the reporter, of which the node asks the text of /metrics.
        node.stop();
        io.join();
    }
    return 0;
}

}  // namespace tenfold::nodes

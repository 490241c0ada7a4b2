// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/edge/edge.h"

#include <boost/asio/post.hpp>
#include <thread>

#include "reference-server/nodes/common/collect_on_io.h"
#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/nodes/edge/edge_node.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using nlohmann::json;

namespace {
/// What a version brings besides its design.
struct Surroundings {
    hardware::HardwareProfile hardware;
    int gatewayPort = 0;
};

Surroundings surroundingsFrom(const json& line) {
    Surroundings s;
    s.hardware = hardware::profileFromJson(line.at("hardware"));
    s.gatewayPort = line.at("peers").at("gateway").at("port").get<int>();
    return s;
}

}  // namespace

int runEdge(ControlChannel& control, const json& start) {
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
    EdgeNode node(identity, surroundings[first].hardware, versions);
    node.configure(versions.current()->design, surroundings[first].hardware,
                   surroundings[first].gatewayPort);
    {
        SlotReporter reporter(control, identity, [&](std::int64_t) { return collectOnIo(node); });
        node.setMetrics([&] { return reporter.metricsText(); });
        std::thread io([&] { node.run(); });
        control.emit({{"ready", true}, {"port", node.port()}});
        control.run([&](const json& command) {
            const auto cmd = command.at("cmd").get<std::string>();
            const auto v = command.at("version").get<std::uint64_t>();
            if (cmd == "prepare") {
                prepare(command);
                control.emit({{"prepared", v}});
            } else if (cmd == "publish") {
                asio::post(node.io(), [&node, &versions, &control, v, s = surroundings.at(v)] {
                    versions.publish(v);
                    node.configure(versions.current()->design, s.hardware, s.gatewayPort);
                    control.emit({{"published", v}});
                });
            } else if (cmd == "retire") {
                versions.retire(v);
                surroundings.erase(surroundings.begin(), surroundings.lower_bound(v));
                control.emit({{"retired", v}});
            } else {
                throw std::runtime_error("an edge does not know the command " + cmd);
            }
        });
        // Before the reporter, of which the node asks the text of /metrics.
        node.stop();
        io.join();
    }
    return 0;
}

}  // namespace tenfold::nodes

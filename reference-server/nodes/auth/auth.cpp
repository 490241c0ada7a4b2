// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/auth/auth.h"

#include <atomic>
#include <map>
#include <utility>

#include "reference-server/nodes/auth/auth_server.h"
#include "reference-server/nodes/common/slot_reporter.h"

namespace tenfold::nodes {

using nlohmann::json;

int runAuth(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    struct Prepared {
        scenario::Design design;
        hardware::HardwareProfile hardware;
    };
    const auto preparedFrom = [](const json& line) {
        return Prepared{scenario::designFromTrustedJson(line.at("design")),
                        hardware::profileFromJson(line.at("hardware"))};
    };
    const Prepared first = preparedFrom(start);
    std::map<std::uint64_t, Prepared> prepared;
    std::atomic<std::uint64_t> version{start.at("version").get<std::uint64_t>()};
    AuthServer server(identity, first.hardware, start.value("state", ""));
    server.configure(first.design, first.hardware);
    SlotReporter reporter(control, identity, [&](std::int64_t) {
        auto s = server.collect();
        s.version = version;
        return s;
    });
    server.setMetrics([&] { return reporter.metricsText(); });
    control.emit({{"ready", true}, {"port", server.port()}});
    control.run([&](const json& command) {
        const auto cmd = command.at("cmd").get<std::string>();
        const auto v = command.at("version").get<std::uint64_t>();
        if (cmd == "prepare") {
            prepared[v] = preparedFrom(command);
            control.emit({{"prepared", v}});
        } else if (cmd == "publish") {
            const auto& p = prepared.at(v);
            server.configure(p.design, p.hardware);
            version = v;
            control.emit({{"published", v}});
        } else if (cmd == "retire") {
            prepared.erase(prepared.begin(), prepared.lower_bound(v));
            control.emit({{"retired", v}});
        } else {
            throw std::runtime_error("an auth service does not know the command " + cmd);
        }
    });
    server.setMetrics(nullptr);  // the reporter ends before the server
    return 0;
}

}  // namespace tenfold::nodes

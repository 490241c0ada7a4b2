// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/instance.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/nodes/instance/api_server.h"

namespace tenfold::nodes {

using nlohmann::json;

namespace {

constexpr std::int64_t kSlotsPerSecond = 4;

/// A second of them: whoever looks at one is a person.
void tellSlow(ControlChannel& control, ApiServer& server) {
    json requests = json::array();
    for (const auto& r : server.takeSlow().requests) requests.push_back(measure::toJson(r));
    if (!requests.empty()) control.emit({{"slow_requests", std::move(requests)}});
}

}  // namespace

int runInstance(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    ApiServer server(identity, hardware::profileFromJson(start.at("hardware")));
    const auto prepare = [&](const json& line) {
        server.prepare(line.at("version").get<std::uint64_t>(),
                       scenario::designFromTrustedJson(line.at("design")), line.at("peers"));
    };
    // At once and not with the slot: whoever dies after a commit has told of it.
    server.setCarriedOut([&](std::string_view endpoint, std::uint64_t user, const auto& key) {
        control.emit({{"carried_out", {{"endpoint", endpoint}, {"user", user}, {"key", key}}}});
    });
    prepare(start);
    server.publish(start.at("version").get<std::uint64_t>());
    SlotReporter reporter(control, identity, [&](std::int64_t slot) {
        if (slot % kSlotsPerSecond == 0) tellSlow(control, server);
        return server.collect();
    });
    server.setMetrics([&] { return reporter.metricsText(); });
    control.emit({{"ready", true}, {"port", server.port()}});

    // Retiring waits for requests, up to their limit; the next change must not wait with it.
    struct Retiring {
        std::thread thread;
        std::shared_ptr<std::atomic<bool>> isDone = std::make_shared<std::atomic<bool>>(false);
    };
    std::vector<Retiring> retiring;
    control.run([&](const json& command) {
        const auto cmd = command.at("cmd").get<std::string>();
        const auto version = command.at("version").get<std::uint64_t>();
        if (cmd == "prepare") {
            prepare(command);
            control.emit({{"prepared", version}});
        } else if (cmd == "publish") {
            server.publish(version);
            control.emit({{"published", version}});
        } else if (cmd == "retire") {
            std::erase_if(retiring, [](Retiring& r) {
                if (!*r.isDone) return false;
                r.thread.join();
                return true;
            });
            auto& fresh = retiring.emplace_back();
            fresh.thread = std::thread([&server, &control, version, isDone = fresh.isDone] {
                server.retire(version);
                control.emit({{"retired", version}});
                *isDone = true;
            });
        } else {
            throw std::runtime_error("an instance does not know the command " + cmd);
        }
    });
    for (auto& r : retiring) r.thread.join();
    server.setMetrics(nullptr);  // the reporter ends before the server
    return 0;
}

}  // namespace tenfold::nodes

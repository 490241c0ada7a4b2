// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/pooler/pooler.h"

#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/nodes/pooler/pooler_node.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using nlohmann::json;
using pooler::PoolerNode;
using pooler::ServerPool;

namespace {

std::map<std::string, ServerPool::Settings> databasesFrom(const json& peers,
                                                          const scenario::Design& design) {
    std::map<std::string, ServerPool::Settings> out;
    for (const auto& d : peers.value("databases", json::array())) {
        ServerPool::Settings s;
        s.port = d.at("port").get<int>();
        s.database = d.value("database", s.database);
        s.user = d.value("user", s.user);
        s.size = static_cast<int>(design.parameter("connection_pooler", "size", s.size));
        s.waitLimitS = design.parameter("connection_pooler", "wait_limit_s", s.waitLimitS);
        out[d.at("name").get<std::string>()] = s;
    }
    return out;
}

/// Runs something on the IO thread and waits for it; what it throws is thrown here.
template <typename F>
void runOn(asio::io_context& io, F f) {
    std::promise<void> done;
    asio::post(io, [&] {
        try {
            f();
            done.set_value();
        } catch (...) {
            done.set_exception(std::current_exception());
        }
    });
    done.get_future().get();
}

/// What the counters say of one slot: the difference to the slot before.
class SampleMaker {
public:
    SampleMaker(std::string id, pooler::Counters& counters)
        : m_id(std::move(id)), m_counters(counters) {}

    measure::Sample take() {
        measure::Sample sample;
        auto& n = sample.nodes[m_id];
        n.capacity = m_counters.capacity;
        n.inUse = m_counters.busy;
        n.waiting = m_counters.waiting;
        n.gauges["clients"] = m_counters.clients;
        n.gauges["servers"] = m_counters.servers;
        n.arrived = since(m_counters.arrived, m_arrived);
        n.completed = since(m_counters.completed, m_completed);
        reject(n, "query_wait_timeout", since(m_counters.waitTimeouts, m_waitTimeouts));
        reject(n, "too_many_clients", since(m_counters.tooManyClients, m_tooManyClients));
        reject(n, "server_unavailable", since(m_counters.serverUnavailable, m_unavailable));
        reject(n, "server_lost", since(m_counters.serversLost, m_lost));
        return sample;
    }

private:
    static std::uint64_t since(const std::atomic<std::uint64_t>& counter, std::uint64_t& before) {
        const std::uint64_t now = counter;
        const std::uint64_t difference = now - before;
        before = now;
        return difference;
    }
    static void reject(measure::NodeSample& n, const char* reason, std::uint64_t count) {
        if (count > 0) n.rejected[reason] = count;
    }

    std::string m_id;
    pooler::Counters& m_counters;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    std::uint64_t m_waitTimeouts = 0;
    std::uint64_t m_tooManyClients = 0;
    std::uint64_t m_unavailable = 0;
    std::uint64_t m_lost = 0;
};

}  // namespace

int runPooler(ControlChannel& control, const json& start) {
    const NodeIdentity identity = identityFrom(start);
    asio::io_context io{1};
    PoolerNode node(io);
    std::map<std::string, ServerPool::Settings> current =
        databasesFrom(start.value("peers", json::object()),
                      scenario::designFromTrustedJson(start.value("design", json::object())));
    node.setDatabases(current);

    const auto work = asio::make_work_guard(io);
    std::thread ioThread([&io] { io.run(); });
    {
        SampleMaker samples(identity.id, node.counters());
        SlotReporter reporter(control, identity, [&](std::int64_t) { return samples.take(); });
        MetricsServer metrics([&reporter] { return reporter.metricsText(); });
        control.emit({{"ready", true}, {"port", node.port()}, {"metrics_port", metrics.port()}});

        std::map<std::uint64_t, std::map<std::string, ServerPool::Settings>> prepared;
        control.run([&](const json& command) {
            const auto cmd = command.value("cmd", "");
            const auto version = command.value("version", std::uint64_t{0});
            if (cmd == "prepare") {
                const auto next = databasesFrom(
                    command.value("peers", json::object()),
                    scenario::designFromTrustedJson(command.value("design", json::object())));
                prepared[version] = next;
                // New databases work before anybody is told of them; sizes change at publish.
                std::map<std::string, ServerPool::Settings> added;
                for (const auto& [name, settings] : next)
                    if (!current.contains(name)) added[name] = settings;
                runOn(io, [&] { node.addDatabases(added); });
                control.emit({{"prepared", version}});
            } else if (cmd == "publish") {
                if (const auto it = prepared.find(version); it != prepared.end()) {
                    current = it->second;
                    // What is no longer listed stays until it is retired: somebody may use it yet.
                    runOn(io, [&] { node.addDatabases(current); });
                }
                control.emit({{"published", version}});
            } else if (cmd == "retire") {
                runOn(io, [&] { node.setDatabases(current); });
                prepared.erase(prepared.begin(), prepared.upper_bound(version));
                control.emit({{"retired", version}});
            } else {
                control.emit({{"error", "unknown command"}, {"cmd", cmd}});
            }
        });
    }
    io.stop();
    ioThread.join();
    return 0;
}

}  // namespace tenfold::nodes

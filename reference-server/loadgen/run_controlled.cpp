// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "reference-server/loadgen/generator.h"
#include "reference-server/loadgen/run.h"
#include "reference-server/nodes/common/slot_reporter.h"

namespace tenfold::loadgen {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr rlim_t kOthersOfTheRun = 200;
constexpr int kFewestConnections = 64;

int authPortIn(const json& line) {
    const auto& peers = line.at("peers");
    return peers.contains("auth") ? peers["auth"].at("port").get<int>() : 0;
}

/// The edges where there are some, else the gateway.
std::vector<asio::ip::tcp::endpoint> targetsIn(const json& line) {
    const auto& peers = line.at("peers");
    std::vector<asio::ip::tcp::endpoint> targets;
    const auto add = [&](const json& peer) {
        targets.emplace_back(asio::ip::address_v4::loopback(),
                             peer.at("port").get<unsigned short>());
    };
    if (peers.contains("edges"))
        for (const auto& edge : peers["edges"]) add(edge);
    if (targets.empty()) add(peers.at("gateway"));
    return targets;
}

Generator::Settings settingsFrom(const json& start, const nodes::NodeIdentity& identity) {
    Generator::Settings s;
    const auto port = start.at("peers").at("gateway").at("port").get<unsigned short>();
    s.targets = targetsIn(start);
    s.host = fmt::format("127.0.0.1:{}", port);
    s.seed = identity.seed;
    const auto design = scenario::designFromTrustedJson(start.at("design"));
    s.tokens = {identity.seed,
                static_cast<int>(design.parameter("token_validation", "token_lifetime_s", 600)),
                authPortIn(start)};
    const auto& w = start.at("workload");
    s.mix = w.at("mix").get<std::map<std::string, double>>();
    s.zipfExponent = w.at("zipf_exponent").get<double>();
    s.addresses = w.at("addresses").get<int>();
    s.sharedAddressPart = w.at("shared_address_part").get<double>();
    s.clientTimeoutMs = w.at("client_timeout_ms").get<double>();
    s.retries = {w.at("client_retries").get<int>(), w.at("retry_backoff_ms").get<double>()};
    return s;
}

/// Fewer descriptors than connections: fewer connections, and a word about it. Empty: enough.
std::string fitToDescriptors(Generator::Settings& s) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return "";
    const auto wanted = static_cast<rlim_t>(s.maxConnections) + kOthersOfTheRun;
    if (limit.rlim_cur >= wanted) return "";
    const auto left = static_cast<int>(limit.rlim_cur) - static_cast<int>(kOthersOfTheRun);
    s.maxConnections = std::max(kFewestConnections, left);
    return fmt::format("ulimit -n is {}: at most {} client connections", limit.rlim_cur,
                       s.maxConnections);
}

}  // namespace

int runControlled(int parentPid) {
    nodes::ControlChannel control(parentPid);
    json start;
    try {
        start = control.readStart();
        const auto identity = nodes::identityFrom(start);
        std::atomic<std::uint64_t> version{start.at("version").get<std::uint64_t>()};
        ResultBook book(identity.clock);
        asio::io_context io{1};
        auto settings = settingsFrom(start, identity);
        const std::string note = fitToDescriptors(settings);
        Generator generator(io, std::move(settings), book);
        std::thread thread([&] {
            ::prctl(PR_SET_TIMERSLACK, 1000);
            const auto guard = asio::make_work_guard(io);
            io.run();
        });
        {
            nodes::SlotReporter reporter(control, identity, [&](std::int64_t slot) {
                auto sample = book.take(slot);
                sample.version = version;
                const auto promise = std::make_shared<std::promise<measure::NodeSample>>();
                auto future = promise->get_future();
                asio::post(io, [&generator, promise] {
                    measure::NodeSample n;
                    n.inUse = generator.inFlight();
                    n.waiting = static_cast<double>(generator.waiting());
                    n.gauges["connections"] = generator.connections();
                    n.gauges["reuse_races"] = static_cast<double>(generator.reuseRaces());
                    n.gauges["tokens_refreshed"] = static_cast<double>(generator.tokensRefreshed());
                    n.gauges["tokens_not_refreshed"] =
                        static_cast<double>(generator.tokensNotRefreshed());
                    promise->set_value(n);
                });
                if (future.wait_for(std::chrono::milliseconds(200)) == std::future_status::ready)
                    sample.nodes[identity.id] = future.get();
                return sample;
            });
            json ready = {{"ready", true}, {"port", 0}};
            if (!note.empty()) ready["note"] = note;
            control.emit(ready);
            int authPort = authPortIn(start);
            auto targets = targetsIn(start);
            control.run([&](const json& command) {
                const auto cmd = command.at("cmd").get<std::string>();
                if (cmd == "load") {
                    version = command.value("version", version.load());
                    const double users = command.at("rate_hz").get<double>();
                    const double abuser = command.at("abuser_rate_hz").get<double>();
                    asio::post(io, [&generator, &control, users, abuser] {
                        generator.setRate(users, abuser);
                        control.emit({{"ack", "load"}});
                    });
                } else if (cmd == "drain") {
                    asio::post(io, [&generator, &control, &book] {
                        generator.drain([&control, &book] {
                            control.emit({{"drained", true},
                                          {"offered", book.totalOffered()},
                                          {"ended", book.totalEnded()}});
                        });
                    });
                } else if (cmd == "prepare") {
                    authPort = authPortIn(command);
                    targets = targetsIn(command);
                    control.emit({{"prepared", command.at("version")}});
                } else if (cmd == "publish") {
                    version = command.at("version").get<std::uint64_t>();
                    asio::post(io, [&generator, authPort, targets] {
                        generator.setAuthPort(authPort);
                        generator.setTargets(targets);
                    });
                    control.emit({{"published", version.load()}});
                } else if (cmd == "retire") {
                    asio::post(io, [&generator, &control, v = command.at("version")] {
                        generator.whenMoved([&control, v] { control.emit({{"retired", v}}); });
                    });
                } else {
                    throw std::runtime_error("a generator does not know the command " + cmd);
                }
            });
        }
        io.stop();
        thread.join();
        return 0;
    } catch (const std::exception& e) {
        control.emit({{"fatal", e.what()}});
        return 3;
    }
}

}  // namespace tenfold::loadgen

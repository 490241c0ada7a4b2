// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <httplib.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "reference-server/nodes/auth/auth_server.h"
#include "reference-server/nodes/gateway/gateway_node.h"
#include "reference-server/nodes/gateway/test_upstream.h"

namespace tenfold::test {

/// A gateway on a thread of its own, in front of instances that a test controls, with a real auth
/// service.
class RunningGateway {
public:
    struct Options {
        int threads = 4;
        int queue = 256;
        bool isNative = true;
        double clientLinkMbit = 50;
        std::map<std::string, double> limits{};  // parameters of rate_limiting
        std::string limit = "off";
        std::string tokenValidation = "jwt";
        std::map<std::string, double> tokenParameters{};
    };

    explicit RunningGateway(Options options) : m_design(designOf(options)) {
        m_versions.prepare(3, m_design);
        m_versions.publish(3);
        auto& hardware = m_hardware;
        hardware.native = options.isNative;
        hardware.threadsPerInstance = options.threads;
        hardware.gatewayQueue = options.queue;
        hardware.originLinkMbit = 1000;
        hardware.clientLinkMbit = options.clientLinkMbit;
        nodes::NodeIdentity identity;
        identity.id = "gateway";
        identity.role = "gateway";
        identity.secret = "secret";
        identity.seed = 42;
        startAuth();
        m_node = std::make_unique<nodes::GatewayNode>(identity, hardware, m_versions);
        m_thread = std::thread([this] { m_node->run(); });
    }
    ~RunningGateway() {
        m_node->stop();
        m_thread.join();
    }

    void use(const std::vector<const TestUpstream*>& upstreams) {
        std::vector<nodes::Upstreams::Peer> peers;
        for (const auto* u : upstreams)
            peers.push_back({u->name(), u->port(), m_hardware.threadsPerInstance});
        usePeers(peers);
    }
    void usePeers(const std::vector<nodes::Upstreams::Peer>& peers) {
        m_peers = peers;
        configure();
    }
    /// The other position of the switch.
    void validateTokens(const std::string& how, std::map<std::string, double> parameters = {}) {
        m_design.put("token_validation", {how, std::move(parameters)});
        configure();
    }
    /// As SIGKILL would end it, and as the supervisor would start it again.
    void stopAuth() {
        m_auth.reset();
        configure();
    }
    void startAuth() {
        nodes::NodeIdentity identity;
        identity.id = "auth";
        identity.role = "auth";
        identity.secret = "secret";
        identity.seed = 42;
        m_auth = std::make_unique<nodes::AuthServer>(identity, m_hardware);
        // The first request of a process is slow under the thread sanitizer; the gateway would not
        // wait for it.
        authClient().Get("/.well-known/jwks.json");
        if (m_node) configure();
    }
    httplib::Client authClient() const { return httplib::Client("127.0.0.1", m_auth->port()); }
    bool isDrained() {
        bool isCalled = false;
        onNode([&] { m_node->upstreams().whenDrained([&isCalled] { isCalled = true; }); });
        return isCalled;
    }
    measure::Sample collect() {
        measure::Sample s;
        onNode([&] { s = m_node->collect(); });
        return s;
    }
    std::size_t waiting() {
        std::size_t n = 0;
        onNode([&] { n = m_node->upstreams().waiting(); });
        return n;
    }
    int up() {
        int n = 0;
        onNode([&] { n = m_node->upstreams().up(); });
        return n;
    }
    std::size_t heldBytes() {
        std::size_t n = 0;
        onNode([&] { n = m_node->upstreams().heldBytes(); });
        return n;
    }

    int port() const { return m_node->port(); }
    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port()) + path;
    }
    httplib::Client client() const {
        httplib::Client c("127.0.0.1", port());
        c.set_tcp_nodelay(true);
        c.set_read_timeout(30, 0);
        return c;
    }

private:
    static scenario::Design designOf(const Options& o) {
        scenario::Design d;
        d.put("rate_limiting", {o.limit, o.limits});
        d.put("token_validation", {o.tokenValidation, o.tokenParameters});
        return d;
    }
    void configure() {
        onNode(
            [&] { m_node->configure(m_design, m_hardware, m_peers, m_auth ? m_auth->port() : 0); });
    }
    void onNode(const std::function<void()>& what) {
        std::promise<void> done;
        boost::asio::post(m_node->io(), [&] {
            what();
            done.set_value();
        });
        done.get_future().wait();
    }

    scenario::Design m_design;
    hardware::HardwareProfile m_hardware;
    nodes::Versions m_versions;
    std::vector<nodes::Upstreams::Peer> m_peers;
    std::unique_ptr<nodes::AuthServer> m_auth;
    std::unique_ptr<nodes::GatewayNode> m_node;
    std::thread m_thread;
};

/// Waits for something that must come; false when it did not within 20 s.
inline bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 4000; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

/// Runs a command and returns what it printed, both streams.
inline std::string shell(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    char chunk[4096];
    while (const auto n = std::fread(chunk, 1, sizeof chunk, pipe)) out.append(chunk, n);
    ::pclose(pipe);
    return out;
}

}  // namespace tenfold::test

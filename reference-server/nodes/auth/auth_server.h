// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "reference-server/api/emulated_cpu.h"
#include "reference-server/nodes/auth/revocations.h"
#include "reference-server/nodes/common/control.h"
#include "reference-server/protocol/access_token.h"
#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace tenfold::nodes {

class KeptServer;

/// The auth service. Each request to the first three takes emulated CPU and the way over the
/// emulated link:
///
///     POST /token       grant_type=refresh_token&refresh_token=…  a new access token (RFC 6749, 6)
///     POST /introspect  token=…    is it good, and whose? (RFC 7662); for the gateway only
///     POST /revoke      token=…    good no more (RFC 7009); whoever holds a token may end it
///     GET  /.well-known/jwks.json  public keys (RFC 7517)
///     GET  /healthz, /metrics
class AuthServer {
public:
    /// Connections it holds at once: a thread each, as cpp-httplib has it.
    static constexpr int kConnections = 160;

    AuthServer(NodeIdentity identity, hardware::HardwareProfile hardware,
               std::filesystem::path revocations = {});
    ~AuthServer();

    /// From now on; tokens that are out keep their time.
    void configure(const scenario::Design& design, const hardware::HardwareProfile& hardware);
    int port() const { return m_port; }
    measure::Sample collect();
    /// The text of /metrics. When this returns, what was set before is called no more.
    void setMetrics(std::function<std::string()> text);

private:
    void listen();
    bool handleGet(const httplib::Request& in, httplib::Response& out);
    void handlePost(const httplib::Request& in, httplib::Response& out);
    void token(const httplib::Request& in, httplib::Response& out);
    void introspect(const httplib::Request& in, httplib::Response& out);
    void revoke(const httplib::Request& in, httplib::Response& out);
    protocol::Verified verified(const std::string& token);

    NodeIdentity m_identity;
    std::mutex m_mutex;  // of the next four
    hardware::HardwareProfile m_hardware;
    std::shared_ptr<const protocol::KeySet> m_keys;
    std::int64_t m_keysOfPeriod = -1;
    std::function<std::string()> m_metrics;
    std::string m_refreshKey;
    protocol::TokenIssuer m_issuer;
    Revocations m_revoked;
    api::EmulatedCpu m_cpu;
    std::atomic<int> m_lifetimeS{600};
    std::atomic<std::uint64_t> m_arrived{0};
    std::atomic<std::uint64_t> m_completed{0};
    std::atomic<std::uint64_t> m_introspected{0};
    std::atomic<std::uint64_t> m_issued{0};
    std::atomic<std::uint64_t> m_turnedAway{0};
    std::atomic<int> m_open{0};
    std::unique_ptr<KeptServer> m_server;
    std::thread m_thread;
    int m_port = 0;
};

}  // namespace tenfold::nodes

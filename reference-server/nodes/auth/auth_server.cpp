// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/auth/auth_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "reference-server/nodes/instance/kept_server.h"
#include "reference-server/nodes/instance/worker_queue.h"
#include "reference-server/protocol/identity.h"

namespace tenfold::nodes {

using nlohmann::json;

namespace {

constexpr std::size_t kConnectionsWaiting = 64;
constexpr int kBacklog = 1024;
constexpr std::size_t kLongestPath = 200;
constexpr std::size_t kMaxBodyBytes = 16 << 10;

void answer(httplib::Response& out, int status, const json& body) {
    out.status = status;
    out.set_header("Cache-Control", "no-store");  // RFC 6749, 5.1
    out.set_content(body.dump(), "application/json");
}

/// RFC 6749, 5.2.
void refuse(httplib::Response& out, int status, const char* error) {
    answer(out, status, {{"error", error}});
}

double slicesFrom(const hardware::HardwareProfile& hardware) {
    return std::max(0.001, hardware.sliceMs);
}

}  // namespace

AuthServer::AuthServer(NodeIdentity identity, hardware::HardwareProfile hardware,
                       std::filesystem::path revocations)
    : m_identity(std::move(identity)),
      m_hardware(std::move(hardware)),
      m_refreshKey(protocol::tokenKey(m_identity.seed)),
      m_issuer(m_identity.seed),
      m_revoked(std::move(revocations)),
      m_cpu(std::max(1, m_hardware.authCores), slicesFrom(m_hardware)),
      m_server(std::make_unique<KeptServer>()) {
    listen();
}

AuthServer::~AuthServer() {
    m_server->end();
    m_thread.join();
}

void AuthServer::configure(const scenario::Design& design,
                           const hardware::HardwareProfile& hardware) {
    m_lifetimeS = static_cast<int>(design.parameter("token_validation", "token_lifetime_s", 600));
    m_cpu.setCores(std::max(1, hardware.authCores));
    std::lock_guard lock(m_mutex);
    m_hardware = hardware;
}

void AuthServer::setMetrics(std::function<std::string()> text) {
    std::lock_guard lock(m_mutex);
    m_metrics = std::move(text);
}

void AuthServer::listen() {
    auto& server = *m_server;
    server.new_task_queue = [] { return new WorkerQueue(kConnections, kConnectionsWaiting); };
    // As in api_server.cpp: every default of cpp-httplib 0.11 that would show in the figures.
    int fd = -1;
    server.set_tcp_nodelay(true);
    server.set_keep_alive_max_count(1'000'000'000);
    server.set_keep_alive_timeout(30);
    server.set_read_timeout(10, 0);
    server.set_write_timeout(10, 0);
    server.set_payload_max_length(kMaxBodyBytes);
    server.set_socket_options([&fd](socket_t s) {
        const int yes = 1;
        ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        fd = s;
    });
    server.set_pre_routing_handler([this](const httplib::Request& in, httplib::Response& out) {
        const bool isTooMany = WorkerQueue::isRejected();
        WorkerQueue::takeWaitMs();
        if (isTooMany || in.path.size() > kLongestPath) {
            out.set_header("Connection", "close");
            if (isTooMany) ++m_turnedAway;
            refuse(out, isTooMany ? 503 : 414, "temporarily_unavailable");
            return httplib::Server::HandlerResponse::Handled;
        }
        if (in.method == "POST") return httplib::Server::HandlerResponse::Unhandled;
        if (!handleGet(in, out)) refuse(out, 404, "not_found");
        return httplib::Server::HandlerResponse::Handled;
    });
    server.Post(
        "/.*", [this](const httplib::Request& in, httplib::Response& out) { handlePost(in, out); });
    m_port = server.bind_to_any_port("127.0.0.1");
    if (m_port <= 0) throw std::runtime_error("no free port on 127.0.0.1");
    ::listen(fd, kBacklog);
    m_thread = std::thread([this] { m_server->listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
}

bool AuthServer::handleGet(const httplib::Request& in, httplib::Response& out) {
    if (in.path == "/healthz") {
        out.set_content("ok\n", "text/plain");
    } else if (in.path == "/.well-known/jwks.json") {
        out.set_header("Cache-Control", "max-age=60");
        out.set_content(m_issuer.jwks(protocol::unixNowS()).dump(), "application/jwk-set+json");
    } else if (in.path == "/metrics") {
        std::lock_guard lock(m_mutex);
        out.set_content(m_metrics ? m_metrics() : "", "text/plain; version=0.0.4");
    } else {
        return false;
    }
    return true;
}

void AuthServer::handlePost(const httplib::Request& in, httplib::Response& out) {
    const auto arrived = measure::monotonicNow();
    double costMs = 0;
    std::int64_t linkNs = 0;
    {
        std::lock_guard lock(m_mutex);
        costMs = m_hardware.authRequestMs;
        linkNs = static_cast<std::int64_t>(m_hardware.linkMs * 1e6);
        if (m_hardware.native) costMs = 0, linkNs = 0;
    }
    ++m_arrived;
    ++m_open;
    bool isKnown = true;
    if (in.path == "/introspect") {
        introspect(in, out);
    } else if (in.path == "/token") {
        token(in, out);
    } else if (in.path == "/revoke") {
        revoke(in, out);
    } else {
        isKnown = false;
        refuse(out, 404, "not_found");
    }
    if (isKnown && costMs > 0) m_cpu.spend(costMs, arrived, linkNs);
    --m_open;
    ++m_completed;
}

protocol::Verified AuthServer::verified(const std::string& token) {
    const double nowS = protocol::unixNowS();
    std::shared_ptr<const protocol::KeySet> keys;
    {
        std::lock_guard lock(m_mutex);
        // The set changes with the period; half of one is as often as anybody need look.
        const auto period = static_cast<std::int64_t>(nowS) / (protocol::kKeyPeriodS / 2);
        if (m_keysOfPeriod != period) {
            m_keys = std::make_shared<const protocol::KeySet>(
                protocol::KeySet::fromJwks(m_issuer.jwks(nowS)));
            m_keysOfPeriod = period;
        }
        keys = m_keys;
    }
    return protocol::verifyToken(token, *keys, nowS);
}

void AuthServer::token(const httplib::Request& in, httplib::Response& out) {
    if (in.get_param_value("grant_type") != "refresh_token")
        return refuse(out, 400, "unsupported_grant_type");
    const auto user =
        protocol::userOfRefreshToken(m_refreshKey, in.get_param_value("refresh_token"));
    if (!user) return refuse(out, 400, "invalid_grant");
    const int lifetimeS = m_lifetimeS;
    ++m_issued;
    answer(out, 200,
           {{"access_token",
             m_issuer.issue(*user, static_cast<std::int64_t>(protocol::unixNowS()), lifetimeS)},
            {"token_type", "Bearer"},
            {"expires_in", lifetimeS}});
}

void AuthServer::introspect(const httplib::Request& in, httplib::Response& out) {
    // Not for everybody: else anybody could try tokens out here (RFC 7662, 2.1).
    const std::string authorization = in.get_header_value("Authorization");
    if (authorization.rfind("Bearer ", 0) != 0 ||
        !protocol::isHopSignature(m_identity.secret, authorization.substr(7))) {
        out.set_header("WWW-Authenticate", "Bearer");
        return refuse(out, 401, "invalid_client");
    }
    ++m_introspected;
    const auto v = verified(in.get_param_value("token"));
    // Why it is not is nobody's business (RFC 7662, 2.2).
    if (v.fault != protocol::TokenFault::none || m_revoked.has(v.claims.id))
        return answer(out, 200, {{"active", false}});
    answer(out, 200,
           {{"active", true},
            {"sub", std::to_string(v.claims.user)},
            {"iss", protocol::kTokenIssuer},
            {"aud", protocol::kTokenAudience},
            {"jti", v.claims.id},
            {"iat", v.claims.issuedAtS},
            {"exp", v.claims.expiresAtS},
            {"token_type", "Bearer"}});
}

void AuthServer::revoke(const httplib::Request& in, httplib::Response& out) {
    const auto v = verified(in.get_param_value("token"));
    // What is no token of ours is as good as revoked: no error (RFC 7009, 2.2).
    const bool isOurs = v.fault == protocol::TokenFault::none;
    if (isOurs && !m_revoked.add(v.claims.id, v.claims.expiresAtS, protocol::unixNowS()))
        return refuse(out, 503, "temporarily_unavailable");
    answer(out, 200, json::object());
}

measure::Sample AuthServer::collect() {
    measure::Sample s;
    auto& n = s.nodes[m_identity.id];
    const auto cpu = m_cpu.takeCounters();
    {
        std::lock_guard lock(m_mutex);
        n.cores = m_hardware.native ? 0 : m_hardware.authCores;
    }
    n.busyCoreMs = cpu.busyCoreMs;
    n.overrun = cpu.overrun;
    n.waiting = cpu.waiting;
    n.inUse = m_open;
    n.capacity = kConnections;
    n.arrived = m_arrived.exchange(0);
    n.completed = m_completed.exchange(0);
    if (const auto rejected = m_turnedAway.exchange(0)) n.rejected["threads"] = rejected;
    n.gauges["introspections"] = static_cast<double>(m_introspected.exchange(0));
    n.gauges["tokens_issued"] = static_cast<double>(m_issued.exchange(0));
    n.gauges["revoked"] = static_cast<double>(m_revoked.size());
    return s;
}

}  // namespace tenfold::nodes

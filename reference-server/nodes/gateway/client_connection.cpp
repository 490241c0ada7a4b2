// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/client_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using measure::monotonicNow;

namespace {
constexpr std::uint32_t kMaxHeaderBytes = 8192;
constexpr std::uint64_t kMaxBodyBytes = 1 << 20;
}  // namespace

ClientConnection::ClientConnection(GatewayNode& node, asio::ip::tcp::socket socket)
    : m_node(node), m_socket(std::move(socket)) {
    boost::system::error_code e;
    m_socket.set_option(asio::ip::tcp::no_delay(true), e);
    const auto peer = m_socket.remote_endpoint(e);
    if (!e) m_address = peer.address().to_string();
}

ClientConnection::~ClientConnection() { m_node.connectionEnded(); }

void ClientConnection::start() { read(); }

void ClientConnection::read() {
    m_parser.emplace();
    m_parser->header_limit(kMaxHeaderBytes);
    m_parser->body_limit(kMaxBodyBytes);
    http::async_read(m_socket, m_buffer, *m_parser,
                     [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                         if (e == http::error::body_limit || e == http::error::header_limit) {
                             self->m_keepAlive = false;
                             self->m_endpoint.reset();
                             const bool isBody = e == http::error::body_limit;
                             self->finish(problemResponse(isBody ? 413 : 431,
                                                          isBody ? "Content too large"
                                                                 : "Request header fields too large",
                                                          "The request is larger than allowed."),
                                          0);
                             return;
                         }
                         if (e) return self->close();
                         self->handle();
                     });
}

void ClientConnection::handle() {
    m_node.countArrived();
    m_request = std::make_shared<HttpRequest>(m_parser->release());
    m_keepAlive = m_request->keep_alive();
    const auto target = m_request->target();
    const auto method = m_request->method_string();
    m_endpoint = load::endpointOf({method.data(), method.size()}, {target.data(), target.size()});
    if (target == "/metrics" || target == "/gateway/healthz") {
        HttpResponse r(http::status::ok, 11);
        r.set(http::field::content_type, "text/plain; version=0.0.4");
        r.body() = target == "/metrics" ? m_node.metricsText() : "ok\n";
        finish(std::move(r), 0);
        return;
    }
    auto decision = m_node.admissions().decide(*m_request, m_address, monotonicNow());
    if (decision.refusal) {
        m_node.countRejected(decision.reason);
        finish(std::move(*decision.refusal), 0);
        return;
    }
    forward(decision.user);
}

void ClientConnection::forward(std::optional<std::uint64_t> user) {
    auto& r = *m_request;
    // What a client says about itself under our names counts for nothing.
    for (const char* name : {"X-Tenfold-Hop", "X-Tenfold-Client", "X-Tenfold-User",
                             "X-Tenfold-Version", "X-Forwarded-For", "REMOTE_ADDR", "Keep-Alive"})
        r.erase(name);
    r.set("X-Tenfold-Hop", m_node.hopSignature());
    r.set("X-Tenfold-Client", m_address);
    r.set("X-Tenfold-Version", std::to_string(m_node.version()));
    if (user) r.set("X-Tenfold-User", std::to_string(*user));
    r.keep_alive(true);
    const auto self = shared_from_this();
    m_node.upstreams().send(
        m_request, [self] { return self->isGone(); },
        [self](Upstreams::Result result) { self->answered(std::move(result)); });
}

bool ClientConnection::isGone() {
    char byte = 0;
    const auto n = ::recv(m_socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

void ClientConnection::answered(Upstreams::Result result) {
    using Failure = Upstreams::Failure;
    constexpr const char* kReducedCapacity =
        "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";
    switch (result.failure) {
        case Failure::none: {
            auto& r = result.response;
            std::string timing(r["Server-Timing"]);
            r.set("Server-Timing",
                  fmt::format("{}{}gateway_queue;dur={:.3f}", timing, timing.empty() ? "" : ", ",
                              result.queueMs));
            finish(std::move(r), result.queueMs);
            return;
        }
        case Failure::queueFull:
            m_node.countRejected("queue_full");
            finish(problemResponse(503, "Overloaded", "Too many requests wait already.", 1,
                                   kReducedCapacity),
                   0);
            return;
        case Failure::noInstance:
            m_node.countRejected("no_instance");
            finish(problemResponse(503, "No server", "No API instance is up.", 1, kReducedCapacity), 0);
            return;
        case Failure::timedOut:
            m_node.countRejected("upstream_timeout");
            finish(problemResponse(504, "Gateway timeout", "The API did not answer in time."),
                   result.queueMs);
            return;
        case Failure::broken:
            m_node.countRejected("upstream_broken");
            finish(problemResponse(502, "Bad gateway", "The API instance broke off."), result.queueMs);
            return;
        case Failure::clientGone:
            m_node.countRejected("client_gone");
            close();
            return;
    }
}

void ClientConnection::finish(HttpResponse response, double queueMs) {
    m_response = std::move(response);
    m_response.version(11);
    m_response.erase("Keep-Alive");
    m_response.keep_alive(m_keepAlive);
    m_response.prepare_payload();
    m_queueMs = queueMs;
    const auto now = monotonicNow();
    const auto due = m_node.deliverAt(now, m_response.body().size() + 300);
    m_node.deadlines().at(due, [self = shared_from_this(), now, due] {
        if (due > now) self->m_node.recordOverrun(monotonicNow() - due);
        self->m_node.countDone(self->m_endpoint, self->m_queueMs, static_cast<double>(due - now) / 1e6);
        self->write();
    });
}

void ClientConnection::write() {
    http::async_write(m_socket, m_response,
                      [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                          if (e || !self->m_keepAlive) return self->close();
                          self->read();
                      });
}

void ClientConnection::close() {
    boost::system::error_code ignored;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    m_socket.close(ignored);
}

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/client_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/write.hpp>
#include <cmath>
#include <string_view>
#include <vector>

#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using measure::monotonicNow;

namespace {
constexpr std::uint32_t kMaxHeaderBytes = 8192;
constexpr std::uint64_t kMaxBodyBytes = 1 << 20;
// A kept connection may rest long: at 10k users an address is asked for once in many seconds.
constexpr measure::Nanos kMaxClientIdleNs = 300'000'000'000;
constexpr measure::Nanos kMaxRequestNs = 10'000'000'000;
constexpr measure::Nanos kMaxWriteNs = 60'000'000'000;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr measure::Nanos kMaxLingerNs = 2'000'000'000;

/// The token of "Authorization: Bearer …"; nothing when the client says nothing of that kind.
std::optional<std::string> bearerTokenOf(const HttpRequest& request) {
    const auto authorization = request[http::field::authorization];
    if (authorization.size() <= 7 || !boost::beast::iequals(authorization.substr(0, 7), "Bearer "))
        return std::nullopt;
    return std::string(authorization.substr(7));
}

/// RFC 6750, 3.
HttpResponse unauthorised(const mechanisms::TokenValidation::Answer& answer) {
    const bool hasExpired = answer.reason == "token_expired";
    auto r = problemResponse(
        401, hasExpired ? "This access token has expired." : "This bearer token is not valid here.",
        0, answer.reason);
    r.set(http::field::www_authenticate, "Bearer error=\"invalid_token\"");
    return r;
}
}  // namespace

ClientConnection::ClientConnection(GatewayNode& node, asio::ip::tcp::socket socket)
    : m_node(node), m_socket(std::move(socket)) {
    boost::system::error_code e;
    m_socket.set_option(asio::ip::tcp::no_delay(true), e);
    const auto peer = m_socket.remote_endpoint(e);
    if (!e) m_address = peer.address().to_string();
    m_node.connectionBegan(*this);
}

ClientConnection::~ClientConnection() {
    m_node.connectionEnded(*this);
}

void ClientConnection::start() {
    read();
}

void ClientConnection::closeIfOverdue(measure::Nanos now) {
    const auto spent = now - m_phaseSince;
    bool isOverdue = false;
    switch (m_phase) {
        case Phase::reading:
            if (m_requestSince == 0 && m_parser && m_parser->got_some()) m_requestSince = now;
            isOverdue = spent > kMaxClientIdleNs ||
                        (m_requestSince > 0 && now - m_requestSince > kMaxRequestNs);
            break;
        case Phase::answering:
            break;  // has limits of its own
        case Phase::writing:
            isOverdue = spent > kMaxWriteNs;
            break;
        case Phase::lingering:
            isOverdue = spent > kMaxLingerNs;
            break;
    }
    if (isOverdue) close();
}

void ClientConnection::read() {
    m_phase = Phase::reading;
    m_phaseSince = monotonicNow();
    m_requestSince = 0;
    m_request.reset();
    m_authMs = 0;
    m_pass = {};
    m_parser.emplace();
    m_parser->header_limit(kMaxHeaderBytes);
    m_parser->body_limit(kMaxBodyBytes);
    http::async_read_header(m_socket, m_buffer, *m_parser,
                            [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                                if (e) return self->refuse(e);
                                self->headRead();
                            });
}

void ClientConnection::headRead() {
    const auto& head = m_parser->get();
    const auto coding = head[http::field::transfer_encoding];
    if (!coding.empty() && !boost::beast::iequals(coding, "chunked"))
        return turnAway(501, "The only transfer coding known here is chunked.");
    if (head.version() >= 11 && head.count(http::field::host) != 1)
        return turnAway(400, "A request names one host.");
    if (m_parser->is_done()) {
        m_phase = Phase::answering;
        handle();
        return;
    }
    const auto expected = head[http::field::expect];
    if (expected.empty()) return readBody();
    if (!boost::beast::iequals(expected, "100-continue"))
        return turnAway(417, "The only expectation known here is 100-continue.");
    if (m_buffer.size() > 0) return readBody();  // the client has not waited
    // Who asks whether to go on may wait a second for the word before the body is sent.
    asio::async_write(m_socket, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                          if (e) return self->close();
                          self->readBody();
                      });
}

void ClientConnection::readBody() {
    http::async_read(m_socket, m_buffer, *m_parser,
                     [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                         if (e) return self->refuse(e);
                         self->m_phase = Phase::answering;
                         self->handle();
                     });
}

void ClientConnection::refuse(boost::system::error_code e) {
    const bool isHttp = e.category() == make_error_code(http::error::body_limit).category();
    if (!isHttp || e == http::error::end_of_stream || e == http::error::partial_message) {
        m_phase = Phase::answering;
        close();
    } else if (e == http::error::body_limit) {
        turnAway(413, "A body may have 1 MiB.");
    } else if (e == http::error::header_limit) {
        turnAway(431, "A header may have 8 kB.");
    } else {
        turnAway(400, e.message());
    }
}

void ClientConnection::turnAway(int status, const std::string& detail) {
    // What follows on the connection cannot be told from the rest of this request.
    m_phase = Phase::answering;
    m_keepAlive = false;
    m_endpoint.reset();
    m_node.countArrived();
    finish(problemResponse(status, detail), 0);
}

void ClientConnection::handle() {
    m_node.countArrived();
    m_request = std::make_shared<HttpRequest>(m_parser->release());
    m_keepAlive = m_request->keep_alive();
    const auto target = m_request->target();
    const auto method = m_request->method_string();
    // HEAD is GET without the body.
    const bool isHead = m_request->method() == http::verb::head;
    m_endpoint = load::endpointOf(
        isHead ? std::string_view("GET") : std::string_view(method.data(), method.size()),
        {target.data(), target.size()});
    if (target == "/metrics" || target == "/gateway/healthz") {
        HttpResponse r(http::status::ok, 11);
        r.set(http::field::content_type, "text/plain; version=0.0.4");
        r.body() = target == "/metrics" ? m_node.metricsText() : "ok\n";
        finish(std::move(r), 0);
        return;
    }
    m_authSince = monotonicNow();
    if (auto refusal = m_node.admissions().refuseAddress(m_address, m_authSince, m_pass))
        return refuseWith(std::move(refusal));
    const auto token = bearerTokenOf(*m_request);
    if (!token) return admit(std::nullopt);
    m_node.tokens().validate(
        *token, [self = shared_from_this()](mechanisms::TokenValidation::Answer answer) {
            self->tokenValidated(std::move(answer));
        });
}

void ClientConnection::refuseWith(std::optional<Admissions::Refusal> refusal) {
    m_node.countRejected(refusal->reason);
    finish(std::move(refusal->response), 0);
}

void ClientConnection::tokenValidated(mechanisms::TokenValidation::Answer answer) {
    m_authMs = static_cast<double>(monotonicNow() - m_authSince) / 1e6;
    m_node.countToken(m_endpoint, answer.wasAsked);
    if (answer.status != 200) {
        m_node.countRejected(answer.reason);
        return finish(
            answer.status == 401
                ? unauthorised(answer)
                : problemResponse(503, "Whose token this is cannot be told now.", 1, answer.reason),
            0);
    }
    // Asking took time, in which the client may have left.
    if (answer.wasAsked && isGone()) {
        m_node.countRejected("client_gone");
        return close();
    }
    admit(answer.user);
}

void ClientConnection::admit(std::optional<std::uint64_t> user) {
    if (auto refusal =
            m_node.admissions().refuseUser(user, m_address, m_endpoint, monotonicNow(), m_pass))
        return refuseWith(std::move(refusal));
    forward(user);
}

void ClientConnection::forward(std::optional<std::uint64_t> user) {
    auto& r = *m_request;
    // What the client names as meant for this hop only (RFC 9110, 7.6.1).
    std::vector<std::string> names;
    for (const auto& token : http::token_list(r[http::field::connection]))
        names.emplace_back(token);
    for (const auto& name : names) r.erase(name);
    // What a client says about itself under our names counts for nothing.
    for (const char* name : {"X-Tenfold-Hop", "X-Tenfold-Client", "X-Tenfold-User",
                             "X-Tenfold-Version", "X-Tenfold-Auth-Us", "X-Tenfold-Queued-Us",
                             "X-Forwarded-For", "REMOTE_ADDR", "Keep-Alive",
                             // For this hop only. The whole body is here: nobody need be asked
                             // whether to go on, nor answer with a "100" that is not the answer.
                             "Connection", "Proxy-Connection", "Upgrade", "TE", "Expect",
                             // Parts of an answer are no part of the contract.
                             "Range", "If-Range"})
        r.erase(name);
    // One framing for what is passed on. A body where none belongs would stay unread on the kept
    // connection and be taken for the next request, which is somebody else's.
    r.erase(http::field::transfer_encoding);
    r.erase(http::field::content_length);
    if (r.method() == http::verb::post || r.method() == http::verb::put ||
        r.method() == http::verb::patch) {
        r.content_length(r.body().size());
    } else {
        r.body().clear();
    }
    r.version(11);
    r.set("X-Tenfold-Hop", m_node.hopSignature());
    r.set("X-Tenfold-Client", m_address);
    r.set("X-Tenfold-Version", std::to_string(m_node.version()));
    if (user) r.set("X-Tenfold-User", std::to_string(*user));
    if (m_authMs > 0) r.set("X-Tenfold-Auth-Us", std::to_string(std::lround(m_authMs * 1e3)));
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
    const auto refuse = [&](int status, const char* reason, const char* detail, double queueMs) {
        m_node.countRejected(reason);
        finish(problemResponse(status, detail, status == 503 ? 1 : 0, reason), queueMs);
    };
    switch (result.failure) {
        case Failure::none: {
            auto& r = result.response;
            if (isGone()) {  // the link is not booked for bytes that nobody takes
                m_node.countRejected("client_gone");
                close();
                return;
            }
            m_room = std::move(result.room);
            m_pass.tell(r);
            std::string timing(r["Server-Timing"]);
            r.set("Server-Timing",
                  fmt::format("{}{}gateway_queue;dur={:.3f}{}", timing, timing.empty() ? "" : ", ",
                              result.queueMs,
                              m_authMs > 0 ? fmt::format(", auth;dur={:.3f}", m_authMs) : ""));
            finish(std::move(r), result.queueMs);
            return;
        }
        case Failure::queueFull:
            return refuse(503, "queue_full", "Too many requests wait already.", 0);
        case Failure::noInstance:
            return refuse(503, "no_instance", "No API instance is up.", 0);
        case Failure::timedOut:
            return refuse(504, "upstream_timeout", "The API did not answer in time.",
                          result.queueMs);
        case Failure::broken:
            return refuse(502, "upstream_broken", "The API instance broke off.", result.queueMs);
        case Failure::clientGone:
            m_node.countRejected("client_gone");
            close();
            return;
    }
}

void ClientConnection::finish(HttpResponse response, double queueMs) {
    m_pass.place.reset();
    m_response = std::move(response);
    m_response.version(11);
    m_response.erase("Keep-Alive");
    m_response.erase(
        "Accept-Ranges");  // it said so of itself; what asks for parts is not passed on
    m_response.keep_alive(m_keepAlive);
    // HEAD is answered with the length of the body that it leaves out.
    const bool isHead = m_request && m_request->method() == http::verb::head;
    if (!isHead || !m_response.body().empty()) m_response.prepare_payload();
    if (isHead) m_response.body().clear();
    m_queueMs = queueMs;
    const auto now = monotonicNow();
    const auto due = m_node.deliverAt(now, m_response.body().size() + 300);
    m_node.deadlines().at(due, [self = shared_from_this(), now, due] {
        if (due > now) self->m_node.recordOverrun(monotonicNow() - due);
        self->m_node.countDone(self->m_endpoint, self->m_queueMs, self->m_authMs,
                               static_cast<double>(due - now) / 1e6);
        self->write();
    });
}

void ClientConnection::write() {
    m_phase = Phase::writing;
    m_phaseSince = monotonicNow();
    http::async_write(m_socket, m_response,
                      [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                          self->m_room.reset();
                          self->m_response = {};
                          if (e) return self->close();
                          if (!self->m_keepAlive) return self->linger();
                          self->read();
                      });
}

void ClientConnection::linger() {
    // Closing with bytes unread would reset the connection, and the answer might be lost with it.
    if (m_phase != Phase::lingering) {
        m_phase = Phase::lingering;
        m_phaseSince = monotonicNow();
        boost::system::error_code ignored;
        m_socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }
    m_socket.async_read_some(asio::buffer(m_discarded),
                             [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                                 if (e) return self->close();
                                 self->linger();
                             });
}

void ClientConnection::close() {
    m_pass.place.reset();
    boost::system::error_code ignored;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    m_socket.close(ignored);
}

}  // namespace tenfold::nodes

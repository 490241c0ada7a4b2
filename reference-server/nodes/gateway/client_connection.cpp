// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/client_connection.h"

#include <fmt/format.h>

#include <boost/beast/core/string.hpp>
#include <cmath>
#include <string_view>
#include <utility>

#include "reference-server/nodes/gateway/forwarding.h"
#include "reference-server/protocol/identity.h"
#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

namespace http = boost::beast::http;
using measure::monotonicNow;

namespace {
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

ClientConnection::ClientConnection(GatewayNode& node, boost::asio::ip::tcp::socket socket)
    : ServedConnection(std::move(socket), node.clients()), m_node(node) {}

std::shared_ptr<ClientConnection> ClientConnection::self() {
    return std::static_pointer_cast<ClientConnection>(shared_from_this());
}

void ClientConnection::forget() {
    m_endpoint.reset();
    m_authMs = 0;
    m_pass = {};
}

void ClientConnection::turnAway(int status, const std::string& detail) {
    m_endpoint.reset();
    m_isFromEdge = false;
    m_node.countArrived();
    finish(problemResponse(status, detail), 0);
}

/// Who carries the run's signature is an edge, and says for whom it asks.
void ClientConnection::recogniseSender() {
    const auto signature = (*m_request)["X-Tenfold-Hop"];
    m_isFromEdge =
        !signature.empty() &&
        protocol::isHopSignature(m_node.identity().secret, {signature.data(), signature.size()});
    m_client = m_isFromEdge ? std::string((*m_request)["X-Tenfold-Client"]) : m_address;
}

void ClientConnection::handle() {
    m_node.countArrived();
    recogniseSender();
    const auto target = m_request->target();
    m_endpoint = endpointOf(*m_request);
    if (target == "/metrics" || target == "/gateway/healthz") {
        HttpResponse r(http::status::ok, 11);
        r.set(http::field::content_type, "text/plain; version=0.0.4");
        r.body() = target == "/metrics" ? m_node.metricsText() : "ok\n";
        finish(std::move(r), 0);
        return;
    }
    m_authSince = monotonicNow();
    if (auto refusal = m_node.admissions().refuseAddress(m_client, m_authSince, m_pass))
        return refuseWith(std::move(refusal));
    const auto token = bearerTokenOf(*m_request);
    if (!token) return admit(std::nullopt);
    m_node.tokens().validate(*token, [self = self()](mechanisms::TokenValidation::Answer answer) {
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
            m_node.admissions().refuseUser(user, m_client, m_endpoint, monotonicNow(), m_pass))
        return refuseWith(std::move(refusal));
    forward(user);
}

void ClientConnection::forward(std::optional<std::uint64_t> user) {
    auto& r = *m_request;
    takeOffForNextHop(r);
    r.set("X-Tenfold-Hop", m_node.hopSignature());
    r.set("X-Tenfold-Client", m_client);
    r.set("X-Tenfold-Version", std::to_string(m_node.version()));
    if (user) r.set("X-Tenfold-User", std::to_string(*user));
    if (m_authMs > 0) r.set("X-Tenfold-Auth-Us", std::to_string(std::lround(m_authMs * 1e3)));
    m_node.upstreams().send(
        m_request, [self = self()] { return self->isGone(); },
        [self = self()](Upstreams::Result result) { self->answered(std::move(result)); });
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
            if (m_node.losesReply(m_endpoint, r.result_int())) {
                // It is done, and its client cannot know.
                m_node.countRejected("reply_lost");
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
    frame(response);
    const auto now = monotonicNow();
    const auto due = m_node.deliverAt(now, response.body().size() + 300, m_isFromEdge);
    // Not in the closure: it would be copied, with its body.
    m_answer = std::move(response);
    m_node.deadlines().at(due, [self = self(), now, due, queueMs] {
        if (due > now) self->m_node.recordOverrun(monotonicNow() - due);
        self->m_node.countDone(self->m_endpoint, queueMs, self->m_authMs,
                               static_cast<double>(due - now) / 1e6);
        self->write(std::exchange(self->m_answer, {}));
    });
}

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/edge/edge_connection.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "reference-server/nodes/gateway/admission.h"
#include "reference-server/nodes/gateway/forwarding.h"
#include "reference-server/protocol/http_cache.h"

namespace tenfold::nodes {

namespace http = boost::beast::http;
using measure::monotonicNow;

namespace {
constexpr std::size_t kHeadBytes = 300;

bool isRead(const HttpRequest& request) {
    return request.method() == http::verb::get || request.method() == http::verb::head;
}

/// Of an answer that goes to one who may have it already.
HttpResponse unchanged(const HttpResponse& whole) {
    HttpResponse r(http::status::not_modified, 11);
    for (const char* name :
         {"Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Vary"})
        if (const auto value = whole[name]; !value.empty()) r.set(name, value);
    return r;
}
}  // namespace

EdgeConnection::EdgeConnection(EdgeNode& node, boost::asio::ip::tcp::socket socket)
    : ServedConnection(std::move(socket), node.clients()), m_node(node) {}

std::shared_ptr<EdgeConnection> EdgeConnection::self() {
    return std::static_pointer_cast<EdgeConnection>(shared_from_this());
}

void EdgeConnection::forget() {
    m_endpoint.reset();
    m_isFromHere = false;
    m_edgeMs = 0;
}

void EdgeConnection::turnAway(int status, const std::string& detail) {
    m_endpoint.reset();
    m_isFromHere = true;
    m_node.countArrived();
    finish(problemResponse(status, detail), "");
}

void EdgeConnection::handle() {
    m_node.countArrived();
    m_endpoint = endpointOf(*m_request);
    const auto target = m_request->target();
    if (target == "/metrics" || target == "/edge/healthz") {
        HttpResponse r(http::status::ok, 11);
        r.set(http::field::content_type, "text/plain; version=0.0.4");
        r.body() = target == "/metrics" ? m_node.metricsText() : "ok\n";
        finish(std::move(r), "");
        return;
    }
    takeOffForNextHop(*m_request);
    if (!isRead(*m_request)) return passOn("method");
    lookUp();
}

void EdgeConnection::lookUp() {
    const auto found = m_node.store().look(*m_request, monotonicNow());
    switch (found.way) {
        case ResponseStore::Way::hit:
            m_node.countHit(m_endpoint, found.isStale);
            m_isFromHere = true;
            if (found.flight != ResponseStore::Store::kNoFlight)
                m_node.fetch(*m_request, m_address, found, [](const EdgeNode::Fetched&) {});
            giveKept(found.answer, found.ageS, fmt::format("hit; ttl={}", found.leftS));
            return;
        case ResponseStore::Way::ask:
            ask(found);
            return;
        case ResponseStore::Way::wait: {
            m_waitSince = monotonicNow();
            const std::string forwarded = found.forwarded;
            m_node.store().join(
                found.flight, {m_request, [self = self(), forwarded](const KeptAnswerPtr& answer) {
                                   self->m_edgeMs +=
                                       static_cast<double>(monotonicNow() - self->m_waitSince) /
                                       1e6;
                                   if (self->isGone()) return self->close();
                                   if (!answer) return self->passOn("uri-miss");
                                   self->m_node.countCollapsed(self->m_endpoint);
                                   self->m_isFromHere = true;
                                   self->giveKept(answer, answer->ageAtArrivalS,
                                                  fmt::format("fwd={}; collapsed", forwarded));
                               }});
            return;
        }
        case ResponseStore::Way::pass:
            passOn("bypass");
            return;
    }
}

void EdgeConnection::ask(const ResponseStore::Found& found) {
    const std::string forwarded = found.forwarded;
    m_node.fetch(*m_request, m_address, found,
                 [self = self(), forwarded](EdgeNode::Fetched fetched) {
                     const std::string why = "fwd=" + forwarded;
                     if (self->isGone()) {  // what it asked for may serve others
                         self->m_node.countRejected("client_gone");
                         return self->close();
                     }
                     if (fetched.failure != Upstreams::Failure::none)
                         return self->failed(fetched.failure, why);
                     const auto status = fetched.response.result_int();
                     if (!fetched.answer)
                         return self->finish(std::move(fetched.response),
                                             fmt::format("{}; fwd-status={}", why, status));
                     // With what is meant for this client alone.
                     const std::string timing(fetched.response["Server-Timing"]);
                     self->m_timing = timing;
                     self->giveKept(fetched.answer, fetched.answer->ageAtArrivalS,
                                    fmt::format("{}; fwd-status={}; stored", why, status));
                 });
}

void EdgeConnection::passOn(const char* why) {
    m_node.pass(
        m_request, m_address, [self = self()] { return self->isGone(); },
        [self = self(), why](Upstreams::Result result) { self->passed(std::move(result), why); });
}

void EdgeConnection::passed(Upstreams::Result result, const char* why) {
    const std::string status = fmt::format("fwd={}", why);
    if (result.failure == Upstreams::Failure::clientGone || isGone()) {
        m_node.countRejected("client_gone");
        return close();
    }
    if (result.failure != Upstreams::Failure::none) return failed(result.failure, status);
    m_room = std::move(result.room);
    const auto code = result.response.result_int();
    // What a write has changed is not served any more from here (RFC 9111, 4.4).
    if (!isRead(*m_request) && code < 400) m_node.store().invalidate(*m_request);
    finish(std::move(result.response), fmt::format("{}; fwd-status={}", status, code));
}

void EdgeConnection::failed(Upstreams::Failure failure, const std::string& cacheStatus) {
    using Failure = Upstreams::Failure;
    m_isFromHere = true;
    const auto refuse = [&](int status, const char* reason, const char* detail) {
        m_node.countRejected(reason);
        finish(problemResponse(status, detail, status == 503 ? 1 : 0, reason), cacheStatus);
    };
    switch (failure) {
        case Failure::timedOut:
            return refuse(504, "origin_timeout", "The origin did not answer in time.");
        case Failure::broken:
            return refuse(502, "origin_broken", "The origin broke off.");
        case Failure::queueFull:
            return refuse(503, "queue_full", "Too many requests wait already.");
        case Failure::noInstance:
        default:
            return refuse(502, "no_origin", "The origin cannot be reached.");
    }
}

void EdgeConnection::giveKept(const KeptAnswerPtr& answer, std::int64_t ageS,
                              const std::string& cacheStatus) {
    const auto& kept = answer->response;
    const bool isKnown = kept.result() == http::status::ok &&
                         protocol::matchesNoneOf(view((*m_request)[http::field::if_none_match]),
                                                 view(kept[http::field::etag]));
    HttpResponse response = isKnown ? unchanged(kept) : kept;
    response.set(http::field::age, std::to_string(std::max<std::int64_t>(0, ageS)));
    if (!m_timing.empty()) response.set("Server-Timing", std::exchange(m_timing, {}));
    finish(std::move(response), cacheStatus);
}

void EdgeConnection::finish(HttpResponse response, const std::string& cacheStatus) {
    if (!cacheStatus.empty()) {
        std::string before(response["Cache-Status"]);
        response.set("Cache-Status", fmt::format("{}{}{}; {}", before, before.empty() ? "" : ", ",
                                                 m_node.identity().id, cacheStatus));
    }
    if (m_isFromHere || m_edgeMs > 0) {
        std::string before(response["Server-Timing"]);
        response.set("Server-Timing", fmt::format("{}{}edge;dur={:.3f}", before,
                                                  before.empty() ? "" : ", ", m_edgeMs));
    }
    frame(response);
    const auto now = monotonicNow();
    const auto due = m_node.deliverAt(now, response.body().size() + kHeadBytes);
    m_answer = std::move(response);
    m_node.deadlines().at(due, [self = self(), now, due] {
        if (due > now) self->m_node.recordOverrun(monotonicNow() - due);
        const auto behindNs = self->m_isFromHere ? 0 : self->m_node.originRttNs();
        self->m_node.countDone({self->m_endpoint, self->m_isFromHere, self->m_edgeMs,
                                static_cast<double>(due - now + behindNs) / 1e6,
                                self->m_answer.body().size() + kHeadBytes});
        self->write(std::exchange(self->m_answer, {}));
    });
}

}  // namespace tenfold::nodes

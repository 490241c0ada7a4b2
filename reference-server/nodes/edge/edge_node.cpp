// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/edge/edge_node.h"

#include <fmt/format.h>

#include <utility>

#include "reference-server/nodes/edge/edge_connection.h"
#include "reference-server/nodes/gateway/forwarding.h"
#include "reference-server/protocol/identity.h"
#include "simulator/hardware/link.h"
#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using measure::Nanos;

namespace {
// The gateway has its own line and its own bound: here nobody waits but for want of a connection.
constexpr int kOriginConnections = 2048;
constexpr std::size_t kOriginLine = 4096;
constexpr std::size_t kMegabyte = 1'000'000;

Nanos nanos(const scenario::Design& design, const char* parameter) {
    return static_cast<Nanos>(design.parameter("cdn", parameter, 0) * 1e6);
}
}  // namespace

EdgeNode::EdgeNode(NodeIdentity identity, const hardware::HardwareProfile& hardware,
                   Versions& versions)
    : m_identity(std::move(identity)),
      m_hardware(hardware),
      m_versions(versions),
      m_hop(protocol::hopSignature(m_identity.secret)),
      m_door(m_io, m_clients,
             [this](auto socket) {
                 return std::make_shared<EdgeConnection>(*this, std::move(socket));
             }),
      m_origin(m_io, kOriginLine),
      m_store(kMegabyte),
      m_deadlines(m_io),
      m_where(load::endpoints().size()),
      m_counts(load::endpoints().size()) {
    m_origin.breakOffForWhoLeft();
}

void EdgeNode::run() {
    m_door.open();
    const auto guard = asio::make_work_guard(m_io);
    m_io.run();
}

void EdgeNode::configure(const scenario::Design& design, const hardware::HardwareProfile& hardware,
                         int gatewayPort) {
    m_hardware = hardware;
    m_userRttNs = nanos(design, "edge_rtt_ms");
    // The edge lies on the way: what is behind it is the rest.
    m_originRttNs = std::max<Nanos>(0, nanos(design, "origin_rtt_ms") - m_userRttNs);
    m_store.setCapacity(static_cast<std::size_t>(design.parameter("cdn", "capacity_mb", 64)) *
                        kMegabyte);
    // Another release of the API answers otherwise: a deploy that purges what it changes.
    m_store.setForm(fmt::format("{}/{}/{}", design.of("serialisation").value,
                                design.of("pagination").value,
                                design.parameter("pagination", "page_size", 20)));
    Upstreams::Peer gateway{"gateway", gatewayPort, kOriginConnections, "/gateway/healthz"};
    m_origin.setPeers({gateway});
}

Nanos EdgeNode::deliverAt(Nanos now, std::size_t bytes) const {
    if (m_hardware.native) return now;
    return now + hardware::transferNs(bytes, m_hardware.clientLinkMbit) + m_userRttNs;
}

void EdgeNode::pass(const std::shared_ptr<HttpRequest>& request, const std::string& client,
                    Upstreams::IsGone isGone, Passed done) {
    request->set("X-Tenfold-Hop", m_hop);
    request->set("X-Tenfold-Client", client);
    m_origin.send(request, std::move(isGone),
                  [this, done = std::move(done)](Upstreams::Result result) {
                      m_bytesFromOrigin += result.response.body().size();
                      if (originRttNs() == 0) return done(std::move(result));
                      // A response is copied nowhere: the closure has to be copyable.
                      const auto kept = std::make_shared<Upstreams::Result>(std::move(result));
                      m_deadlines.at(measure::monotonicNow() + originRttNs(),
                                     [kept, done] { done(std::move(*kept)); });
                  });
}

void EdgeNode::fetch(const HttpRequest& request, const std::string& client,
                     const ResponseStore::Found& found, Fetch done) {
    const auto asked = std::make_shared<HttpRequest>(request);
    // What a client has is its own affair: the edge wants the answer whole, or to hear that what it
    // has itself is still good.
    for (const auto field : {http::field::if_none_match, http::field::if_modified_since,
                             http::field::if_match, http::field::if_unmodified_since})
        asked->erase(field);
    asked->method(http::verb::get);
    if (found.answer) {
        const auto& old = found.answer->response;
        if (const auto tag = old[http::field::etag]; !tag.empty())
            asked->set(http::field::if_none_match, tag);
        else if (const auto changed = old[http::field::last_modified]; !changed.empty())
            asked->set(http::field::if_modified_since, changed);
    }
    pass(asked, client, nullptr, [this, asked, found, done = std::move(done)](auto result) {
        arrived(asked, found, std::move(result), done);
    });
}

measure::ServerCounts* EdgeNode::countsOf(const HttpRequest& request) {
    const auto endpoint = endpointOf(request);
    return endpoint ? &m_counts[*endpoint] : nullptr;
}

void EdgeNode::arrived(const std::shared_ptr<HttpRequest>& request,
                       const ResponseStore::Found& found, Upstreams::Result result,
                       const Fetch& done) {
    const Nanos now = measure::monotonicNow();
    if (result.failure != Upstreams::Failure::none) {
        const auto others = m_store.lost(found.flight, now);
        done({result.failure, {}, nullptr, false});
        for (const auto& tell : others) tell(nullptr);
        return;
    }
    auto landed = m_store.landed(found.flight, *request, result.response, found.answer, now);
    if (auto* counts = countsOf(*request); counts && landed.answer)
        ++(landed.isUnchanged ? counts->edgeRevalidations : counts->edgeMisses);
    done({Upstreams::Failure::none, std::move(result.response), landed.answer, landed.isUnchanged});
    for (const auto& tell : landed.sharers) tell(landed.answer);
    for (const auto& tell : landed.others) tell(nullptr);
}

void EdgeNode::countHit(std::optional<std::size_t> endpoint, bool isStale) {
    if (!endpoint) return;
    ++m_counts[*endpoint].edgeHits;
    if (isStale) ++m_counts[*endpoint].edgeStale;
}

void EdgeNode::countCollapsed(std::optional<std::size_t> endpoint) {
    if (endpoint) ++m_counts[*endpoint].edgeCollapsed;
}

void EdgeNode::countDone(const Done& done) {
    ++m_completed;
    m_bytesToUsers += done.bytes;
    if (!done.endpoint) return;
    auto& where = m_where[*done.endpoint];
    if (done.isFromHere) ++where.requests;
    where.of(measure::Stage::edge) += done.edgeMs;
    where.of(measure::Stage::link) += done.linkMs;
}

measure::Sample EdgeNode::collect() {
    measure::Sample s;
    s.version = m_versions.current()->version;
    auto& n = s.nodes[m_identity.id];
    n.capacity = kOriginConnections;
    n.inUse = m_origin.open();
    n.waiting = static_cast<double>(m_origin.waiting());
    n.arrived = std::exchange(m_arrived, 0);
    n.completed = std::exchange(m_completed, 0);
    n.rejected = std::exchange(m_rejected, {});
    n.overrun = std::exchange(m_overrun, {});
    const auto& kept = m_store.store();
    n.gauges["connections"] = static_cast<double>(m_clients.size());
    n.gauges["origin_up"] = m_origin.up();
    n.gauges["entries"] = static_cast<double>(kept.entries());
    n.gauges["stored_bytes"] = static_cast<double>(kept.bytes());
    n.gauges["evictions"] = static_cast<double>(kept.evictions() - m_evictionsBefore);
    m_evictionsBefore = kept.evictions();
    n.gauges["egress_bytes"] = static_cast<double>(std::exchange(m_bytesToUsers, 0));
    n.gauges["origin_bytes"] = static_cast<double>(std::exchange(m_bytesFromOrigin, 0));
    for (std::size_t i = 0; i < m_where.size(); ++i) {
        const auto& c = m_counts[i];
        const bool isEmpty = m_where[i].requests + c.edgeHits + c.edgeMisses + c.edgeRevalidations +
                                     c.edgeCollapsed ==
                                 0 &&
                             m_where[i].sumMs() == 0;
        if (isEmpty) continue;
        auto& e = s.endpoints[std::string(load::endpoints()[i].id)];
        e.where = std::exchange(m_where[i], {});
        e.server = std::exchange(m_counts[i], {});
    }
    return s;
}

}  // namespace tenfold::nodes

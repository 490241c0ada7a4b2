// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/gateway_node.h"

#include <utility>

#include "reference-server/nodes/gateway/client_connection.h"
#include "reference-server/protocol/identity.h"
#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

namespace asio = boost::asio;

GatewayNode::GatewayNode(NodeIdentity identity, const hardware::HardwareProfile& hardware,
                         Versions& versions)
    : m_identity(std::move(identity)),
      m_hardware(hardware),
      m_versions(versions),
      m_hop(protocol::hopSignature(m_identity.secret)),
      m_door(m_io, m_clients,
             [this](auto socket) {
                 return std::make_shared<ClientConnection>(*this, std::move(socket));
             }),
      m_upstreams(m_io, static_cast<std::size_t>(hardware.gatewayQueue)),
      m_tokens(m_io, m_hop),
      m_deadlines(m_io),
      m_originLink(hardware.originLinkMbit, 0),
      m_lostReplies(m_identity.seed),
      m_where(load::endpoints().size()),
      m_counts(load::endpoints().size()) {}

void GatewayNode::run() {
    m_door.open();
    const auto guard = asio::make_work_guard(m_io);
    m_io.run();
}

void GatewayNode::configure(const scenario::Design& design,
                            const hardware::HardwareProfile& hardware,
                            const std::vector<Upstreams::Peer>& peers, int authPort) {
    m_hardware = hardware;
    m_originLink.setBandwidth(hardware.originLinkMbit);
    m_userRttNs = static_cast<measure::Nanos>(design.parameter("cdn", "origin_rtt_ms", 0) * 1e6);
    m_upstreams.setQueueBound(static_cast<std::size_t>(hardware.gatewayQueue));
    m_admissions.configure(design);
    m_tokens.configure(design, authPort);
    m_upstreams.setPeers(peers);
}

measure::Nanos GatewayNode::deliverAt(measure::Nanos now, std::size_t bytes, bool isToEdge) {
    if (m_hardware.native) return now;
    // The edge adds its way to the origin and back itself, and has the users' links.
    if (isToEdge) return m_originLink.deliverAt(now, bytes);
    // The origin's link is shared, the client's is their own; the slower one decides, and both
    // begin together because bytes flow.
    const auto origin = m_originLink.deliverAt(now, bytes);
    return std::max(origin, now + hardware::transferNs(bytes, m_hardware.clientLinkMbit)) +
           m_userRttNs;
}

void GatewayNode::countToken(std::optional<std::size_t> endpoint, bool wasAsked) {
    if (!endpoint) return;
    auto& counts = m_counts[*endpoint];
    ++(wasAsked ? counts.introspections : counts.localValidations);
}

void GatewayNode::countDone(std::optional<std::size_t> endpoint, double queueMs, double authMs,
                            double linkMs) {
    ++m_completed;
    if (!endpoint) return;
    auto& where = m_where[*endpoint];
    ++where.requests;
    where.of(measure::Stage::gatewayQueue) += queueMs;
    where.of(measure::Stage::auth) += authMs;
    where.of(measure::Stage::link) += linkMs;
}

measure::Sample GatewayNode::collect() {
    measure::Sample s;
    s.version = version();
    auto& n = s.nodes[m_identity.id];
    n.capacity = m_hardware.gatewayQueue;
    n.waiting = static_cast<double>(m_upstreams.waiting());
    n.inUse = m_upstreams.open();
    n.arrived = std::exchange(m_arrived, 0);
    n.completed = std::exchange(m_completed, 0);
    n.rejected = std::exchange(m_rejected, {});
    n.overrun = std::exchange(m_overrun, {});
    n.gauges["connections"] = static_cast<double>(m_clients.size());
    n.gauges["instances_up"] = m_upstreams.up();
    n.gauges["held_bytes"] = static_cast<double>(m_upstreams.heldBytes());
    n.gauges["tokens_waiting"] = static_cast<double>(m_tokens.waiting());
    const auto work = m_tokens.takeWork();
    n.gauges["signatures_verified"] = static_cast<double>(work.signatures);
    n.gauges["signature_host_ms"] = work.ms;
    n.gauges["key_fetches"] = static_cast<double>(m_tokens.takeKeyFetches());
    if (!m_hardware.native) {
        const auto busy = m_originLink.busyNs();
        n.gauges["link_utilisation"] =
            static_cast<double>(busy - m_linkBusyBeforeNs) / measure::SlotClock::kSlotNs;
        m_linkBusyBeforeNs = busy;
    }
    for (std::size_t i = 0; i < m_where.size(); ++i) {
        const bool isEmpty =
            m_where[i].requests + m_counts[i].introspections + m_counts[i].localValidations == 0;
        if (isEmpty) continue;
        auto& e = s.endpoints[std::string(load::endpoints()[i].id)];
        e.where = std::exchange(m_where[i], {});
        e.server = std::exchange(m_counts[i], {});
    }
    return s;
}

}  // namespace tenfold::nodes

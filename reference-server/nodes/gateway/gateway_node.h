// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/mechanisms/token_validation/token_validation.h"
#include "reference-server/nodes/common/control.h"
#include "reference-server/nodes/common/deadlines.h"
#include "reference-server/nodes/gateway/admission.h"
#include "reference-server/nodes/gateway/client_door.h"
#include "reference-server/nodes/gateway/upstreams.h"
#include "simulator/hardware/link.h"
#include "simulator/hardware/profile.h"
#include "simulator/load/lost_replies.h"
#include "simulator/measure/sample.h"

namespace tenfold::nodes {

/// What the connections of the gateway share. On the IO thread only, but for the versions.
class GatewayNode {
public:
    GatewayNode(NodeIdentity identity, const hardware::HardwareProfile& hardware,
                Versions& versions);

    int port() const { return m_door.port(); }
    boost::asio::io_context& io() { return m_io; }
    void run();
    void stop() { m_io.stop(); }
    /// Design, hardware, instances and auth service of a version (0: there is none).
    void configure(const scenario::Design& design, const hardware::HardwareProfile& hardware,
                   const std::vector<Upstreams::Peer>& peers, int authPort);
    void setMetrics(std::function<std::string()> text) { m_metrics = std::move(text); }
    Upstreams& upstreams() { return m_upstreams; }
    measure::Sample collect();

    // For connections.
    const NodeIdentity& identity() const { return m_identity; }
    const std::string& hopSignature() const { return m_hop; }
    Admissions& admissions() { return m_admissions; }
    mechanisms::TokenValidation& tokens() { return m_tokens; }
    Deadlines& deadlines() { return m_deadlines; }
    std::uint64_t version() const { return m_versions.current()->version; }
    std::string metricsText() const { return m_metrics ? m_metrics() : ""; }
    /// When an answer of this size has reached a client over the emulated links, or an edge, which
    /// takes it on from there.
    measure::Nanos deliverAt(measure::Nanos now, std::size_t bytes, bool isToEdge);
    bool isNative() const { return m_hardware.native; }
    /// The part of the answers to writes that is lost from now on.
    void setLostReplies(double part) { m_lostReplies.setPart(part); }
    bool losesReply(std::optional<std::size_t> endpoint, int status) {
        return endpoint && m_lostReplies.loses(*endpoint, status);
    }
    void countArrived() { ++m_arrived; }
    void countRejected(const std::string& reason) { ++m_rejected[reason]; }
    /// A token was looked at: by the auth service, or here.
    void countToken(std::optional<std::size_t> endpoint, bool wasAsked);
    void countDone(std::optional<std::size_t> endpoint, double queueMs, double authMs,
                   double linkMs);
    void recordOverrun(std::int64_t ns) { m_overrun.recordNs(std::max<std::int64_t>(0, ns)); }
    ServedClients& clients() { return m_clients; }

private:
    ServedClients m_clients;  // before the IO context
    NodeIdentity m_identity;
    hardware::HardwareProfile m_hardware;
    Versions& m_versions;
    std::string m_hop;
    boost::asio::io_context m_io{1};
    ClientDoor m_door;
    Upstreams m_upstreams;
    Admissions m_admissions;
    mechanisms::TokenValidation m_tokens;
    Deadlines m_deadlines;
    hardware::SharedLink m_originLink;
    measure::Nanos m_userRttNs = 0;  // between the users and here
    load::LostReplies m_lostReplies;
    std::function<std::string()> m_metrics;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    std::int64_t m_linkBusyBeforeNs = 0;
    std::map<std::string, std::uint64_t> m_rejected;
    std::vector<measure::StageTimes> m_where;
    std::vector<measure::ServerCounts> m_counts;  // of tokens
    measure::Histogram m_overrun;
};

}  // namespace tenfold::nodes

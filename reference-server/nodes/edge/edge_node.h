// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/nodes/common/control.h"
#include "reference-server/nodes/common/deadlines.h"
#include "reference-server/nodes/edge/response_store.h"
#include "reference-server/nodes/gateway/client_door.h"
#include "reference-server/nodes/gateway/upstreams.h"
#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"

namespace tenfold::nodes {

/// What the connections of an edge share: the store, the way to the origin, the counts. On the IO
/// thread only, but for the versions.
class EdgeNode {
public:
    EdgeNode(NodeIdentity identity, const hardware::HardwareProfile& hardware, Versions& versions);

    int port() const { return m_door.port(); }
    boost::asio::io_context& io() { return m_io; }
    void run();
    void stop() { m_io.stop(); }
    /// Design, hardware and the gateway's port of a version.
    void configure(const scenario::Design& design, const hardware::HardwareProfile& hardware,
                   int gatewayPort);
    void setMetrics(std::function<std::string()> text) { m_metrics = std::move(text); }
    measure::Sample collect();

    // For connections.
    const NodeIdentity& identity() const { return m_identity; }
    ResponseStore& store() { return m_store; }
    Deadlines& deadlines() { return m_deadlines; }
    std::string metricsText() const { return m_metrics ? m_metrics() : ""; }
    /// When an answer of this size has reached a client over the emulated links.
    measure::Nanos deliverAt(measure::Nanos now, std::size_t bytes) const;

    /// Between here and the origin and back; of native hardware none.
    measure::Nanos originRttNs() const { return m_hardware.native ? 0 : m_originRttNs; }

    using Passed = std::function<void(Upstreams::Result)>;
    /// Asks the origin for a client: `request` is ready to be passed on but for who it is from.
    void pass(const std::shared_ptr<HttpRequest>& request, const std::string& client,
              Upstreams::IsGone isGone, Passed done);
    struct Fetched {
        Upstreams::Failure failure = Upstreams::Failure::none;
        HttpResponse response;  // of the origin, as it came
        KeptAnswerPtr answer;   // nullptr: it is not for sharing
        bool isUnchanged = false;
    };
    using Fetch = std::function<void(Fetched)>;
    /// Asks it under a flight, whether or not the client stays; everybody who waits is told, after
    /// `done`.
    void fetch(const HttpRequest& request, const std::string& client,
               const ResponseStore::Found& found, Fetch done);

    void countArrived() { ++m_arrived; }
    void countRejected(const std::string& reason) { ++m_rejected[reason]; }
    /// An answer was the edge's own: a hit, or somebody else's that was waited for.
    void countHit(std::optional<std::size_t> endpoint, bool isStale);
    void countCollapsed(std::optional<std::size_t> endpoint);
    struct Done {
        std::optional<std::size_t> endpoint;
        bool isFromHere = false;  // the gateway knows nothing of it
        double edgeMs = 0;        // waited here for somebody else's answer
        double linkMs = 0;
        std::size_t bytes = 0;
    };
    void countDone(const Done& done);
    void recordOverrun(std::int64_t ns) { m_overrun.recordNs(std::max<std::int64_t>(0, ns)); }
    ServedClients& clients() { return m_clients; }

private:
    void arrived(const std::shared_ptr<HttpRequest>& request, const ResponseStore::Found& found,
                 Upstreams::Result result, const Fetch& done);
    measure::ServerCounts* countsOf(const HttpRequest& request);

    ServedClients m_clients;  // before the IO context
    NodeIdentity m_identity;
    hardware::HardwareProfile m_hardware;
    Versions& m_versions;
    std::string m_hop;
    boost::asio::io_context m_io{1};
    ClientDoor m_door;
    Upstreams m_origin;
    ResponseStore m_store;
    Deadlines m_deadlines;
    measure::Nanos m_userRttNs = 0;    // between the users and here
    measure::Nanos m_originRttNs = 0;  // between here and the origin
    std::function<std::string()> m_metrics;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    std::uint64_t m_bytesToUsers = 0;
    std::uint64_t m_bytesFromOrigin = 0;
    std::uint64_t m_evictionsBefore = 0;
    std::map<std::string, std::uint64_t> m_rejected;
    std::vector<measure::StageTimes> m_where;
    std::vector<measure::ServerCounts> m_counts;
    measure::Histogram m_overrun;
};

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "reference-server/nodes/edge/edge_node.h"
#include "reference-server/nodes/gateway/served_connection.h"

namespace tenfold::nodes {

/// One user's connection to an edge: each request is answered from the store, with somebody else's
/// answer that is on its way, or by the origin.
class EdgeConnection final : public ServedConnection {
public:
    EdgeConnection(EdgeNode& node, boost::asio::ip::tcp::socket socket);

private:
    void handle() override;
    void turnAway(int status, const std::string& detail) override;
    void forget() override;
    void written() override { m_room.reset(); }

    std::shared_ptr<EdgeConnection> self();
    void lookUp();
    void ask(const ResponseStore::Found& found);
    void passOn(const char* why);
    void passed(Upstreams::Result result, const char* why);
    void failed(Upstreams::Failure failure, const std::string& cacheStatus);
    void giveKept(const KeptAnswerPtr& answer, std::int64_t ageS, const std::string& cacheStatus);
    void finish(HttpResponse response, const std::string& cacheStatus);

    EdgeNode& m_node;
    std::optional<std::size_t> m_endpoint;
    bool m_isFromHere = false;  // the gateway has not seen it
    double m_edgeMs = 0;
    measure::Nanos m_waitSince = 0;
    std::string m_timing;   // what the origin told this client of its time
    HttpResponse m_answer;  // until the links have delivered it
    ResponseBudget::Room m_room;
};

}  // namespace tenfold::nodes

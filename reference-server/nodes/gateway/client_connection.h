// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "reference-server/nodes/gateway/gateway_node.h"
#include "reference-server/nodes/gateway/served_connection.h"

namespace tenfold::nodes {

/// One connection to the gateway, of a client or of an edge: a request, its answer when the
/// emulated links have delivered it, the next request.
class ClientConnection final : public ServedConnection {
public:
    ClientConnection(GatewayNode& node, boost::asio::ip::tcp::socket socket);

private:
    void handle() override;
    void turnAway(int status, const std::string& detail) override;
    void forget() override;
    void written() override { m_room.reset(); }
    void closing() override { m_pass.place.reset(); }

    std::shared_ptr<ClientConnection> self();
    void recogniseSender();
    void refuseWith(std::optional<Admissions::Refusal> refusal);
    void tokenValidated(mechanisms::TokenValidation::Answer answer);
    void admit(std::optional<std::uint64_t> user);
    void forward(std::optional<std::uint64_t> user);
    void answered(Upstreams::Result result);
    void finish(HttpResponse response, double queueMs);

    GatewayNode& m_node;
    // Whose request it is: many users' come over the connection of an edge.
    std::string m_client;
    bool m_isFromEdge = false;
    std::optional<std::size_t> m_endpoint;
    double m_authMs = 0;
    measure::Nanos m_authSince = 0;
    HttpResponse m_answer;  // until the links have delivered it
    Admissions::Pass m_pass;
    ResponseBudget::Room m_room;
};

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>

#include "reference-server/nodes/gateway/gateway_node.h"
#include "reference-server/nodes/gateway/http_types.h"

namespace tenfold::nodes {

/// One client's connection: a request, its answer when the emulated links have delivered it, the
/// next request.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
public:
    ClientConnection(GatewayNode& node, boost::asio::ip::tcp::socket socket);
    ~ClientConnection();

    void start();
    /// Closes the connection when its client takes longer than a person may: asked once a second.
    void closeIfOverdue(measure::Nanos now);

private:
    enum class Phase { reading, answering, writing, lingering };
    void read();
    void headRead();
    void readBody();
    void handle();
    void turnAway(int status, const std::string& detail);
    void refuseWith(std::optional<Admissions::Refusal> refusal);
    void tokenValidated(mechanisms::TokenValidation::Answer answer);
    void admit(std::optional<std::uint64_t> user);
    void forward(std::optional<std::uint64_t> user);
    void refuse(boost::system::error_code e);
    void answered(Upstreams::Result result);
    void linger();
    void finish(HttpResponse response, double queueMs);
    void write();
    bool isGone();
    void close();

    GatewayNode& m_node;
    boost::asio::ip::tcp::socket m_socket;
    std::string m_address;
    boost::beast::flat_buffer m_buffer;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> m_parser;
    std::shared_ptr<HttpRequest> m_request;
    std::optional<std::size_t> m_endpoint;
    HttpResponse m_response;
    bool m_keepAlive = true;
    double m_queueMs = 0;
    double m_authMs = 0;
    measure::Nanos m_authSince = 0;
    Admissions::Pass m_pass;
    ResponseBudget::Room m_room;
    Phase m_phase = Phase::reading;
    measure::Nanos m_phaseSince = 0;
    measure::Nanos m_requestSince = 0;  // when a request was seen to have begun; 0: it has not
    std::array<char, 4096> m_discarded{};
};

}  // namespace tenfold::nodes

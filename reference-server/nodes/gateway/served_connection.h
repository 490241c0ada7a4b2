// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "reference-server/nodes/gateway/http_types.h"
#include "simulator/measure/clock.h"

namespace tenfold::nodes {

class ServedConnection;
/// The connections of a node that are alive. Outlives its IO context, whose last handlers hold the
/// last of them.
using ServedClients = std::unordered_set<ServedConnection*>;

/// A client's connection to a node that answers HTTP: a request within its limits, its answer, the
/// next request. What is answered, and when it is written, is the node's. On its IO thread.
class ServedConnection : public std::enable_shared_from_this<ServedConnection> {
public:
    /// It is one of `clients` for as long as it lives.
    ServedConnection(boost::asio::ip::tcp::socket socket, ServedClients& clients);
    virtual ~ServedConnection();
    ServedConnection(const ServedConnection&) = delete;
    ServedConnection& operator=(const ServedConnection&) = delete;

    void start() { read(); }
    /// Closes the connection when its client takes longer than a person may: asked once a second.
    void closeIfOverdue(measure::Nanos now);

protected:
    /// m_request is there, whole. Ends with write() or close(), now or later.
    virtual void handle() = 0;
    /// What came is no request that can be read: to be answered, and then the connection ends.
    virtual void turnAway(int status, const std::string& detail) = 0;
    /// Nothing of the request before is wanted any more.
    virtual void forget() {}
    /// The answer has left, or never will.
    virtual void written() {}
    virtual void closing() {}

    bool isGone();
    bool isHead() const;
    /// The framing of an answer on this connection, and no body where none belongs.
    void frame(HttpResponse& response) const;
    void write(HttpResponse response);
    void close();

    std::string m_address;  // of who is connected
    std::shared_ptr<HttpRequest> m_request;

private:
    enum class Phase { reading, answering, writing, lingering };
    void read();
    void headRead();
    void readBody();
    void complete();
    void broken(boost::system::error_code e);
    void refuse(int status, const std::string& detail);
    void linger();

    ServedClients& m_clients;
    boost::asio::ip::tcp::socket m_socket;
    boost::beast::flat_buffer m_buffer;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> m_parser;
    HttpResponse m_response;
    bool m_keepAlive = true;
    Phase m_phase = Phase::reading;
    measure::Nanos m_phaseSince = 0;
    measure::Nanos m_requestSince = 0;  // when a request was seen to have begun; 0: it has not
    std::array<char, 4096> m_discarded{};
};

}  // namespace tenfold::nodes

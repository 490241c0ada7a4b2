// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "reference-server/loadgen/response_parser.h"
#include "simulator/measure/clock.h"

namespace tenfold::loadgen {

/// One keep-alive connection: one request at a time.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    enum class End {
        answered,
        closedBeforeAnswer,  // a kept connection closed before any byte: may be tried again
        refused,             // could not connect, or broke in the middle
        cancelled,           // by the caller
    };
    /// Is handed the connection: one that held its own callback would never be freed.
    using Done = std::function<void(const std::shared_ptr<Connection>&, End)>;

    /// `route`: the caller's number for where it leads.
    explicit Connection(boost::asio::io_context& io, int route = 0)
        : m_socket(io), m_chunk(new char[kChunkBytes]), m_route(route) {}

    /// Binds to a client address (unspecified: none) and connects.
    void connect(const boost::asio::ip::address& from, const boost::asio::ip::tcp::endpoint& to,
                 std::function<void(bool isOpen)> done);
    /// Sends and waits for the whole answer.
    void exchange(std::string request, Done done);
    /// Gives up: closes the socket; the exchange ends with `cancelled`.
    void abandon();

    bool isReusable() const { return m_socket.is_open() && !m_parser.closes() && !m_hasStrayBytes; }
    const ResponseParser& response() const { return m_parser; }
    int route() const { return m_route; }
    measure::Nanos sentAt() const { return m_sentAt; }

private:
    void read();
    /// On a kept connection that is a race of the protocol, on a new one a refusal.
    End brokenBeforeAnswer() const;
    void finish(End end);

    boost::asio::ip::tcp::socket m_socket;
    std::string m_request;
    // Not cleared: pages that no answer reaches cost no memory, with thousands of connections.
    static constexpr std::size_t kChunkBytes = 32768;
    std::unique_ptr<char[]> m_chunk;
    ResponseParser m_parser;
    Done m_done;
    measure::Nanos m_sentAt = 0;
    int m_route = 0;
    int m_exchanges = 0;
    bool m_isAbandoned = false;
    bool m_hasStrayBytes = false;  // behind an answer: whose would they be?
};

}  // namespace tenfold::loadgen

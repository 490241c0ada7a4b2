// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "reference-server/nodes/gateway/served_connection.h"

namespace tenfold::nodes {

/// Where the clients of a node come in: accepts them on a free port of 127.0.0.1, and closes those
/// that take longer than a person may, once a second. On the IO thread.
class ClientDoor {
public:
    using Make =
        std::function<std::shared_ptr<ServedConnection>(boost::asio::ip::tcp::socket socket)>;

    ClientDoor(boost::asio::io_context& io, const ServedClients& clients, Make make);

    int port() const { return m_acceptor.local_endpoint().port(); }
    /// From now on.
    void open();

private:
    void accept();
    void watch();

    const ServedClients& m_clients;
    Make m_make;
    boost::asio::ip::tcp::acceptor m_acceptor;
    boost::asio::steady_timer m_watchTimer;
    boost::asio::steady_timer m_acceptTimer;
};

}  // namespace tenfold::nodes

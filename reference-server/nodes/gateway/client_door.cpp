// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/client_door.h"

#include <chrono>
#include <utility>

namespace tenfold::nodes {

namespace asio = boost::asio;
using asio::ip::tcp;

ClientDoor::ClientDoor(asio::io_context& io, const ServedClients& clients, Make make)
    : m_clients(clients),
      m_make(std::move(make)),
      // Any address of 127/8 may call; the users have 127.1.x.y.
      m_acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      m_watchTimer(io),
      m_acceptTimer(io) {
    m_acceptor.listen(4096);
}

void ClientDoor::open() {
    accept();
    watch();
}

void ClientDoor::accept() {
    m_acceptor.async_accept([this](boost::system::error_code e, tcp::socket socket) {
        if (!e) {
            m_make(std::move(socket))->start();
            accept();
            return;
        }
        // Out of descriptors, most likely: trying again at once would be a busy loop.
        m_acceptTimer.expires_after(std::chrono::milliseconds(10));
        m_acceptTimer.async_wait([this](boost::system::error_code t) {
            if (!t) accept();
        });
    });
}

void ClientDoor::watch() {
    m_watchTimer.expires_after(std::chrono::seconds(1));
    m_watchTimer.async_wait([this](boost::system::error_code e) {
        if (e) return;
        // Closing ends a connection later, in its own handler: the set stays as it is here.
        const auto now = measure::monotonicNow();
        for (auto* client : m_clients) client->closeIfOverdue(now);
        watch();
    });
}

}  // namespace tenfold::nodes

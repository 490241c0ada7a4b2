// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>

#include "reference-server/nodes/pooler/client_session.h"
#include "reference-server/nodes/pooler/counters.h"
#include "reference-server/nodes/pooler/server_pool.h"

namespace tenfold::nodes::pooler {

/// The pooler without its control channel: listens on 127.0.0.1 and keeps a pool for each database.
/// Made and used on the IO thread; counters() may be read from any.
class PoolerNode {
public:
    static constexpr std::size_t kMaxClients = 2000;

    /// Listens on a port the kernel picks. Throws boost::system::system_error when there is none.
    explicit PoolerNode(boost::asio::io_context& io);
    ~PoolerNode();
    int port() const { return m_port; }

    /// The databases there are: name → settings. Others end: idle connections at once, lent ones
    /// with their transaction. A new name can be used from now on.
    void setDatabases(const std::map<std::string, ServerPool::Settings>& databases);
    /// Adds or changes databases, removes none.
    void addDatabases(const std::map<std::string, ServerPool::Settings>& databases);

    // For sessions.
    std::shared_ptr<ServerPool> poolOf(const std::string& database) const;
    const std::map<std::string, std::shared_ptr<ServerPool>>& pools() const { return m_pools; }
    bool isFull() const { return m_clients.size() > kMaxClients; }
    int nextClientNumber() { return ++m_clientNumber; }
    void forget(const ClientSession& client);
    Counters& counters() { return m_counters; }

private:
    void accept();
    void countCapacity();

    boost::asio::io_context& m_io;
    boost::asio::ip::tcp::acceptor m_acceptor;
    int m_port = 0;
    int m_clientNumber = 0;
    Counters m_counters;
    std::map<std::string, std::shared_ptr<ServerPool>> m_pools;
    std::unordered_map<const ClientSession*, std::shared_ptr<ClientSession>> m_clients;
};

}  // namespace tenfold::nodes::pooler

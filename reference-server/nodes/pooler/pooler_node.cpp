// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/pooler/pooler_node.h"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace tenfold::nodes::pooler {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
// Every client of a rolling deploy may come at once.
constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kAcceptRetry{50};
}  // namespace

PoolerNode::PoolerNode(asio::io_context& io)
    : m_io(io), m_acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    m_acceptor.listen(kBacklog);
    m_port = m_acceptor.local_endpoint().port();
    accept();
}

PoolerNode::~PoolerNode() {
    for (const auto& [key, client] : m_clients) client->close();
}

void PoolerNode::accept() {
    m_acceptor.async_accept([this](boost::system::error_code e, tcp::socket socket) {
        if (e == asio::error::operation_aborted) return;
        if (e) {
            // Out of file descriptors, as a rule: trying at once again would only burn the CPU.
            auto pause = std::make_shared<asio::steady_timer>(m_io, kAcceptRetry);
            pause->async_wait([this, pause](boost::system::error_code stopped) {
                if (!stopped) accept();
            });
            return;
        }
        const auto client = std::make_shared<ClientSession>(std::move(socket), *this);
        m_clients.emplace(client.get(), client);
        ++m_counters.clients;
        client->start();
        accept();
    });
}

void PoolerNode::forget(const ClientSession& client) {
    m_counters.clients -= static_cast<int>(m_clients.erase(&client));
}

std::shared_ptr<ServerPool> PoolerNode::poolOf(const std::string& database) const {
    const auto it = m_pools.find(database);
    return it == m_pools.end() ? nullptr : it->second;
}

void PoolerNode::addDatabases(const std::map<std::string, ServerPool::Settings>& databases) {
    for (const auto& [name, settings] : databases) {
        if (const auto pool = poolOf(name))
            pool->update(settings);
        else
            m_pools[name] = std::make_shared<ServerPool>(m_io, name, settings, m_counters);
    }
    countCapacity();
}

void PoolerNode::setDatabases(const std::map<std::string, ServerPool::Settings>& databases) {
    for (auto it = m_pools.begin(); it != m_pools.end();) {
        if (databases.contains(it->first)) {
            ++it;
            continue;
        }
        // Clients that use it hold it until they leave; it keeps nothing that is free.
        auto last = it->second->settings();
        last.size = 0;
        it->second->update(last);
        it = m_pools.erase(it);
    }
    addDatabases(databases);
}

void PoolerNode::countCapacity() {
    int sum = 0;
    for (const auto& [name, pool] : m_pools) sum += pool->settings().size;
    m_counters.capacity = sum;
}

}  // namespace tenfold::nodes::pooler

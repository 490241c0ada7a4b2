// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/nodes/pooler/counters.h"
#include "simulator/measure/clock.h"

namespace tenfold::nodes::pooler {

class ClientSession;
class ServerConnection;

/// The server connections to one database and the clients that wait for one, first come first
/// served. Connections are opened when somebody waits and kept. Owned by shared pointers; IO thread
/// only.
class ServerPool : public std::enable_shared_from_this<ServerPool> {
public:
    struct Settings {
        int port = 0;
        std::string database = "shop";  // as the server calls it
        std::string user = "shop";
        int size = 25;
        double waitLimitS = 1;
    };
    struct Standing {
        int active = 0;
        int idle = 0;
        int opening = 0;
        int waiting = 0;
        double longestWaitS = 0;
    };

    ServerPool(boost::asio::io_context& io, std::string name, Settings settings,
               Counters& counters);
    ~ServerPool();

    /// New size, limit or port. Connections that are too many or lead to an old port end when they
    /// are free.
    void update(Settings settings);

    /// Calls client.onParameters() when the server's parameters are known, at once or later.
    void login(std::shared_ptr<ClientSession> client);
    /// Calls client.onServer() at once or when its turn comes; after the wait limit the client is
    /// refused with PgBouncer's query_wait_timeout.
    void acquire(std::shared_ptr<ClientSession> client);
    /// The client waits no longer.
    void leave(const ClientSession& client);

    // Told by its connections.
    void noteParameter(std::string_view name, std::string_view value);
    void onServerReady(ServerConnection& server);
    void onTransactionEnd(std::shared_ptr<ServerConnection> server);
    /// A transaction ended with its server connection.
    void countLost() { ++m_counters.serversLost; }
    void onServerGone(const ServerConnection& server, const std::string& why);

    const std::map<std::string, std::string>& parameters() const { return m_parameters; }
    const std::string& name() const { return m_name; }
    const Settings& settings() const { return m_settings; }
    Standing standing() const;

private:
    struct Waiter {
        std::shared_ptr<ClientSession> client;
        measure::Nanos since;
    };
    void giveBack(std::shared_ptr<ServerConnection> server);
    void serve();
    void openIfWanted();
    void arm();
    void onTimer();
    void refuseAll(const std::string& why);
    bool isSurplus(const ServerConnection& server) const;
    measure::Nanos limitNs() const;
    void lend(std::shared_ptr<ServerConnection> server, std::shared_ptr<ClientSession> client);

    boost::asio::io_context& m_io;
    std::string m_name;
    Settings m_settings;
    Counters& m_counters;
    std::map<std::string, std::string> m_parameters;
    std::vector<std::shared_ptr<ServerConnection>> m_servers;  // all of them
    std::vector<std::shared_ptr<ServerConnection>> m_idle;     // last used last
    std::deque<Waiter> m_waiters;
    std::deque<Waiter> m_logins;
    boost::asio::steady_timer m_timer;
    measure::Nanos m_retryAt = 0;
    measure::Nanos m_armedFor = 0;
    int m_opening = 0;
    bool m_isServing = false;
};

}  // namespace tenfold::nodes::pooler

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "reference-server/nodes/pooler/wire_peer.h"

namespace tenfold::nodes::pooler {

class ClientSession;
class ServerPool;

/// One connection to a database, lent to one client at a time.
class ServerConnection : public WirePeer {
public:
    ServerConnection(boost::asio::ip::tcp::socket socket, ServerPool& pool);

    /// Connects to 127.0.0.1 and logs in. The pool is told how it ended.
    void open(int port, const std::string& database, const std::string& user);
    int port() const { return m_port; }

    void lendTo(std::shared_ptr<ClientSession> client);
    /// Whole messages of the client it is lent to.
    void forward(std::string_view messages, int readyExpected, bool endsUnsynced);
    /// The client has gone: what it left behind is anybody's guess, so this ends too.
    void abandon();
    /// The pool is gone; nobody is to be told any more.
    void detach() { m_pool = nullptr; }
    bool isReady() const { return m_isReady; }
    /// What was forwarded so far awaits a Sync.
    bool isUnsynced() const { return m_isUnsynced; }
    bool isLent() const { return m_client != nullptr; }

protected:
    void onBytes(std::string_view bytes) override;
    void onEnd() override;
    void onDrained() override;

private:
    std::size_t logIn(std::string_view bytes);
    std::size_t pass(std::string_view bytes);
    bool passMessage(char type, std::string_view message, std::size_t& plainFrom, std::size_t at,
                     std::string_view bytes);
    void fail(const std::string& why);

    ServerPool* m_pool;
    std::shared_ptr<ClientSession> m_client;
    std::string m_rest;   // an unfinished message
    std::string m_reply;  // for the client, built from one read
    std::size_t m_passLeft = 0;
    int m_readyExpected = 0;
    bool m_isUnsynced = false;
    char m_status = 'I';
    bool m_isReady = false;
    int m_port = 0;
    std::string m_error;
};

}  // namespace tenfold::nodes::pooler

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "reference-server/nodes/pooler/wire_peer.h"
#include "simulator/measure/clock.h"

namespace tenfold::nodes::pooler {

class PoolerNode;
class ServerConnection;
class ServerPool;

/// One client. It holds a server connection from the first message after idle until ReadyForQuery
/// says that no transaction is open and nothing sent is unanswered.
class ClientSession : public WirePeer {
public:
    ClientSession(boost::asio::ip::tcp::socket socket, PoolerNode& node);

    void start() { startReading(); }
    /// The connection it waited for.
    void onServer(std::shared_ptr<ServerConnection> server);
    /// Log-in can go on: parameters of the server are known.
    void onParameters();
    /// Sends a FATAL error and ends the session.
    void refuse(std::string_view sqlState, std::string_view message);
    void onServerLost(std::string_view message);
    void onTransactionEnd();
    /// Handles what came in while the last transaction ended.
    void continueReading();

    bool wantsReport() const { return m_wantsReport; }
    /// Microseconds waited for a server connection since the last call.
    std::int64_t takeWaitUs();

protected:
    void onBytes(std::string_view bytes) override;
    void onEnd() override;
    void onDrained() override;

private:
    enum class State { startup, loggingIn, idle, waiting, lent, admin, ended };
    void process();
    bool processStartup();
    bool processAdmin();
    void startSession(std::string_view parameters);
    /// False when more bytes are needed.
    bool skipFlush();
    bool processLent();
    void leave();

    PoolerNode& m_node;
    std::shared_ptr<ServerPool> m_pool;
    std::shared_ptr<ServerConnection> m_server;
    State m_state = State::startup;
    std::string m_in;
    std::size_t m_inDone = 0;
    bool m_isProcessing = false;
    bool m_wantsReport = false;
    measure::Nanos m_waitingSince = 0;
    measure::Nanos m_waited = 0;
};

}  // namespace tenfold::nodes::pooler

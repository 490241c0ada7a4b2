// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>

#include "reference-server/nodes/database/database_node.h"

namespace tenfold::nodes {

/// A replica's side of replication: reads the primary's log and applies each record at its commit
/// time plus the lag that was set, one after the other, on the emulated cores. On the IO thread.
class ReplicaFeed {
public:
    ReplicaFeed(DatabaseNode& node, int primaryPort, std::uint64_t fromLsn,
                std::function<void(std::string)> onTrouble);

    /// Holds for records that wait already, too.
    void setLagMs(double lagMs);
    void start();

private:
    void connect();
    void read();
    void takeRecords();
    void applyNext();
    void apply(std::shared_ptr<LogRecord> record);
    void trouble(const std::string& what);

    DatabaseNode& m_node;
    boost::asio::ip::tcp::socket m_socket;
    boost::asio::steady_timer m_retry;
    int m_primaryPort;
    std::uint64_t m_received;  // the newest record that has come in, applied or not
    std::function<void(std::string)> m_onTrouble;
    measure::Nanos m_lagNs = 0;
    std::unique_ptr<SqliteSession> m_session;
    std::array<char, 65536> m_chunk{};
    std::string m_input;
    std::deque<LogRecord> m_records;
    std::size_t m_bytes = 0;  // of them
    bool m_isConnected = false;
    bool m_isReading = false;   // not while too much waits for the lag to pass
    bool m_isStopped = false;   // a record did not fit: what comes after it must not be applied
    bool m_isApplying = false;  // or waits until the next record is due
    bool m_isWaiting = false;
    std::uint64_t m_wait = 0;  // number of the wait that counts: others were cut short
    bool m_hasTold = false;
};

}  // namespace tenfold::nodes

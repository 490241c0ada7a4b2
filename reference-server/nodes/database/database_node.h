// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "reference-server/nodes/common/control.h"
#include "reference-server/nodes/database/executor.h"
#include "reference-server/nodes/database/replication_log.h"
#include "reference-server/nodes/database/sqlite_session.h"
#include "reference-server/nodes/database/writer_token.h"
#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"

namespace tenfold::nodes {

class Client;

/// What one statement took. Valid while the one who is told is being told.
struct StatementCount {
    std::string_view shape;
    std::uint64_t vmSteps = 0;
    std::uint64_t fullScanSteps = 0;
    std::uint64_t rows = 0;   // returned
    std::uint64_t bytes = 0;  // of the values in them
};

/// What the sessions of one database share. Everything is used on the IO thread only, but for the
/// position, which SQL functions read.
class DatabaseNode {
public:
    struct Settings {
        std::string id;
        std::string file;
        bool isReplica = false;
        int cores = 2;
        hardware::HardwareProfile hardware;
        bool hasIndexes = false;  // made before the first client
        // PostgreSQL's authentication_timeout: a connection that says nothing is not kept.
        int startupLimitMs = 60'000;
        // PostgreSQL's lock_timeout, and what the API gives a request.
        int lockLimitMs = 10'000;
        // Pages of write-ahead log after which it is copied back: 16 MB.
        int checkpointPages = 4000;
        /// Told of each statement when it is done, before its answer leaves: in the order of a
        /// session. On the IO thread.
        std::function<void(const StatementCount&)> onStatement;
    };

    explicit DatabaseNode(Settings settings);
    ~DatabaseNode();

    int port() const { return m_acceptor.local_endpoint().port(); }
    boost::asio::io_context& io() { return m_io; }
    /// Serves until stop().
    void run();
    void stop();

    // For sessions.
    Executor& executor() { return *m_executor; }
    WriterToken& token() { return m_token; }
    ReplicationLog& log() { return m_log; }
    const Settings& settings() const { return m_settings; }
    SqliteSession::Position& position() { return m_position; }
    std::uint64_t lsn() const { return m_position.lsn.load(); }
    /// The next position, for a transaction that has just been committed.
    std::uint64_t advanceLsn() { return ++m_position.lsn; }
    void recordOverrun(std::int64_t ns) { m_overrun.recordNs(std::max<std::int64_t>(0, ns)); }
    /// A session wants to begin: false, and counted as rejected, when there are too many. Replicas
    /// have a limit of their own, as PostgreSQL's walsenders do.
    bool admit(bool isReplication);
    void clientEnded(const std::shared_ptr<Client>& client, bool wasAdmitted, bool isReplication);
    std::int32_t nextSessionNumber() { return ++m_sessionNumber; }
    /// A CancelRequest; without the right secret nothing happens.
    void cancel(std::int32_t sessionNumber, std::int32_t secret);
    /// Copies a write-ahead log that has grown long back into the file, on a worker thread.
    void checkpointIfLong(int walPages);
    void statementRunning(int delta) { m_active += delta; }

    /// Makes or drops the indexes on a thread of its own, under the writer token; then calls back
    /// on the IO thread with what changed, in words.
    void setIndexes(bool isOn, std::function<void(std::string)> done);
    /// A consistent copy with its position.
    void backup(const std::string& path,
                std::function<void(std::uint64_t lsn, std::string error)> done);
    void setHardware(const hardware::HardwareProfile& hardware, int cores);

    // For the replica's feed.
    void setApplied(std::uint64_t lsn, measure::Nanos lagNs) {
        m_position.lsn = lsn;
        m_lagNs = lagNs;
    }

    /// Counts since the last call. On the IO thread.
    measure::Sample collect();

private:
    void accept();
    std::string queryPlan();

    Settings m_settings;
    boost::asio::io_context m_io{1};
    boost::asio::ip::tcp::acceptor m_acceptor;
    std::unique_ptr<Executor> m_executor;
    WriterToken m_token;
    ReplicationLog m_log;
    SqliteSession::Position m_position;
    std::unique_ptr<SqliteSession> m_anchor;  // see the constructor
    std::set<std::shared_ptr<Client>> m_clients;
    int m_sessions = 0;
    int m_replicationSessions = 0;
    std::int32_t m_sessionNumber = 0;
    bool m_isCheckpointing = false;
    boost::asio::steady_timer m_acceptPause;
    std::thread m_schemaThread;
    bool m_hasIndexes = false;

    int m_active = 0;
    measure::Nanos m_lagNs = 0;
    measure::Histogram m_overrun;
    std::map<std::string, std::uint64_t> m_rejected;
    measure::Nanos m_busyBefore = 0;
    measure::Nanos m_heldBefore = 0;
    std::uint64_t m_arrivedBefore = 0;
    std::uint64_t m_completedBefore = 0;
};

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/database_node.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>

#include "reference-server/data/dataset.h"
#include "reference-server/data/schema.h"
#include "reference-server/data/statements.h"
#include "reference-server/nodes/database/client.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Sockets, logged in or not. Far above what may log in, so that those are told so in words.
constexpr std::size_t kMaxSockets = 1000;
constexpr int kMaxWalSenders = 10;  // PostgreSQL's default
constexpr std::chrono::milliseconds kAcceptPause{50};

/// SQLite's plan for the statement that the missing index hurts most.
std::string planOf(sqlite3* db) {
    const auto s = data::prepare(db, "EXPLAIN QUERY PLAN " + std::string(data::sql::kLineCount));
    return ::sqlite3_step(s.get()) == SQLITE_ROW
               ? reinterpret_cast<const char*>(::sqlite3_column_text(s.get(), 3))
               : "";
}

void makeOrDrop(sqlite3* db, bool isOn) {
    data::execute(db, "BEGIN IMMEDIATE");
    for (const auto& index : data::secondaryIndexes())
        data::execute(db, isOn ? index.createSql() : index.dropSql());
    data::execute(db, "COMMIT");
}

std::string schemaChangeText(bool isOn) {
    std::string sql;
    for (const auto& index : data::secondaryIndexes())
        sql += (isOn ? index.createSql() : index.dropSql()) + ";\n";
    return sql;
}

}  // namespace

DatabaseNode::DatabaseNode(Settings settings)
    : m_settings(std::move(settings)),
      m_acceptor(m_io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      m_executor(std::make_unique<Executor>(m_io, m_settings.hardware, m_settings.cores)),
      m_acceptPause(m_io),
      m_hasIndexes(m_settings.hasIndexes) {
    m_acceptor.listen(4096);
    // A replica's copy has the indexes that the primary had.
    m_anchor = std::make_unique<SqliteSession>(m_settings.file, false, m_position);
    if (!m_settings.isReplica) makeOrDrop(m_anchor->handle(), m_hasIndexes);
    // It stays open: whenever the last connection to a file closes, SQLite checkpoints under an
    // exclusive lock, and whoever comes meanwhile is told that the database is locked.
    data::queryNumber(m_anchor->handle(), "SELECT count(*) FROM sqlite_master");
}

DatabaseNode::~DatabaseNode() {
    if (m_schemaThread.joinable()) m_schemaThread.join();
    m_clients.clear();
}

void DatabaseNode::run() {
    accept();
    const auto guard = asio::make_work_guard(m_io);
    m_io.run();
    // Whoever owns what statements work with (a replica's feed) may go after this.
    for (const auto& client : m_clients) client->interrupt();
    m_executor->drain();
}

void DatabaseNode::stop() {
    m_io.stop();
}

void DatabaseNode::accept() {
    m_acceptor.async_accept([this](boost::system::error_code e, tcp::socket socket) {
        if (e == asio::error::operation_aborted) return;
        if (e) {
            // Out of file descriptors, as a rule: trying at once again would only burn the CPU.
            m_acceptPause.expires_after(kAcceptPause);
            m_acceptPause.async_wait([this](boost::system::error_code stopped) {
                if (!stopped) accept();
            });
            return;
        }
        if (m_clients.size() < kMaxSockets) {
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            socket.non_blocking(true, ignored);
            const auto client = std::make_shared<Client>(*this, std::move(socket));
            m_clients.insert(client);
            client->start();
        } else {
            ++m_rejected["too_many_connections"];
        }
        accept();
    });
}

bool DatabaseNode::admit(bool isReplication) {
    const int limit = isReplication ? kMaxWalSenders : m_settings.hardware.usableConnections();
    int& sessions = isReplication ? m_replicationSessions : m_sessions;
    if (sessions >= limit) {
        ++m_rejected["too_many_connections"];
        return false;
    }
    ++sessions;
    return true;
}

void DatabaseNode::clientEnded(const std::shared_ptr<Client>& client, bool wasAdmitted,
                               bool isReplication) {
    if (wasAdmitted) --(isReplication ? m_replicationSessions : m_sessions);
    m_clients.erase(client);
}

void DatabaseNode::cancel(std::int32_t sessionNumber, std::int32_t secret) {
    for (const auto& client : m_clients)
        if (client->hasKey(sessionNumber, secret)) return client->cancel();
}

void DatabaseNode::checkpointIfLong(int walPages) {
    if (m_isCheckpointing || walPages < m_settings.checkpointPages) return;
    m_isCheckpointing = true;
    // Passive: as far as readers allow, without making anybody wait.
    m_executor->aside(
        [this] {
            ::sqlite3_wal_checkpoint_v2(m_anchor->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                        nullptr, nullptr);
        },
        [this] { m_isCheckpointing = false; });
}

void DatabaseNode::setIndexes(bool isOn, std::function<void(std::string)> done) {
    if (m_settings.isReplica) return done("");
    // Looked at in its turn only: a change that is under way is not done yet.
    m_token.acquire(this, [this, isOn, done = std::move(done)] {
        if (m_hasIndexes == isOn) {
            m_token.release(this);
            return done("");
        }
        if (m_schemaThread.joinable()) m_schemaThread.join();
        m_schemaThread = std::thread([this, isOn, done] {
            std::string detail;
            bool isChanged = false;
            try {
                SqliteSession session(m_settings.file, false, m_position);
                const std::string before = planOf(session.handle());
                const auto startNs = measure::monotonicNow();
                makeOrDrop(session.handle(), isOn);
                isChanged = true;
                detail = fmt::format("{} in {:.0f} ms. Lines of an order: {} → {}. ",
                                     isOn ? "Indexes built" : "Indexes dropped",
                                     static_cast<double>(measure::monotonicNow() - startNs) / 1e6,
                                     before, planOf(session.handle()));
            } catch (const data::SqliteError& e) {
                detail = fmt::format("the indexes could not be changed: {}. ", e.what());
            }
            asio::post(m_io, [this, isOn, done, detail, isChanged] {
                if (isChanged) {
                    m_hasIndexes = isOn;
                    m_executor->forgetShapes();
                    m_log.append(
                        {advanceLsn(), measure::monotonicNow(), schemaChangeText(isOn), ""});
                    checkpointIfLong(m_settings.checkpointPages);  // an index is long
                }
                m_token.release(this);
                done(detail);
            });
        });
    });
}

void DatabaseNode::backup(const std::string& path,
                          std::function<void(std::uint64_t, std::string)> done) {
    // Writers wait while the copy is made: position and content belong together.
    m_token.acquire(&m_log, [this, path, done = std::move(done)] {
        m_log.enable();
        if (m_schemaThread.joinable()) m_schemaThread.join();
        m_schemaThread = std::thread([this, path, done] {
            std::string error;
            try {
                SqliteSession session(m_settings.file, false, m_position);
                auto target = data::openSqlite(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
                data::execute(target.get(), "PRAGMA synchronous=OFF");
                sqlite3_backup* copy =
                    ::sqlite3_backup_init(target.get(), "main", session.handle(), "main");
                if (!copy) throw data::SqliteError(SQLITE_ERROR, ::sqlite3_errmsg(target.get()));
                const int code = ::sqlite3_backup_step(copy, -1);
                ::sqlite3_backup_finish(copy);
                if (code != SQLITE_DONE) throw data::SqliteError(code, ::sqlite3_errstr(code));
                data::execute(target.get(), "PRAGMA journal_mode=WAL");
            } catch (const data::SqliteError& e) {
                error = fmt::format("{}: {}{}", path, e.what(),
                                    data::spaceHint(path, e.code(), m_settings.file));
                std::error_code ignored;
                std::filesystem::remove(path, ignored);
            }
            asio::post(m_io, [this, done, error] {
                const auto position = lsn();
                m_token.release(&m_log);
                done(position, error);
            });
        });
    });
}

void DatabaseNode::setHardware(const hardware::HardwareProfile& hardware, int cores) {
    m_settings.hardware.dataFactor = hardware.dataFactor;
    m_settings.hardware.linkMs = hardware.linkMs;
    m_settings.hardware.commitFlushMs = hardware.commitFlushMs;
    m_executor->setDataFactor(hardware.dataFactor);
    if (cores != m_settings.cores) m_executor->setCores(cores);
    m_settings.cores = cores;
}

measure::Sample DatabaseNode::collect() {
    measure::Sample s;
    auto& n = s.nodes[m_settings.id];
    const auto now = measure::monotonicNow();
    const auto busy = m_executor->busyNs(now);
    const auto held = m_token.heldNs(now);
    n.cores = m_executor->isNative() ? 0 : m_executor->cores();
    n.busyCoreMs = static_cast<double>(busy - m_busyBefore) / 1e6;
    n.arrived = m_executor->arrived() - m_arrivedBefore;
    n.completed = m_executor->completed() - m_completedBefore;
    n.capacity = m_settings.hardware.usableConnections();
    n.inUse = m_sessions;
    n.waiting = m_executor->waiting();
    n.rejected = std::exchange(m_rejected, {});
    n.overrun = std::exchange(m_overrun, {});
    n.gauges["active"] = m_active;
    n.gauges["lock_waiting"] = static_cast<double>(m_token.waiting());
    n.gauges["lock_busy"] =
        static_cast<double>(held - m_heldBefore) / 1e6 / measure::SlotClock::kSlotMs;
    n.gauges["lsn"] = static_cast<double>(lsn());
    if (m_settings.isReplica) n.gauges["lag_ms"] = static_cast<double>(m_lagNs) / 1e6;
    m_busyBefore = busy;
    m_heldBefore = held;
    m_arrivedBefore = m_executor->arrived();
    m_completedBefore = m_executor->completed();
    return s;
}

}  // namespace tenfold::nodes

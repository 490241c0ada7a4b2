// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/database_node.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>

#include "reference-server/data/schema.h"
#include "reference-server/data/statements.h"
#include "reference-server/nodes/database/client.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

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
      m_hasIndexes(m_settings.hasIndexes) {
    m_acceptor.listen(4096);
    if (m_settings.isReplica) return;  // its copy is as the primary was
    SqliteSession session(m_settings.file, false, m_position);
    makeOrDrop(session.handle(), m_hasIndexes);
}

DatabaseNode::~DatabaseNode() {
    if (m_schemaThread.joinable()) m_schemaThread.join();
    m_clients.clear();
}

void DatabaseNode::run() {
    accept();
    const auto guard = asio::make_work_guard(m_io);
    m_io.run();
}

void DatabaseNode::stop() {
    m_io.stop();
}

void DatabaseNode::accept() {
    m_acceptor.async_accept([this](boost::system::error_code e, tcp::socket socket) {
        if (!e) {
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            const int limit = m_settings.hardware.usableConnections();
            const bool isFull = static_cast<int>(m_clients.size()) >= limit;
            if (isFull) reject("too_many_connections");
            auto client = std::make_shared<Client>(*this, std::move(socket), isFull);
            if (!isFull) m_clients.insert(client);
            client->start();
        }
        accept();
    });
}

void DatabaseNode::clientEnded(const std::shared_ptr<Client>& client) {
    m_clients.erase(client);
}

void DatabaseNode::setIndexes(bool isOn, std::function<void(std::string)> done) {
    if (m_settings.isReplica || m_hasIndexes == isOn) {
        done("");
        return;
    }
    m_hasIndexes = isOn;
    m_token.acquire(this, [this, isOn, done = std::move(done)] {
        if (m_schemaThread.joinable()) m_schemaThread.join();
        m_schemaThread = std::thread([this, isOn, done] {
            std::string detail;
            try {
                SqliteSession session(m_settings.file, false, m_position);
                const std::string before = planOf(session.handle());
                const auto startNs = measure::monotonicNow();
                makeOrDrop(session.handle(), isOn);
                detail = fmt::format("{} in {:.0f} ms. Lines of an order: {} → {}. ",
                                     isOn ? "Indexes built" : "Indexes dropped",
                                     static_cast<double>(measure::monotonicNow() - startNs) / 1e6,
                                     before, planOf(session.handle()));
            } catch (const data::SqliteError& e) {
                detail = fmt::format("the indexes could not be changed: {}. ", e.what());
            }
            asio::post(m_io, [this, isOn, done, detail] {
                m_executor->forgetShapes();
                m_log.append({advanceLsn(), measure::monotonicNow(), 'D', schemaChangeText(isOn)});
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
                error = e.what();
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
    n.inUse = static_cast<double>(m_clients.size());
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

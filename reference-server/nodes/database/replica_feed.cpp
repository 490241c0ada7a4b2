// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/replica_feed.h"

#include <fmt/format.h>

#include <boost/asio/write.hpp>
#include <chrono>

#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using protocol::PgCut;
using protocol::PgMessage;
using protocol::PgWriter;

namespace {
// What applying one transaction costs on the replica's cores: the rows again, without parsing.
constexpr double kApplyUs = 150;
// One transaction may be long; the primary keeps 64 MiB, and so much may wait here for the lag.
constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxWaitingBytes = 64 << 20;
}  // namespace

ReplicaFeed::ReplicaFeed(DatabaseNode& node, int primaryPort, std::uint64_t fromLsn,
                         std::function<void(std::string)> onTrouble)
    : m_node(node),
      m_socket(node.io()),
      m_retry(node.io()),
      m_primaryPort(primaryPort),
      m_received(fromLsn),
      m_onTrouble(std::move(onTrouble)) {
    m_session = std::make_unique<SqliteSession>(node.settings().file, false, node.position());
    node.setApplied(fromLsn, 0);
}

void ReplicaFeed::start() {
    connect();
}

void ReplicaFeed::setLagMs(double lagMs) {
    m_lagNs = static_cast<measure::Nanos>(lagMs * 1e6);
    if (!m_isWaiting) return;
    m_isWaiting = false;
    m_isApplying = false;
    applyNext();
}

void ReplicaFeed::trouble(const std::string& what) {
    if (m_isStopped) return;
    if (!m_hasTold) m_onTrouble(what);
    m_hasTold = true;
    m_isConnected = false;
    boost::system::error_code ignored;
    m_socket.close(ignored);
    m_retry.expires_after(std::chrono::milliseconds(500));
    m_retry.async_wait([this](boost::system::error_code e) {
        if (!e) connect();
    });
}

void ReplicaFeed::connect() {
    if (m_isStopped) return;
    m_socket = asio::ip::tcp::socket(m_node.io());
    const asio::ip::tcp::endpoint primary(asio::ip::address_v4::loopback(),
                                          static_cast<unsigned short>(m_primaryPort));
    m_socket.async_connect(primary, [this](boost::system::error_code e) {
        if (e) return trouble("the primary cannot be reached");
        std::string hello;
        std::string parameters;
        PgWriter w(parameters);
        w.int32(protocol::kPgVersion3)
            .cstring("user")
            .cstring("shop")
            .cstring("replication")
            .cstring("on")
            .byte('\0');
        PgWriter(hello).int32(static_cast<std::int32_t>(parameters.size() + 4));
        hello += parameters;
        PgWriter(hello).begin('Q').cstring(fmt::format("START_REPLICATION {}", m_received)).end();
        m_input.clear();
        const auto bytes = std::make_shared<std::string>(std::move(hello));
        asio::async_write(m_socket, asio::buffer(*bytes),
                          [this, bytes](boost::system::error_code error, std::size_t) {
                              if (error) return trouble("the primary cannot be reached");
                              m_isConnected = true;
                              read();
                          });
    });
}

void ReplicaFeed::read() {
    // The primary notices in its turn, and gives up on a replica that lags too far behind.
    if (!m_isConnected || m_isReading || m_isStopped || m_bytes > kMaxWaitingBytes) return;
    m_isReading = true;
    m_socket.async_read_some(asio::buffer(m_chunk),
                             [this](boost::system::error_code e, std::size_t n) {
                                 m_isReading = false;
                                 if (e) return trouble("the primary is gone");
                                 m_input.append(m_chunk.data(), n);
                                 takeRecords();
                             });
}

void ReplicaFeed::takeRecords() {
    std::size_t begin = 0;
    while (true) {
        PgMessage message;
        std::size_t used = 0;
        const auto cut = protocol::cutPgMessage(std::string_view(m_input).substr(begin), false,
                                                message, used, kMaxRecordBytes);
        if (cut == PgCut::malformed) return trouble("the primary sent something malformed");
        if (cut == PgCut::needMore) break;
        begin += used;
        if (message.type == 'E') return trouble("the primary refused to replicate");
        if (message.type != 'd') continue;
        LogRecord record;
        // After a broken connection the primary may send again what is being applied already.
        if (!decodeRecord(message.body, record) || record.lsn <= m_received) continue;
        m_received = record.lsn;
        m_bytes += record.ddl.size() + record.changeset.size();
        m_records.push_back(std::move(record));
        m_hasTold = false;
    }
    m_input.erase(0, begin);
    applyNext();
    read();
}

void ReplicaFeed::applyNext() {
    if (m_isApplying || m_isStopped || m_records.empty()) return;
    m_isApplying = true;
    m_isWaiting = true;
    const auto when = std::max(m_records.front().committedAt + m_lagNs, measure::Nanos{0});
    m_node.executor().at(when, [this, wait = ++m_wait] {
        if (wait != m_wait || !m_isWaiting) return;
        m_isWaiting = false;
        auto record = std::make_shared<LogRecord>(std::move(m_records.front()));
        m_records.pop_front();
        m_bytes -= record->ddl.size() + record->changeset.size();
        apply(std::move(record));
    });
}

void ReplicaFeed::apply(std::shared_ptr<LogRecord> record) {
    const auto error = std::make_shared<std::string>();
    const auto startAt = std::max(record->committedAt + m_lagNs, measure::monotonicNow());
    m_node.executor().submit(
        startAt, "replica.apply",
        [this, record, error] {
            try {
                if (!record->ddl.empty() || !record->changeset.empty())
                    m_session->apply(record->ddl, record->changeset);
            } catch (const data::SqliteError& e) {
                *error = e.what();
            }
            return Executor::Usage{5000, 0, kApplyUs};
        },
        [this, record, error](measure::Nanos at) {
            m_isApplying = false;
            if (!error->empty()) {
                // The position stays where the content is: reads that need this one go elsewhere.
                m_isStopped = true;
                m_isConnected = false;
                m_records.clear();
                m_onTrouble("replication stopped: " + *error);
                boost::system::error_code ignored;
                m_socket.close(ignored);
                return;
            }
            if (!record->ddl.empty()) m_node.executor().forgetShapes();
            m_node.setApplied(record->lsn, at - record->committedAt);
            m_node.checkpointIfLong(m_session->walPages());
            applyNext();
            read();
        });
}

}  // namespace tenfold::nodes

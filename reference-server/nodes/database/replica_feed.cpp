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
}  // namespace

ReplicaFeed::ReplicaFeed(DatabaseNode& node, int primaryPort, std::uint64_t fromLsn,
                         std::function<void(std::string)> onTrouble)
    : m_node(node),
      m_socket(node.io()),
      m_retry(node.io()),
      m_primaryPort(primaryPort),
      m_lsn(fromLsn),
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
    if (!m_hasTold) m_onTrouble(what);
    m_hasTold = true;
    boost::system::error_code ignored;
    m_socket.close(ignored);
    m_retry.expires_after(std::chrono::milliseconds(500));
    m_retry.async_wait([this](boost::system::error_code e) {
        if (!e) connect();
    });
}

void ReplicaFeed::connect() {
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
        PgWriter(hello).begin('Q').cstring(fmt::format("START_REPLICATION {}", m_lsn)).end();
        m_input.clear();
        const auto bytes = std::make_shared<std::string>(std::move(hello));
        asio::async_write(m_socket, asio::buffer(*bytes),
                          [this, bytes](boost::system::error_code error, std::size_t) {
                              if (error) return trouble("the primary cannot be reached");
                              read();
                          });
    });
}

void ReplicaFeed::read() {
    m_socket.async_read_some(asio::buffer(m_chunk),
                             [this](boost::system::error_code e, std::size_t n) {
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
        const auto cut =
            protocol::cutPgMessage(std::string_view(m_input).substr(begin), false, message, used);
        if (cut == PgCut::malformed) return trouble("the primary sent something malformed");
        if (cut == PgCut::needMore) break;
        begin += used;
        if (message.type == 'E') return trouble("the primary refused to replicate");
        if (message.type != 'd') continue;
        LogRecord record;
        const auto last = m_records.empty() ? m_lsn : m_records.back().lsn;
        if (decodeRecord(message.body, record) && record.lsn > last)
            m_records.push_back(std::move(record));
    }
    m_input.erase(0, begin);
    m_hasTold = false;
    applyNext();
    read();
}

void ReplicaFeed::applyNext() {
    if (m_isApplying || m_records.empty()) return;
    m_isApplying = true;
    m_isWaiting = true;
    const auto when = std::max(m_records.front().committedAt + m_lagNs, measure::Nanos{0});
    m_node.executor().at(when, [this, wait = ++m_wait] {
        if (wait != m_wait || !m_isWaiting) return;
        m_isWaiting = false;
        const auto record = std::make_shared<LogRecord>(std::move(m_records.front()));
        m_records.pop_front();
        const auto error = std::make_shared<std::string>();
        const auto startAt = std::max(record->committedAt + m_lagNs, measure::monotonicNow());
        m_node.executor().submit(
            startAt, "replica.apply",
            [this, record, error] {
                try {
                    if (record->type == 'D') {
                        data::execute(m_session->handle(), record->bytes);
                    } else if (!record->bytes.empty()) {
                        m_session->apply(record->bytes);
                    }
                } catch (const data::SqliteError& e) {
                    *error = e.what();
                }
                return Executor::Usage{5000, 0, kApplyUs};
            },
            [this, record, error](measure::Nanos at) {
                if (!error->empty()) m_onTrouble("replication stopped: " + *error);
                if (record->type == 'D') m_node.executor().forgetShapes();
                m_lsn = record->lsn;
                m_node.setApplied(m_lsn, at - record->committedAt);
                m_isApplying = false;
                if (error->empty()) applyNext();
            });
    });
}

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/client.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <random>

namespace tenfold::nodes {

namespace asio = boost::asio;
using protocol::PgCut;
using protocol::PgMessage;
using protocol::PgReader;
using protocol::PgWriter;

namespace {
// A session that has so much unanswered is not read from until it has caught up.
constexpr std::size_t kMaxInboxBytes = 4 << 20;
constexpr std::size_t kMaxInboxMessages = 4000;
// One that does not read its answers is not worked for any further.
constexpr std::size_t kMaxUnsentBytes = 4 << 20;
constexpr std::size_t kPartBytes = 256 << 10;
// Somebody who has been told goodbye has so long to read it.
constexpr measure::Nanos kGoodbyeNs = 5'000'000'000;
}  // namespace

Client::Client(DatabaseNode& node, asio::ip::tcp::socket socket)
    : m_node(node), m_socket(std::move(socket)) {}

Client::~Client() = default;

Client::Nanos Client::halfLinkNs() const {
    return static_cast<Nanos>(m_node.settings().hardware.linkMs * 1e6 / 2);
}

void Client::start() {
    const Nanos limit = m_node.settings().startupLimitMs * Nanos{1'000'000};
    m_node.executor().at(measure::monotonicNow() + limit, [weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && self->m_isStartup) self->close();
    });
    read();
}

void Client::read() {
    if (m_isReading || m_isClosed || m_closeAfterWrites || m_inboxBytes >= kMaxInboxBytes ||
        m_inbox.size() >= kMaxInboxMessages)
        return;
    m_isReading = true;
    m_socket.async_read_some(
        asio::buffer(m_chunk),
        [self = shared_from_this()](boost::system::error_code e, std::size_t n) {
            self->m_isReading = false;
            if (e) return self->close();
            self->m_input.append(self->m_chunk.data(), n);
            if (self->m_isStartup && !self->takeStartup()) return;
            self->takeMessages();
            self->process();
            self->read();
        });
}

/// Returns false when the session is over or waits for more.
bool Client::takeStartup() {
    while (true) {
        PgMessage message;
        std::size_t used = 0;
        const PgCut cut = protocol::cutPgMessage(m_input, true, message, used);
        if (cut == PgCut::needMore) {
            read();
            return false;
        }
        PgReader r(message.body);
        const auto code = cut == PgCut::message ? r.int32() : 0;
        if (cut == PgCut::malformed || !r.ok()) {
            close();
            return false;
        }
        if (code == protocol::kPgSslRequest || code == protocol::kPgGssRequest) {
            m_out += 'N';
            sendAtDue(0);
            m_input.erase(0, used);
            continue;
        }
        if (code == protocol::kPgCancelRequest) {  // is never answered, whatever comes of it
            const auto number = r.int32();
            const auto secret = r.int32();
            if (r.ok()) m_node.cancel(number, secret);
            close();
            return false;
        }
        const std::string parameters(message.body.substr(4));
        m_input.erase(0, used);
        beginSession(code, parameters);
        return !m_closeAfterWrites && !m_isClosed;
    }
}

void Client::beginSession(std::int32_t version, std::string_view parameters) {
    if (version >> 16 != protocol::kPgVersion3 >> 16)
        return fatal("0A000", "only version 3 of the protocol is spoken here");
    PgReader r(parameters);
    while (!r.atEnd()) {
        const auto name = r.cstring();
        if (name.empty()) break;
        const auto value = r.cstring();
        if (name == "options" && value.find("tenfold.report=on") != std::string_view::npos)
            m_reports = true;
        if (name == "replication") m_isReplicationSession = value != "off" && value != "false";
    }
    if (!r.ok()) return fatal("08P01", "invalid startup packet layout");
    m_isAdmitted = m_node.admit(m_isReplicationSession);
    if (!m_isAdmitted) return fatal("53300", "sorry, too many clients already");
    try {
        m_session = std::make_unique<SqliteSession>(m_node.settings().file,
                                                    m_node.settings().isReplica, m_node.position());
    } catch (const data::SqliteError& e) {
        return fatal("58000", e.what());
    }
    m_isStartup = false;
    m_number = m_node.nextSessionNumber();
    m_secret = static_cast<std::int32_t>(std::random_device{}());
    PgWriter w(m_out);
    // A younger minor version: the client is told that 3.0 is the newest here, with no options.
    if (version != protocol::kPgVersion3) w.begin('v').int32(0).int32(0).end();
    w.authenticationOk();
    w.parameterStatus("server_version", "15.0 (Tenfold)");
    w.parameterStatus("server_encoding", "UTF8");
    w.parameterStatus("client_encoding", "UTF8");
    w.parameterStatus("DateStyle", "ISO, MDY");
    w.parameterStatus("integer_datetimes", "on");
    w.parameterStatus("standard_conforming_strings", "on");
    w.begin('K').int32(m_number).int32(m_secret).end();
    w.readyForQuery('I');
    sendAtDue(0);
}

void Client::takeMessages() {
    std::size_t begin = 0;
    const Nanos now = measure::monotonicNow();
    while (!m_isClosed) {
        PgMessage message;
        std::size_t used = 0;
        const auto cut =
            protocol::cutPgMessage(std::string_view(m_input).substr(begin), false, message, used);
        if (cut == PgCut::needMore) break;
        if (cut == PgCut::malformed) {
            fatal("08P01", "invalid message length");
            break;
        }
        m_inbox.push_back({message.type, std::string(message.body), now});
        m_inboxBytes += used;
        begin += used;
    }
    m_input.erase(0, begin);
}

bool Client::canGoOn() const {
    return !m_isBusy && !m_isClosed && !m_closeAfterWrites && m_unsentBytes < kMaxUnsentBytes;
}

void Client::process() {
    if (m_isProcessing || m_isStartup) return;
    m_isProcessing = true;
    while (canGoOn() && !m_isInSimple && !m_inbox.empty()) {
        Message m = std::move(m_inbox.front());
        m_inbox.pop_front();
        m_inboxBytes -= m.body.size() + 5;
        handle(m);
        sendWhenLong();
    }
    m_isProcessing = false;
    read();
}

/// Goes on where a reader too slow had stopped it.
void Client::resume() {
    if (m_isInSimple) nextSimple();
    process();
}

void Client::handle(Message& m) {
    // The request has come over the link; what was asked before must be finished.
    m_time = std::max(m_time, m.arrivedAt + halfLinkNs());
    if (m_isSkipping && m.type != 'S' && m.type != 'X') return;
    if (m_describing && m.type != 'E') {
        answerDescribe();
        if (m_isSkipping && m.type != 'S' && m.type != 'X') return;
    }
    switch (m.type) {
        case 'P':
            return handleParse(m);
        case 'B':
            return handleBind(m);
        case 'D':
            return handleDescribe(m);
        case 'E':
            return handleExecute(m);
        case 'C':
            return handleClose(m);
        case 'Q':
            return handleSimple(m);
        case 'S':
            m_isSkipping = false;
            return readyForQuery();
        case 'H':
            return sendAtDue(m_time + halfLinkNs());
        case 'X':
            if (m_replies.empty()) return close();
            m_closeAfterWrites = true;  // what was asked before is answered
            return;
        case 'F':
            fail("0A000", "function calls are not supported here");
            m_isSkipping = false;  // FunctionCall is a round trip of its own, without Sync
            return readyForQuery();
        case 'd':
        case 'c':
        case 'f':
            return;  // copy data of a replica's connection: it has nothing to say
        default:
            fatal("08P01", fmt::format("invalid frontend message type {}",
                                       static_cast<unsigned char>(m.type)));
    }
}

void Client::fail(std::string_view sqlState, std::string_view message) {
    PgWriter(m_out).error("ERROR", sqlState, message);
    if (m_status == 'T') m_status = 'E';
    if (!m_isInSimple) m_isSkipping = true;
}

void Client::fatal(std::string_view sqlState, std::string_view message) {
    if (m_closeAfterWrites || m_isClosed) return;
    PgWriter(m_out).error("FATAL", sqlState, message);
    m_closeAfterWrites = true;
    m_node.executor().at(measure::monotonicNow() + kGoodbyeNs, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->close();
    });
    sendAtDue(0);
}

void Client::readyForQuery() {
    PgWriter w(m_out);
    if (m_reports) {
        w.parameterStatus("tenfold.cost",
                          fmt::format("{},{},{},{},{},{},{}", m_totals.statements, m_totals.vmSteps,
                                      m_totals.fullScanSteps, m_totals.rows, m_totals.lockNs / 1000,
                                      m_totals.databaseNs / 1000, m_node.lsn()));
    }
    m_totals = {};
    if (m_status == 'I') m_portals.clear();  // they end with their transaction
    w.readyForQuery(m_status);
    // One round trip for each Sync: this node adds both directions of the link, so that the
    // client's side needs no timer of its own.
    sendAtDue(m_time + halfLinkNs());
}

void Client::sendWhenLong() {
    if (m_out.size() > kPartBytes) sendAtDue(m_time + halfLinkNs());
}

void Client::sendAtDue(Nanos due) {
    if (m_out.empty() || m_isClosed) return;
    if (m_node.executor().isNative()) due = 0;
    m_unsentBytes += m_out.size();
    m_replies.push_back({due, std::exchange(m_out, {})});
    flushDue();
}

void Client::flushDue() {
    while (!m_isWriting && !m_replies.empty() && !m_isClosed) {
        const Nanos due = m_replies.front().due;
        if (due > measure::monotonicNow()) {
            if (std::exchange(m_flushAt, due) == due) return;
            m_node.executor().at(due, [self = shared_from_this()] {
                self->m_flushAt = 0;
                self->flushDue();
                self->resume();
            });
            return;
        }
        if (!writeNext()) return;
    }
}

/// True when the reply has left at once.
bool Client::writeNext() {
    if (const Nanos due = m_replies.front().due; due > 0)
        m_node.recordOverrun(measure::monotonicNow() - due);
    // Most answers fit into the socket's buffer: try at once, wait only for the rest.
    boost::system::error_code e;
    const auto& bytes = m_replies.front().bytes;
    const std::size_t n = m_socket.write_some(asio::buffer(bytes), e);
    if (e && e != asio::error::would_block) {
        closeSoon();
        return false;
    }
    if (n == bytes.size()) {
        wrote();
        return true;
    }
    m_isWriting = true;
    asio::async_write(m_socket, asio::buffer(bytes.data() + n, bytes.size() - n),
                      [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                          self->m_isWriting = false;
                          if (error) return self->close();
                          self->wrote();
                          self->flushDue();
                          self->resume();
                      });
    return false;
}

void Client::wrote() {
    m_unsentBytes -= m_replies.front().bytes.size();
    m_replies.pop_front();
    if (m_replies.empty() && m_closeAfterWrites) closeSoon();
}

/// Not from within the caller, who is in the middle of something: of the log, perhaps.
void Client::closeSoon() {
    asio::post(m_node.io(), [self = shared_from_this()] { self->close(); });
}

bool Client::hasKey(std::int32_t number, std::int32_t secret) const {
    return !m_isStartup && number == m_number && secret == m_secret;
}

void Client::interrupt() {
    if (!m_isBusy || !m_session) return;
    m_isCancelled = true;
    m_session->interrupt();
}

void Client::cancel() {
    if (m_isWaitingForToken)
        endLockWait("57014", "canceling statement due to user request");
    else
        interrupt();
}

void Client::close() {
    if (m_isClosed) return;
    m_isClosed = true;
    boost::system::error_code ignored;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    m_socket.close(ignored);
    if (m_isReplicating) m_node.log().unsubscribe(this);
    if (!m_isBusy) {
        if (m_session) m_session->rollback();
        m_node.token().forget(this);
    } else if (!m_node.token().isHeldBy(this)) {
        m_node.token().forget(this);  // it waits in line: nobody is there to be served
    }
    // The rest is done when the statement ends, which need not go on for nobody.
    interrupt();
    m_node.clientEnded(shared_from_this(), m_isAdmitted, m_isReplicationSession);
}

}  // namespace tenfold::nodes

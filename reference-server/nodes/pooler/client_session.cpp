// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/pooler/client_session.h"

#include <fmt/format.h>

#include "reference-server/nodes/pooler/admin_console.h"
#include "reference-server/nodes/pooler/pooler_node.h"
#include "reference-server/nodes/pooler/server_connection.h"
#include "reference-server/nodes/pooler/server_pool.h"
#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes::pooler {

using namespace protocol;  // NOLINT: its names all begin with Pg
using measure::monotonicNow;

namespace {
constexpr std::size_t kClientReadBytes = 1 << 13;
// While it waits for a connection a client is read from, to notice when it goes away, but no
// further than this.
constexpr std::size_t kWaitingBytes = 1 << 18;
// Bytes that are done with are dropped when there are so many in front of those that are not.
constexpr std::size_t kDoneBytes = 1 << 16;
// What PgBouncer answers with, whatever it is about.
constexpr std::string_view kPoolerState = "08P01";
}  // namespace

ClientSession::ClientSession(boost::asio::ip::tcp::socket socket, PoolerNode& node)
    : WirePeer(std::move(socket), kClientReadBytes), m_node(node) {}

void ClientSession::onBytes(std::string_view bytes) {
    m_in.append(bytes);
    process();
    if (m_in.size() - m_inDone > kWaitingBytes && m_state != State::lent) pauseReading();
}

void ClientSession::continueReading() {
    process();
    if (!isClosed()) resumeReading();
}

void ClientSession::process() {
    // A connection that is free at once is handed over from within: no recursion.
    if (m_isProcessing || isClosed()) return;
    m_isProcessing = true;
    bool goesOn = true;
    while (goesOn && !isClosed() && m_inDone < m_in.size()) {
        // Who does not read his answers gets no more of them.
        if (isCongested() && (m_state == State::idle || m_state == State::admin)) {
            pauseReading();
            break;
        }
        switch (m_state) {
            case State::startup:
                goesOn = processStartup();
                break;
            case State::admin:
                goesOn = processAdmin();
                break;
            case State::lent:
                goesOn = processLent();
                break;
            case State::idle:
                if (m_in[m_inDone] == 'X') {
                    leave();
                    goesOn = false;
                    break;
                }
                if (m_in[m_inDone] == 'H') {
                    goesOn = skipFlush();
                    break;
                }
                m_state = State::waiting;
                m_waitingSince = monotonicNow();
                m_pool->acquire(std::static_pointer_cast<ClientSession>(shared_from_this()));
                break;
            case State::loggingIn:
            case State::waiting:
            case State::ended:
                goesOn = false;
                break;
        }
    }
    m_isProcessing = false;
    if (m_inDone == m_in.size()) {
        m_in.clear();
        m_inDone = 0;
    } else if (m_inDone > kDoneBytes) {
        // A stream of requests need never end with a whole one.
        m_in.erase(0, m_inDone);
        m_inDone = 0;
    }
}

/// Nothing was asked since the last answer, so there is nothing to flush; a connection lent for it
/// would never come back, since no ReadyForQuery answers it.
bool ClientSession::skipFlush() {
    PgMessage m;
    std::size_t used = 0;
    const auto cut = cutPgMessage(std::string_view(m_in).substr(m_inDone), false, m, used);
    if (cut == PgCut::malformed) leave();
    if (cut != PgCut::message) return false;
    m_inDone += used;
    return true;
}

bool ClientSession::processStartup() {
    PgMessage m;
    std::size_t used = 0;
    const auto cut = cutPgMessage(std::string_view(m_in).substr(m_inDone), true, m, used);
    if (cut == PgCut::needMore) return false;
    if (cut == PgCut::malformed) {
        leave();
        return false;
    }
    m_inDone += used;
    PgReader r(m.body);
    switch (r.int32()) {
        case kPgSslRequest:
        case kPgGssRequest:
            send("N");
            return true;
        case kPgCancelRequest:
            leave();
            return false;  // nothing here takes long enough
        case kPgVersion3:
            startSession(m.body.substr(4));
            return true;
        default:
            refuse(kPoolerState, "unsupported protocol version");
            return false;
    }
}

void ClientSession::startSession(std::string_view parameters) {
    std::string database;
    PgReader r(parameters);
    while (r.ok() && !r.atEnd()) {
        const auto name = r.cstring();
        if (name.empty()) break;
        const auto value = r.cstring();
        if (name == "database") database = value;
        if (name == "tenfold.report") m_wantsReport = value == "on";
        if (name == "options" && value.find("tenfold.report=on") != std::string_view::npos)
            m_wantsReport = true;
    }
    if (m_node.isFull()) {
        ++m_node.counters().tooManyClients;
        return refuse(kPoolerState, "no more connections allowed (max_client_conn)");
    }
    if (database == kAdminDatabase) {
        m_state = State::admin;
        return send(adminWelcome());
    }
    m_pool = m_node.poolOf(database);
    if (!m_pool) return refuse("3D000", fmt::format("no such database: {}", database));
    m_state = State::loggingIn;
    m_pool->login(std::static_pointer_cast<ClientSession>(shared_from_this()));
}

void ClientSession::onParameters() {
    if (isClosed()) return;
    std::string reply;
    PgWriter w(reply);
    w.authenticationOk();
    for (const auto& [name, value] : m_pool->parameters()) w.parameterStatus(name, value);
    w.begin('K').int32(m_node.nextClientNumber()).int32(0).end();
    w.readyForQuery('I');
    m_state = State::idle;
    send(reply);
    continueReading();
}

bool ClientSession::processAdmin() {
    PgMessage m;
    std::size_t used = 0;
    const auto cut = cutPgMessage(std::string_view(m_in).substr(m_inDone), false, m, used);
    if (cut == PgCut::needMore) return false;
    m_inDone += used;
    if (cut == PgCut::malformed || m.type == 'X') {
        leave();
        return false;
    }
    send(adminAnswer(m, m_node));
    return true;
}

bool ClientSession::processLent() {
    const std::string_view bytes = std::string_view(m_in).substr(m_inDone);
    std::size_t at = 0;
    int ready = 0;
    bool isUnsynced = m_server->isUnsynced();
    bool isLeaving = false;
    PgMessage m;
    std::size_t used = 0;
    while (at < bytes.size()) {
        const auto cut = cutPgMessage(bytes.substr(at), false, m, used);
        if (cut == PgCut::needMore) break;
        if (cut == PgCut::malformed || m.type == 'X') {
            isLeaving = true;
            break;
        }
        at += used;
        if (m.type == 'Q' || m.type == 'S' || m.type == 'F') {
            ++ready;
            isUnsynced = false;
        } else if (m.type != 'H' && m.type != 'd' && m.type != 'c' && m.type != 'f') {
            isUnsynced = true;  // Flush and copy data ask for no ReadyForQuery of their own
        }
    }
    m_inDone += at;
    if (at > 0) m_server->forward(bytes.substr(0, at), ready, isUnsynced);
    if (isLeaving) leave();
    return false;
}

void ClientSession::onServer(std::shared_ptr<ServerConnection> server) {
    m_waited += monotonicNow() - m_waitingSince;
    m_server = std::move(server);
    m_state = State::lent;
    process();
    resumeReading();
}

void ClientSession::onTransactionEnd() {
    m_server.reset();
    m_state = State::idle;
}

std::int64_t ClientSession::takeWaitUs() {
    const auto us = m_waited / 1000;
    m_waited = 0;
    return us;
}

void ClientSession::refuse(std::string_view sqlState, std::string_view message) {
    if (m_state == State::ended) return;
    std::string reply;
    PgWriter(reply).error("FATAL", sqlState, message);
    send(reply);
    m_state = State::ended;
    closeAfterSending();
    m_node.forget(*this);
}

void ClientSession::onServerLost(std::string_view message) {
    m_server.reset();
    refuse(kPoolerState, message);
}

void ClientSession::leave() {
    if (m_state == State::ended) return;
    if (m_pool && (m_state == State::waiting || m_state == State::loggingIn)) m_pool->leave(*this);
    if (m_state == State::waiting || m_state == State::lent) ++m_node.counters().clientsLeft;
    m_state = State::ended;
    const auto self = shared_from_this();  // the node forgets it
    if (const auto server = std::move(m_server)) server->abandon();
    close();
    m_node.forget(*this);
}

void ClientSession::onEnd() {
    leave();
}

void ClientSession::onDrained() {
    if (m_server) return m_server->resumeReading();
    continueReading();
}

}  // namespace tenfold::nodes::pooler

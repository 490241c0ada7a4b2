// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/pooler/server_connection.h"

#include <boost/asio/ip/address_v4.hpp>

#include "reference-server/nodes/pooler/client_session.h"
#include "reference-server/nodes/pooler/server_pool.h"
#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes::pooler {

namespace asio = boost::asio;
using namespace protocol;  // NOLINT: its names all begin with Pg

namespace {

constexpr std::size_t kServerReadBytes = 1 << 16;

std::string startupMessage(const std::string& database, const std::string& user) {
    std::string text;
    PgWriter w(text);
    w.begin('?').int32(kPgVersion3);
    // Every server connection reports; clients that did not ask do not get to see it.
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"user", user},
                                      {"database", database},
                                      {"application_name", "tenfold-pooler"},
                                      {"options", "-c tenfold.report=on"}})
        w.cstring(name).cstring(value);
    w.byte('\0').end();
    return text.substr(1);  // a start-up message has no type byte
}

/// The words of an ErrorResponse.
std::string messageOf(std::string_view body) {
    PgReader r(body);
    while (r.ok() && !r.atEnd()) {
        const auto field = r.cstring();
        if (!field.empty() && field[0] == 'M') return std::string(field.substr(1));
    }
    return "unknown error";
}

}  // namespace

ServerConnection::ServerConnection(asio::ip::tcp::socket socket, ServerPool& pool)
    : WirePeer(std::move(socket), kServerReadBytes), m_pool(&pool) {}

void ServerConnection::open(int port, const std::string& database, const std::string& user) {
    m_port = port;
    const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(),
                                     static_cast<asio::ip::port_type>(port));
    socket().async_connect(
        to, [this, self = shared_from_this(), database, user](boost::system::error_code e) {
            if (isClosed()) return;
            if (e) return fail(e.message());
            startReading();
            send(startupMessage(database, user));
        });
}

void ServerConnection::lendTo(std::shared_ptr<ClientSession> client) {
    m_client = std::move(client);
    m_readyExpected = 0;
    m_isUnsynced = false;
}

void ServerConnection::forward(std::string_view messages, int readyExpected, bool endsUnsynced) {
    m_readyExpected += readyExpected;
    m_isUnsynced = endsUnsynced;
    send(messages);
    if (isCongested() && m_client) m_client->pauseReading();
}

void ServerConnection::abandon() {
    m_client.reset();
    close();
    if (m_pool) m_pool->onServerGone(*this, "");
}

void ServerConnection::onBytes(std::string_view bytes) {
    std::string joined;
    if (!m_rest.empty()) {
        joined = std::move(m_rest);
        joined.append(bytes);
        bytes = joined;
        m_rest.clear();
    }
    std::size_t used = 0;
    if (!m_isReady) used = logIn(bytes);
    if (isClosed()) return;
    if (m_isReady) used += pass(bytes.substr(used));
    if (!isClosed()) m_rest.assign(bytes.substr(used));
}

std::size_t ServerConnection::logIn(std::string_view bytes) {
    std::size_t done = 0;
    PgMessage m;
    std::size_t used = 0;
    while (!m_isReady) {
        const auto cut = cutPgMessage(bytes.substr(done), false, m, used);
        if (cut == PgCut::needMore) break;
        if (cut == PgCut::malformed) {
            fail("the server does not speak the PostgreSQL protocol");
            return bytes.size();
        }
        done += used;
        PgReader r(m.body);
        if (m.type == 'R' && r.int32() != 0) {
            fail("the server asks for a password");
            return bytes.size();
        }
        if (m.type == 'S') {
            const auto name = r.cstring();
            if (m_pool && !name.starts_with("tenfold.")) m_pool->noteParameter(name, r.cstring());
        }
        if (m.type == 'E') {
            fail(messageOf(m.body));
            return bytes.size();
        }
        if (m.type == 'Z') {
            m_isReady = true;
            if (m_pool) m_pool->onServerReady(*this);
        }
    }
    return done;
}

// Cuts nothing but what it must look into; everything else is handed on as it comes, however long.
std::size_t ServerConnection::pass(std::string_view bytes) {
    std::size_t at = 0;
    std::size_t plainFrom = 0;
    bool isDone = false;
    m_reply.clear();
    while (at < bytes.size()) {
        if (m_passLeft > 0) {
            const std::size_t n = std::min(m_passLeft, bytes.size() - at);
            at += n;
            m_passLeft -= n;
            continue;
        }
        if (bytes.size() - at < 5) break;
        const char type = bytes[at];
        const auto length = static_cast<std::uint32_t>(PgReader(bytes.substr(at + 1)).int32());
        if (length < 4) {
            m_error = "server sent a malformed message";
            break;
        }
        const std::size_t whole = std::size_t{length} + 1;
        if (type == 'Z' || type == 'S' || (type == 'E' && !m_client)) {
            if (bytes.size() - at < whole) break;
            const bool isFree = passMessage(type, bytes.substr(at, whole), plainFrom, at, bytes);
            if (type == 'Z') isDone = isFree;
            at += whole;
            continue;
        }
        m_passLeft = whole;
    }
    m_reply.append(bytes.substr(plainFrom, at - plainFrom));
    if (m_client && !m_reply.empty()) {
        m_client->send(m_reply);
        if (m_client->isCongested()) pauseReading();
    }
    if (!m_error.empty()) {
        fail(m_error);
        return bytes.size();
    }
    if (isDone && m_client) {
        const auto client = std::move(m_client);
        m_client.reset();
        client->onTransactionEnd();
        resumeReading();
        // Whoever waits longest comes first; the client's next transaction stands behind.
        if (m_pool)
            m_pool->onTransactionEnd(
                std::static_pointer_cast<ServerConnection>(shared_from_this()));
        client->continueReading();
    }
    return at;
}

bool ServerConnection::passMessage(char type, std::string_view message, std::size_t& plainFrom,
                                   std::size_t at, std::string_view bytes) {
    if (type == 'E') {  // while idle: the server says goodbye
        m_error = messageOf(message.substr(5));
        return false;
    }
    const auto flushPlain = [&](std::size_t next) {
        m_reply.append(bytes.substr(plainFrom, at - plainFrom));
        plainFrom = next;
    };
    if (type == 'S') {
        const bool isReport = message.substr(5).starts_with("tenfold.");
        if (isReport && !(m_client && m_client->wantsReport())) flushPlain(at + message.size());
        return false;
    }
    m_status = message[5];
    if (m_readyExpected > 0) --m_readyExpected;
    if (m_client && m_client->wantsReport()) {
        flushPlain(at);
        PgWriter(m_reply).parameterStatus("tenfold.wait", std::to_string(m_client->takeWaitUs()));
    }
    return m_status == 'I' && m_readyExpected == 0 && !m_isUnsynced;
}

void ServerConnection::onEnd() {
    fail(m_isReady ? "server closed the connection unexpectedly" : "connection closed at log-in");
}

void ServerConnection::onDrained() {
    if (m_client) m_client->resumeReading();
}

void ServerConnection::fail(const std::string& why) {
    close();
    const auto client = std::move(m_client);
    m_client.reset();
    const auto self = shared_from_this();  // the pool forgets it
    // PgBouncer's words; the transaction's fate is unknown to the client.
    if (client && m_pool) m_pool->countLost();
    if (client) client->onServerLost("server conn crashed?");
    if (m_pool) m_pool->onServerGone(*this, why);
}

}  // namespace tenfold::nodes::pooler

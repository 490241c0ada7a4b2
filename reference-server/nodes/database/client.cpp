// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/client.h"

#include <fmt/format.h>

#include <boost/asio/write.hpp>
#include <charconv>

#include "simulator/hardware/statement_costs.h"

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
}  // namespace

Client::Client(DatabaseNode& node, asio::ip::tcp::socket socket, bool isRefused)
    : m_node(node), m_socket(std::move(socket)), m_isRefused(isRefused) {}

Client::~Client() = default;

Client::Nanos Client::halfLinkNs() const {
    return static_cast<Nanos>(m_node.settings().hardware.linkMs * 1e6 / 2);
}

void Client::start() {
    read();
}

void Client::read() {
    if (m_isReading || m_isClosed) return;
    m_isReading = true;
    m_socket.async_read_some(
        asio::buffer(m_chunk),
        [self = shared_from_this()](boost::system::error_code e, std::size_t n) {
            self->m_isReading = false;
            if (e) {
                self->close();
                return;
            }
            self->m_input.append(self->m_chunk.data(), n);
            if (self->m_isStartup && !self->takeStartup()) return;
            self->takeMessages();
            self->process();
            if (self->m_inboxBytes < kMaxInboxBytes && self->m_inbox.size() < kMaxInboxMessages)
                self->read();
        });
}

/// Returns false when the session is over or waits for more.
bool Client::takeStartup() {
    while (true) {
        PgMessage message;
        std::size_t used = 0;
        const PgCut cut = protocol::cutPgMessage(m_input, true, message, used);
        if (cut == PgCut::malformed) {
            close();
            return false;
        }
        if (cut == PgCut::needMore) {
            read();
            return false;
        }
        PgReader r(message.body);
        const auto code = r.int32();
        if (code == protocol::kPgSslRequest || code == protocol::kPgGssRequest) {
            m_out += 'N';
            sendAtDue(0);
            m_input.erase(0, used);
            continue;
        }
        if (code == protocol::kPgCancelRequest) {  // accepted; nothing of ours runs for long
            close();
            return false;
        }
        const std::string body(message.body.substr(4));
        m_input.erase(0, used);
        if (code != protocol::kPgVersion3) {
            fatal("0A000", "only version 3 of the protocol is spoken here");
            return false;
        }
        if (m_isRefused) {
            fatal("53300", "sorry, too many clients already");
            return false;
        }
        beginSession(body);
        return !m_closeAfterWrites;
    }
}

void Client::beginSession(std::string_view body) {
    PgReader r(body);
    while (!r.atEnd()) {
        const auto name = r.cstring();
        if (name.empty()) break;
        const auto value = r.cstring();
        if (name == "options" && value.find("tenfold.report=on") != std::string_view::npos)
            m_reports = true;
    }
    try {
        m_session = std::make_unique<SqliteSession>(m_node.settings().file,
                                                    m_node.settings().isReplica, m_node.position());
    } catch (const data::SqliteError& e) {
        fatal("58000", e.what());
        return;
    }
    m_isStartup = false;
    PgWriter w(m_out);
    w.authenticationOk();
    w.parameterStatus("server_version", "15.0 (Tenfold)");
    w.parameterStatus("server_encoding", "UTF8");
    w.parameterStatus("client_encoding", "UTF8");
    w.parameterStatus("DateStyle", "ISO, MDY");
    w.parameterStatus("integer_datetimes", "on");
    w.parameterStatus("standard_conforming_strings", "on");
    w.begin('K').int32(1).int32(1).end();
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

void Client::process() {
    if (m_isProcessing) return;
    m_isProcessing = true;
    while (!m_isBusy && !m_isInSimple && !m_isClosed && !m_closeAfterWrites && !m_inbox.empty()) {
        Message m = std::move(m_inbox.front());
        m_inbox.pop_front();
        m_inboxBytes -= m.body.size() + 5;
        if (m_inbox.empty()) m_inboxBytes = 0;
        handle(m);
    }
    m_isProcessing = false;
    if (!m_isBusy && !m_isReading && !m_isClosed && !m_isStartup) read();
}

void Client::handle(Message& m) {
    // The request has come over the link; what was asked before must be finished.
    m_time = std::max(m_time, m.arrivedAt + halfLinkNs());
    if (m_isSkipping && m.type != 'S' && m.type != 'X') return;
    switch (m.type) {
        case 'P':
            handleParse(m);
            break;
        case 'B':
            handleBind(m);
            break;
        case 'D':
            handleDescribe(m);
            break;
        case 'E':
            handleExecute(m);
            break;
        case 'C':
            handleClose(m);
            break;
        case 'Q':
            handleSimple(m);
            break;
        case 'S':
            m_isSkipping = false;
            readyForQuery();
            break;
        case 'H':
            sendAtDue(m_time + halfLinkNs());
            break;
        case 'X':
            close();
            break;
        case 'd':
        case 'c':
        case 'f':
            break;  // copy data of a replica's connection: it has nothing to say
        default:
            fatal("08P01", fmt::format("invalid message type {}", static_cast<int>(m.type)));
    }
}

void Client::fail(std::string_view sqlState, std::string_view message) {
    PgWriter(m_out).error("ERROR", sqlState, message);
    if (m_status == 'T') m_status = 'E';
    if (!m_isInSimple) m_isSkipping = true;
}

void Client::fatal(std::string_view sqlState, std::string_view message) {
    PgWriter(m_out).error("FATAL", sqlState, message);
    m_closeAfterWrites = true;
    sendAtDue(0);
}

void Client::handleParse(const Message& m) {
    PgReader r(m.body);
    const std::string name(r.cstring());
    const std::string sql(r.cstring());
    if (!r.ok()) return fatal("08P01", "malformed Parse message");
    if (!name.empty() && m_statements.count(name))
        return fail("42P05", fmt::format("prepared statement \"{}\" already exists", name));
    m_statements[name] = sql;
    PgWriter(m_out).empty('1');
}

void Client::handleBind(const Message& m) {
    PgReader r(m.body);
    const std::string portalName(r.cstring());
    const std::string statementName(r.cstring());
    const auto it = m_statements.find(statementName);
    if (it == m_statements.end())
        return fail("26000",
                    fmt::format("prepared statement \"{}\" does not exist", statementName));
    Portal portal;
    portal.sql = it->second;
    portal.kind = kindOf(portal.sql);
    std::vector<std::int16_t> formats(static_cast<std::uint16_t>(r.int16()));
    for (auto& f : formats) f = r.int16();
    const auto count = static_cast<std::uint16_t>(r.int16());
    for (std::size_t i = 0; i < count && r.ok(); ++i) {
        SqlRequest::Parameter p;
        const auto length = r.int32();
        if (length < 0) {
            p.isNull = true;
        } else {
            p.bytes = r.bytes(static_cast<std::size_t>(length));
        }
        if (!formats.empty()) p.isBinary = formats[std::min(i, formats.size() - 1)] == 1;
        portal.parameters.push_back(std::move(p));
    }
    portal.resultFormats.resize(static_cast<std::uint16_t>(r.int16()));
    for (auto& f : portal.resultFormats) f = r.int16();
    if (!r.ok()) return fatal("08P01", "malformed Bind message");
    m_portals[portalName] = std::move(portal);
    PgWriter(m_out).empty('2');
}

void Client::handleDescribe(const Message& m) {
    PgReader r(m.body.substr(1));
    const std::string name(r.cstring());
    if (!m.body.empty() && m.body[0] == 'P') {
        const auto it = m_portals.find(name);
        if (it == m_portals.end())
            return fail("34000", fmt::format("portal \"{}\" does not exist", name));
        // Nearly always an Execute of the same portal follows: it brings the description along.
        it->second.wantsDescription = true;
        return;
    }
    const auto it = m_statements.find(name);
    if (it == m_statements.end())
        return fail("26000", fmt::format("prepared statement \"{}\" does not exist", name));
    int parameters = 0;
    const auto answer = m_session->describe(it->second, parameters);
    if (!answer.sqlState.empty()) return fail(answer.sqlState, answer.error);
    PgWriter w(m_out);
    w.begin('t').int16(static_cast<std::int16_t>(parameters));
    for (int i = 0; i < parameters; ++i) w.int32(0);
    w.end();
    m_out += answer.messages;
}

void Client::handleExecute(const Message& m) {
    PgReader r(m.body);
    const auto it = m_portals.find(std::string(r.cstring()));
    if (it == m_portals.end()) return fail("34000", "portal does not exist");
    runStatement(it->second);
}

void Client::handleClose(const Message& m) {
    PgReader r(m.body.substr(1));
    const std::string name(r.cstring());
    if (!m.body.empty() && m.body[0] == 'S') m_statements.erase(name);
    if (!m.body.empty() && m.body[0] == 'P') m_portals.erase(name);
    PgWriter(m_out).empty('3');
}

void Client::handleSimple(const Message& m) {
    PgReader r(m.body);
    auto statements = splitStatements(r.cstring());
    m_isInSimple = true;
    m_simple.assign(std::make_move_iterator(statements.begin()),
                    std::make_move_iterator(statements.end()));
    if (m_simple.empty()) PgWriter(m_out).empty('I');
    nextSimple();
}

void Client::nextSimple() {
    if (m_isNextingSimple) return;
    m_isNextingSimple = true;
    while (!m_isBusy && !m_isClosed && !m_simple.empty()) {
        Portal portal;
        portal.sql = std::move(m_simple.front());
        m_simple.pop_front();
        portal.kind = kindOf(portal.sql);
        portal.wantsDescription = portal.kind == SqlKind::read;
        runStatement(std::move(portal));
    }
    m_isNextingSimple = false;
    if (m_isBusy || !m_simple.empty()) return;
    m_isInSimple = false;
    if (!m_isReplicating) readyForQuery();
}

bool Client::isHandledHere(const Portal& portal) {
    switch (portal.kind) {
        case SqlKind::empty:
            PgWriter(m_out).empty('I');
            return true;
        case SqlKind::set:
            PgWriter(m_out).commandComplete("SET");
            return true;
        case SqlKind::show:
            showSetting(argumentOf(portal.sql));
            return true;
        case SqlKind::replicate:
            startReplication(argumentOf(portal.sql));
            return true;
        default:
            return false;
    }
}

void Client::runStatement(Portal portal) {
    m_isBusy = true;
    const bool isEnd = portal.kind == SqlKind::commit || portal.kind == SqlKind::rollback;
    bool isDone = false;
    if (m_status == 'E' && !isEnd) {
        fail("25P02",
             "current transaction is aborted, commands ignored until end of transaction "
             "block");
        m_simple.clear();
        isDone = true;
    } else if (isHandledHere(portal)) {
        isDone = true;
    } else if ((portal.kind == SqlKind::begin || portal.kind == SqlKind::beginReadOnly ||
                portal.kind == SqlKind::beginReadWrite) &&
               m_status != 'I') {
        PgWriter(m_out).notice("there is already a transaction in progress");
        PgWriter(m_out).commandComplete("BEGIN");
        isDone = true;
    }
    if (isDone) {
        m_isBusy = false;
        if (m_isInSimple) nextSimple();
        return;
    }
    // COMMIT of a failed transaction is a ROLLBACK, as in PostgreSQL.
    if (m_status == 'E' && portal.kind == SqlKind::commit) portal.kind = SqlKind::rollback;
    const bool isWrite = portal.kind == SqlKind::write || portal.kind == SqlKind::ddl;
    if (isWrite && m_isReadOnlyBlock) {
        fail("25006", "cannot execute this in a read-only transaction");
        m_simple.clear();
        m_isBusy = false;
        if (m_isInSimple) nextSimple();
        return;
    }
    const bool needsToken = (isWrite || portal.kind == SqlKind::beginReadWrite) &&
                            !m_node.settings().isReplica && !m_node.token().isHeldBy(this);
    if (needsToken) {
        runWithToken(std::move(portal), std::max(m_time, measure::monotonicNow()));
        return;
    }
    runOnCores(std::move(portal), m_time, m_node.token().isHeldBy(this));
}

void Client::runWithToken(Portal portal, Nanos askedAt) {
    m_node.token().acquire(this, [self = shared_from_this(), portal = std::move(portal), askedAt] {
        const Nanos waited = std::max<Nanos>(0, measure::monotonicNow() - askedAt);
        // Less than the noise of a look at the clock is not waiting.
        const Nanos lock = waited > 20'000 ? waited : 0;
        self->m_totals.lockNs += lock;
        self->m_time = std::max(self->m_time, askedAt) + lock;
        self->runOnCores(portal, self->m_time, true);
    });
}

void Client::runOnCores(Portal portal, Nanos startAt, bool ownsToken) {
    m_node.statementRunning(1);
    const auto answer = std::make_shared<SqlAnswer>();
    const auto shared = std::make_shared<Portal>(std::move(portal));
    const bool records = m_node.log().isEnabled();
    auto work = [self = shared_from_this(), shared, answer, records] {
        SqlRequest request;
        request.sql = shared->sql;
        request.kind = shared->kind;
        request.parameters = std::move(shared->parameters);
        request.resultFormats = shared->resultFormats;
        request.wantsDescription = shared->wantsDescription;
        *answer = self->m_session->run(request, records);
        return Executor::Usage{answer->vmSteps, answer->fullScanSteps, 0};
    };
    auto done = [self = shared_from_this(), shared, answer, startAt, ownsToken](Nanos at) {
        self->finished(*shared, *answer, startAt, at, ownsToken);
    };
    m_node.executor().submit(startAt, std::string(hardware::shapeOf(shared->sql)), std::move(work),
                             std::move(done));
}

void Client::finished(const Portal& portal, const SqlAnswer& answer, Nanos startAt,
                      Nanos finishedAt, bool ownsToken) {
    m_node.statementRunning(-1);
    m_time = std::max(m_time, finishedAt);
    const bool failed = !answer.sqlState.empty();
    if (answer.hasCommittedWrite) {
        const auto lsn = m_node.advanceLsn();
        if (!answer.changeset.empty())
            m_node.log().append({lsn, finishedAt, 'C', answer.changeset});
        if (!answer.ddl.empty()) m_node.log().append({lsn, finishedAt, 'D', answer.ddl});
        if (answer.changeset.empty() && answer.ddl.empty())
            m_node.log().append({lsn, finishedAt, 'C', ""});
        if (!answer.ddl.empty()) m_node.executor().forgetShapes();
    }
    const bool isInBlock = m_session->isInTransaction();
    // The next writer may begin while this one waits for its flush.
    if (ownsToken && !isInBlock) m_node.token().release(this);
    if (answer.hasCommittedWrite)
        m_time += static_cast<Nanos>(m_node.settings().hardware.commitFlushMs * 1e6);
    m_totals.databaseNs += m_time - startAt;
    ++m_totals.statements;
    m_totals.vmSteps += answer.vmSteps;
    m_totals.fullScanSteps += answer.fullScanSteps;
    m_totals.rows += answer.rows;
    if (failed) {
        fail(answer.sqlState, answer.error);
        m_simple.clear();
        if (isInBlock) m_status = 'E';
    } else {
        m_out += answer.messages;
        if (portal.kind == SqlKind::beginReadOnly) m_isReadOnlyBlock = true;
        m_status = isInBlock ? (m_status == 'E' ? 'E' : 'T') : 'I';
        if (!isInBlock) m_isReadOnlyBlock = false;
    }
    m_isBusy = false;
    if (m_isClosed) {
        m_session->rollback();
        m_node.token().forget(this);
        return;
    }
    if (m_isInSimple) nextSimple();
    process();
}

void Client::showSetting(std::string_view name) {
    std::string value;
    if (name == "server_version") value = "15.0 (Tenfold)";
    if (name == "max_connections")
        value = std::to_string(m_node.settings().hardware.maxConnections);
    if (name == "transaction_read_only") value = m_node.settings().isReplica ? "on" : "off";
    if (name == "tenfold.lsn") value = std::to_string(m_node.lsn());
    if (value.empty()) {
        fail("42704", fmt::format("unrecognized configuration parameter \"{}\"", name));
        m_simple.clear();
        return;
    }
    PgWriter w(m_out);
    w.begin('T')
        .int16(1)
        .cstring(name)
        .int32(0)
        .int16(0)
        .int32(protocol::kPgText)
        .int16(-1)
        .int32(-1)
        .int16(0)
        .end();
    w.begin('D').int16(1).int32(static_cast<std::int32_t>(value.size())).bytes(value).end();
    w.commandComplete("SHOW");
}

void Client::startReplication(std::string_view argument) {
    std::uint64_t from = 0;
    std::from_chars(argument.data(), argument.data() + argument.size(), from);
    PgWriter w(m_out);
    w.begin('W').byte('\0').int16(0).end();  // CopyBothResponse
    m_isReplicating = true;
    sendAtDue(0);
    const bool isKept = m_node.log().subscribe(this, from, [this](const LogRecord& record) {
        PgWriter(m_out).begin('d').bytes(encodeRecord(record)).end();
        sendAtDue(0);
    });
    if (!isKept) fatal("58P01", "that position is no longer kept: make the replica anew");
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
    w.readyForQuery(m_status);
    // One round trip for each Sync: this node adds both directions of the link, so that the
    // client's side needs no timer of its own.
    sendAtDue(m_time + halfLinkNs());
}

void Client::sendAtDue(Nanos due) {
    if (m_out.empty() || m_isClosed) return;
    if (m_node.executor().isNative()) due = 0;
    m_replies.push_back({due, std::exchange(m_out, {})});
    flushDue();
}

void Client::flushDue() {
    if (m_isWriting || m_replies.empty() || m_isClosed) return;
    const Nanos due = m_replies.front().due;
    if (due > measure::monotonicNow()) {
        m_node.executor().at(due, [self = shared_from_this()] { self->flushDue(); });
        return;
    }
    writeNext();
}

void Client::writeNext() {
    m_isWriting = true;
    if (const Nanos due = m_replies.front().due; due > 0)
        m_node.recordOverrun(measure::monotonicNow() - due);
    // Most answers fit into the socket's buffer: try at once, wait only for the rest.
    boost::system::error_code e;
    m_socket.non_blocking(true, e);
    auto& bytes = m_replies.front().bytes;
    const std::size_t n = m_socket.write_some(asio::buffer(bytes), e);
    if (!e && n == bytes.size()) {
        m_replies.pop_front();
        m_isWriting = false;
        if (m_replies.empty() && m_closeAfterWrites) return close();
        flushDue();
        return;
    }
    if (e && e != asio::error::would_block) {
        m_isWriting = false;
        return close();
    }
    bytes.erase(0, e ? 0 : n);
    asio::async_write(m_socket, asio::buffer(bytes),
                      [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                          self->m_isWriting = false;
                          if (error) return self->close();
                          self->m_replies.pop_front();
                          if (self->m_replies.empty() && self->m_closeAfterWrites)
                              return self->close();
                          self->flushDue();
                      });
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
    m_node.clientEnded(shared_from_this());
}

}  // namespace tenfold::nodes

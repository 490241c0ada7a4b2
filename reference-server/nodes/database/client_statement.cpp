// SPDX-License-Identifier: GPL-3.0-or-later
// The way of a statement: its turn at the writer token, the emulated cores, the log, the answer.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cctype>
#include <charconv>

#include "reference-server/nodes/database/client.h"
#include "simulator/hardware/statement_costs.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using protocol::PgReader;
using protocol::PgWriter;

namespace {
// What a replica has not taken off us; it comes back and asks the log again.
constexpr std::size_t kMaxUnsentLogBytes = 64 << 20;
constexpr std::string_view kAborted =
    "current transaction is aborted, commands ignored until end of transaction block";

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}
}  // namespace

void Client::handleSimple(const Message& m) {
    PgReader r(m.body);
    auto statements = splitStatements(r.cstring());
    if (!r.ok()) return fatal("08P01", "malformed Query message");
    // A simple query ends the unnamed ones, as in PostgreSQL.
    m_statements.erase("");
    m_portals.erase("");
    m_isInSimple = true;
    m_simple.assign(std::make_move_iterator(statements.begin()),
                    std::make_move_iterator(statements.end()));
    if (m_simple.empty()) PgWriter(m_out).empty('I');
    nextSimple();
}

void Client::nextSimple() {
    if (m_isNextingSimple) return;
    m_isNextingSimple = true;
    while (canGoOn() && !m_simple.empty()) {
        Portal portal;
        portal.sql = std::move(m_simple.front());
        m_simple.pop_front();
        portal.kind = kindOf(portal.sql);
        portal.isSimple = true;
        runStatement(std::move(portal));
        sendWhenLong();
    }
    m_isNextingSimple = false;
    if (m_isBusy || !m_simple.empty()) return;
    m_isInSimple = false;
    if (!m_isReplicating) readyForQuery();
}

bool Client::isHandledHere(const Portal& portal) {
    if (isForSqlite(portal.kind)) return false;
    PgWriter w(m_out);
    // What has no rows says so to who asks; of transactions the session says it.
    const auto describe = [&] {
        if (portal.wantsDescription) w.empty('n');
    };
    switch (portal.kind) {
        case SqlKind::empty:
            describe();
            w.empty('I');
            return true;
        case SqlKind::set:
            describe();
            // What a client asks for at start-up; a pooler may keep that to itself.
            if (portal.sql == "SET tenfold.report = on") m_reports = true;
            w.commandComplete("SET");
            return true;
        case SqlKind::deallocate:
            describe();
            forgetPrepared(argumentOf(portal.sql));
            w.commandComplete("DEALLOCATE");
            return true;
        case SqlKind::show:
            if (!showSetting(argumentOf(portal.sql), portal.wantsDescription || portal.isSimple))
                m_simple.clear();
            return true;
        case SqlKind::replicate:
            startReplication(argumentOf(portal.sql));
            return true;
        case SqlKind::unsupported:
            fail("0A000", "this statement is not supported here");
            m_simple.clear();
            return true;
        case SqlKind::begin:
        case SqlKind::beginReadOnly:
        case SqlKind::beginReadWrite:
            if (m_status == 'I') return false;
            describe();
            w.notice("there is already a transaction in progress");
            w.commandComplete("BEGIN");
            return true;
        default:
            return false;
    }
}

void Client::forgetPrepared(std::string_view name) {
    if (lower(name.substr(0, 8)) == "prepare ") name.remove_prefix(8);
    if (lower(name) == "all") return m_statements.clear();
    if (name.size() > 1 && name.front() == '"') name = name.substr(1, name.size() - 2);
    m_statements.erase(std::string(name));
}

void Client::runStatement(Portal portal) {
    m_isBusy = true;
    m_isCancelled = false;
    const bool isEnd = portal.kind == SqlKind::commit || portal.kind == SqlKind::rollback;
    if (m_status == 'E' && !isEnd) return statementFailed("25P02", kAborted);
    if (isHandledHere(portal)) return statementEnded();
    // COMMIT of a failed transaction is a ROLLBACK, as in PostgreSQL.
    if (m_status == 'E' && portal.kind == SqlKind::commit) portal.kind = SqlKind::rollback;
    const bool isWrite = portal.kind == SqlKind::write || portal.kind == SqlKind::ddl;
    if (isWrite && m_isReadOnlyBlock)
        return statementFailed("25006", "cannot execute this in a read-only transaction");
    const bool needsToken = (isWrite || portal.kind == SqlKind::beginReadWrite) &&
                            !m_node.settings().isReplica && !m_node.token().isHeldBy(this);
    if (needsToken) return runWithToken(std::move(portal));
    runOnCores(std::move(portal), m_time, m_node.token().isHeldBy(this));
}

void Client::statementEnded() {
    m_isBusy = false;
    if (m_isInSimple) nextSimple();
    process();
}

void Client::statementFailed(std::string_view sqlState, std::string_view message) {
    fail(sqlState, message);
    m_simple.clear();
    statementEnded();
}

void Client::runWithToken(Portal portal) {
    m_lockAskedAt = std::max(m_time, measure::monotonicNow());
    if (m_node.token().isFree()) {
        m_node.token().acquire(this, [] {});
        m_time = m_lockAskedAt;
        return runOnCores(std::move(portal), m_time, true);
    }
    m_isWaitingForToken = true;
    const auto wait = ++m_lockWait;
    const Nanos limit = m_node.settings().lockLimitMs * Nanos{1'000'000};
    m_node.executor().at(m_lockAskedAt + limit, [weak = weak_from_this(), wait] {
        const auto self = weak.lock();
        if (self && self->m_isWaitingForToken && self->m_lockWait == wait)
            self->endLockWait("55P03", "canceling statement due to lock timeout");
    });
    const auto shared = std::make_shared<Portal>(std::move(portal));
    m_node.token().acquire(this, [self = shared_from_this(), shared] {
        self->m_isWaitingForToken = false;
        const Nanos waited = std::max<Nanos>(0, measure::monotonicNow() - self->m_lockAskedAt);
        self->m_totals.lockNs += waited;
        self->m_time = std::max(self->m_time, self->m_lockAskedAt + waited);
        // Who passes the token on is not done with its own answer yet.
        asio::post(self->m_node.io(), [self, shared] { self->granted(std::move(*shared)); });
    });
}

void Client::granted(Portal portal) {
    if (!m_isClosed) return runOnCores(std::move(portal), m_time, true);
    m_isBusy = false;
    m_session->rollback();
    m_node.token().forget(this);
}

/// Leaves the line without having had its turn.
void Client::endLockWait(std::string_view sqlState, std::string_view message) {
    m_isWaitingForToken = false;
    const auto self = shared_from_this();  // the line has held it
    m_node.token().forget(this);
    const Nanos waited = std::max<Nanos>(0, measure::monotonicNow() - m_lockAskedAt);
    m_totals.lockNs += waited;
    m_time = std::max(m_time, m_lockAskedAt + waited);
    statementFailed(sqlState, message);
}

void Client::runOnCores(Portal portal, Nanos startAt, bool ownsToken) {
    m_node.statementRunning(1);
    const auto answer = std::make_shared<SqlAnswer>();
    const auto shared = std::make_shared<Portal>(std::move(portal));
    const bool records = m_node.log().isEnabled();
    auto work = [self = shared_from_this(), shared, answer, records] {
        if (self->m_isCancelled) {  // before it began
            answer->sqlState = "57014";
            answer->error = "canceling statement due to user request";
            return Executor::Usage{};
        }
        SqlRequest request;
        request.sql = shared->sql;
        request.kind = shared->kind;
        request.parameters = std::move(shared->parameters);
        request.resultFormats = shared->resultFormats;
        request.wantsDescription = shared->wantsDescription;
        request.isSimple = shared->isSimple;
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
    if (answer.hasCommittedWrite) {
        m_node.log().append({m_node.advanceLsn(), finishedAt, answer.ddl, answer.changeset});
        if (!answer.ddl.empty()) m_node.executor().forgetShapes();
        m_node.checkpointIfLong(answer.walPages);
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
    if (const auto& tell = m_node.settings().onStatement)
        tell({hardware::shapeOf(portal.sql), answer.vmSteps, answer.fullScanSteps, answer.rows,
              answer.bytes});
    if (m_isClosed) {
        m_isBusy = false;
        m_session->rollback();
        m_node.token().forget(this);
        return;
    }
    if (!answer.sqlState.empty()) {
        if (isInBlock) m_status = 'T';  // a statement of a block that failed; fail() goes on
        return statementFailed(answer.sqlState, answer.error);
    }
    if (portal.maxRows > 0)
        sendRows(portal.name, answer.messages, 0, portal.maxRows);
    else
        m_out += answer.messages;
    if (portal.kind == SqlKind::beginReadOnly) m_isReadOnlyBlock = true;
    m_status = isInBlock ? 'T' : 'I';
    if (!isInBlock) m_isReadOnlyBlock = false;
    statementEnded();
}

/// False when there is no such setting.
bool Client::showSetting(std::string_view name, bool isDescribed) {
    const std::string key = lower(name);
    std::string value;
    if (key == "server_version") value = "15.0 (Tenfold)";
    if (key == "max_connections") value = std::to_string(m_node.settings().hardware.maxConnections);
    if (key == "transaction_read_only")
        value = m_node.settings().isReplica || m_isReadOnlyBlock ? "on" : "off";
    if (key == "client_encoding" || key == "server_encoding") value = "UTF8";
    if (key == "datestyle") value = "ISO, MDY";
    if (key == "standard_conforming_strings" || key == "integer_datetimes") value = "on";
    if (key == "transaction isolation level" || key == "transaction_isolation")
        value = "serializable";
    if (key == "tenfold.lsn") value = std::to_string(m_node.lsn());
    if (value.empty()) {
        fail("42704", fmt::format("unrecognized configuration parameter \"{}\"", name));
        return false;
    }
    if (isDescribed) m_out += descriptionOf("SHOW " + std::string(name), SqlKind::show, {});
    PgWriter w(m_out);
    w.begin('D').int16(1).int32(static_cast<std::int32_t>(value.size())).bytes(value).end();
    w.commandComplete("SHOW");
    return true;
}

void Client::startReplication(std::string_view argument) {
    if (!m_isReplicationSession)
        return fail("42601", "START_REPLICATION needs a connection with replication=on");
    std::uint64_t from = 0;
    std::from_chars(argument.data(), argument.data() + argument.size(), from);
    PgWriter(m_out).begin('W').byte('\0').int16(0).end();  // CopyBothResponse
    m_isReplicating = true;
    sendAtDue(0);
    const bool isKept = m_node.log().subscribe(this, from, [this](const LogRecord& record) {
        if (m_unsentBytes > kMaxUnsentLogBytes) {
            m_node.log().unsubscribe(this);
            return closeSoon();
        }
        PgWriter(m_out).begin('d').bytes(encodeRecord(record)).end();
        sendAtDue(0);
    });
    if (!isKept) fatal("58P01", "that position is not kept here: make the replica anew");
}

}  // namespace tenfold::nodes

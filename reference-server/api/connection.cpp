// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/connection.h"
#include "reference-server/data/statements.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "simulator/hardware/statement_costs.h"

namespace tenfold::api {

using measure::monotonicNow;
using measure::Nanos;
using measure::Stage;

namespace {

/// "statements,vmSteps,fullScanSteps,rows,lockUs,databaseUs,lsn" since the last ReadyForQuery.
struct Cost {
    std::array<std::uint64_t, 7> fields{};
    bool isKnown = false;
};

Cost parseCost(const char* text) {
    Cost cost;
    if (!text) return cost;
    const char* at = text;
    for (auto& field : cost.fields) {
        char* end = nullptr;
        field = std::strtoull(at, &end, 10);
        if (end == at) return Cost{};
        at = *end == ',' ? end + 1 : end;
    }
    cost.isKnown = true;
    return cost;
}

std::string stateOf(const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state ? state : "08006";
}

/// A statement that was sent and whose answer never came is a statement all the same, and the time
/// it took was spent waiting for the database.
class Unanswered {
public:
    Unanswered(Trace& trace, Nanos startNs, std::uint64_t statements)
        : m_trace(&trace), m_startNs(startNs), m_statements(statements) {}
    Unanswered(const Unanswered&) = delete;
    Unanswered& operator=(const Unanswered&) = delete;
    ~Unanswered() {
        if (!m_trace) return;
        m_trace->counts.statements += m_statements;
        m_trace->add(Stage::database, static_cast<double>(monotonicNow() - m_startNs) / 1e6);
    }
    void dismiss() { m_trace = nullptr; }

private:
    Trace* m_trace;
    Nanos m_startNs;
    std::uint64_t m_statements;
};

measure::Question questionOf(const std::string& node, std::span<const Statement> statements,
                             const Cost& cost, std::uint64_t rows) {
    measure::Question q;
    q.node = node;
    q.statements = statements.size();
    const auto kept = std::min(statements.size(), measure::RequestLog::kMostShapes);
    for (const auto& s : statements.first(kept)) q.shapes.emplace_back(hardware::shapeOf(s.sql));
    q.rows = cost.isKnown ? cost.fields[3] : rows;
    q.vmSteps = cost.fields[1];
    q.fullScanSteps = cost.fields[2];
    return q;
}

}  // namespace

Connection::Connection(int port, const std::string& database, int timeoutMs, std::string node)
    : m_connection(nullptr, &PQfinish), m_node(std::move(node)) {
    const std::string text = fmt::format(
        "host=127.0.0.1 port={} user=shop dbname={} sslmode=disable gssencmode=disable "
        "client_encoding=UTF8 options='-c tenfold.report=on'",
        port, database);
    m_connection.reset(PQconnectStart(text.c_str()));
    const Nanos deadline = monotonicNow() + static_cast<Nanos>(timeoutMs) * 1'000'000;
    PGconn* c = m_connection.get();
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
        if (PQstatus(c) == CONNECTION_BAD || state == PGRES_POLLING_FAILED) {
            const std::string message = PQerrorMessage(c);
            // libpq keeps no SQLSTATE of a failed start-up; PostgreSQL's own words are stable.
            const bool isFull = message.find("too many clients") != std::string::npos ||
                                message.find("remaining connection slots") != std::string::npos;
            throw DatabaseError(isFull ? "53300" : "08006", message);
        }
        const Nanos left = deadline - monotonicNow();
        if (left <= 0) throw DatabaseError("08006", "no connection in time");
        pollfd p{PQsocket(c), static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                 0};
        ::poll(&p, 1, static_cast<int>(left / 1'000'000) + 1);
        state = PQconnectPoll(c);
    }
    PQsetnonblocking(c, 1);
}

void Connection::waitReadable(Nanos deadlineNs) {
    PGconn* c = m_connection.get();
    while (true) {
        const int unsent = PQflush(c);
        if (unsent < 0) fail(nullptr);
        if (unsent == 0 && !PQisBusy(c)) return;
        const Nanos left = deadlineNs - monotonicNow();
        if (left <= 0) {
            // Half an answer is on the wire: nobody can use this connection again.
            m_isUsable = false;
            throw DatabaseError("57014", "the request took too long");
        }
        pollfd p{PQsocket(c), static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN), 0};
        const timespec wait{left / 1'000'000'000, left % 1'000'000'000};
        ::ppoll(&p, 1, &wait, nullptr);
        if (p.revents & POLLIN && !PQconsumeInput(c)) fail(nullptr);
    }
}

PGresult* Connection::nextResult(Nanos deadlineNs) {
    waitReadable(deadlineNs);
    return PQgetResult(m_connection.get());
}

void Connection::fail(const PGresult* result) {
    const std::string message =
        result ? PQresultErrorMessage(result) : PQerrorMessage(m_connection.get());
    const std::string state = result ? stateOf(result) : "08006";
    if (!result || PQstatus(m_connection.get()) == CONNECTION_BAD) m_isUsable = false;
    throw DatabaseError(state, message);
}

void Connection::account(Trace& trace, Nanos startNs, std::span<const Statement> statements,
                         const Came& came) {
    const double totalMs = static_cast<double>(monotonicNow() - startNs) / 1e6;
    PGconn* c = m_connection.get();
    const Cost cost = parseCost(PQparameterStatus(c, "tenfold.cost"));
    const char* wait = PQparameterStatus(c, "tenfold.wait");
    const double waitMs = wait ? static_cast<double>(std::strtoull(wait, nullptr, 10)) / 1e3 : 0;
    trace.counts.statements += statements.size();
    trace.counts.databaseBytes += came.bytes;
    trace.log.begin(questionOf(m_node, statements, cost, came.rows));
    trace.add(Stage::connection, waitMs);
    if (!cost.isKnown) {
        // PostgreSQL itself: the way there and back is within its time.
        trace.counts.rows += came.rows;
        trace.add(Stage::database, totalMs - waitMs);
        trace.log.end();
        return;
    }
    trace.counts.vmSteps += cost.fields[1];
    trace.counts.fullScanSteps += cost.fields[2];
    trace.counts.rows += cost.fields[3];
    m_lsn = cost.fields[6];
    const double lockMs = static_cast<double>(cost.fields[4]) / 1e3;
    const double databaseMs = static_cast<double>(cost.fields[5]) / 1e3;
    trace.add(Stage::lock, lockMs);
    trace.add(Stage::database, databaseMs);
    // The rest of the round trip is the way there and back.
    trace.add(Stage::link, totalMs - waitMs - lockMs - databaseMs);
    trace.log.end();
}

namespace {
std::vector<const char*> pointers(const std::vector<std::string>& parameters) {
    std::vector<const char*> out;
    out.reserve(parameters.size());
    for (const auto& p : parameters) out.push_back(p.c_str());
    return out;
}
}  // namespace

void Connection::send(const Statement& s) {
    const auto values = pointers(s.parameters);
    if (!PQsendQueryParams(m_connection.get(), s.sql.c_str(), static_cast<int>(values.size()),
                           nullptr, values.data(), nullptr, nullptr, 0))
        fail(nullptr);
}

bool Connection::isAlive() {
    PGconn* c = m_connection.get();
    char byte = 0;
    const auto n = ::recv(PQsocket(c), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    // Something was said unasked: a setting that has changed, or the reason of a shutdown.
    return n > 0 && PQconsumeInput(c) && !PQisBusy(c) && PQstatus(c) == CONNECTION_OK &&
           ::recv(PQsocket(c), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

void Connection::checkDeadline(Nanos deadlineNs) {
    // Nothing has been sent yet: the connection stays good for others.
    if (monotonicNow() >= deadlineNs) throw DatabaseError("57014", "the request took too long");
}

void Connection::rollBack(Trace& trace, Nanos deadlineNs) {
    if (PQtransactionStatus(m_connection.get()) == PQTRANS_IDLE) return;
    try {
        run({std::string(data::sql::kRollback), {}}, trace, deadlineNs);
    } catch (const DatabaseError&) {
        m_isUsable = false;  // closing the connection ends its transaction too
    }
}

Rows Connection::run(const Statement& s, Trace& trace, Nanos deadlineNs) {
    checkDeadline(deadlineNs);
    const Nanos start = monotonicNow();
    send(s);
    Unanswered unanswered(trace, start, 1);
    Rows rows;
    Rows failed;
    while (PGresult* result = nextResult(deadlineNs)) {
        const auto status = PQresultStatus(result);
        (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ? rows : failed) = Rows(result);
    }
    unanswered.dismiss();
    account(trace, start, {&s, 1}, {static_cast<std::uint64_t>(rows.count()), rows.bytes()});
    if (failed.result()) fail(failed.result());
    if (trace.afterRoundTrip) trace.afterRoundTrip();
    return rows;
}

std::vector<Rows> Connection::runPipeline(const std::vector<Statement>& statements, Trace& trace,
                                          Nanos deadlineNs) {
    checkDeadline(deadlineNs);
    const Nanos start = monotonicNow();
    PGconn* c = m_connection.get();
    if (!PQenterPipelineMode(c)) fail(nullptr);
    for (const auto& s : statements) send(s);
    if (!PQpipelineSync(c)) fail(nullptr);
    Unanswered unanswered(trace, start, statements.size());
    std::vector<Rows> all;
    Rows failed;
    for (bool isSynced = false; !isSynced;) {
        PGresult* result = nextResult(deadlineNs);
        if (!result) {
            if (!m_isUsable || PQstatus(c) == CONNECTION_BAD) fail(nullptr);
            continue;  // the end of one statement of the pipeline
        }
        const auto status = PQresultStatus(result);
        Rows rows(result);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            all.push_back(std::move(rows));
        } else if (status == PGRES_PIPELINE_SYNC) {
            isSynced = true;
        } else if (status == PGRES_FATAL_ERROR && !failed.result()) {
            failed = std::move(rows);
        }
        // PGRES_PIPELINE_ABORTED follows from the first error.
    }
    PQexitPipelineMode(c);
    unanswered.dismiss();
    Came came;
    for (const auto& rows : all) {
        came.rows += static_cast<std::uint64_t>(rows.count());
        came.bytes += rows.bytes();
    }
    account(trace, start, statements, came);
    if (failed.result()) {
        rollBack(trace, deadlineNs);
        fail(failed.result());
    }
    if (trace.afterRoundTrip) trace.afterRoundTrip();
    return all;
}

}  // namespace tenfold::api

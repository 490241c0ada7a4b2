// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "reference-server/api/rows.h"
#include "reference-server/api/trace.h"
#include "simulator/measure/clock.h"

namespace tenfold::api {

/// One statement of a pipeline.
struct Statement {
    std::string sql;
    std::vector<std::string> parameters;
};

/// A database said no. `sqlState` is PostgreSQL's five letters; "08006" when the connection broke.
class DatabaseError : public std::runtime_error {
public:
    DatabaseError(std::string sqlState, const std::string& message)
        : std::runtime_error(message), m_sqlState(std::move(sqlState)) {}
    const std::string& sqlState() const { return m_sqlState; }

private:
    std::string m_sqlState;
};

/// A libpq connection that counts what it does. One thread at a time.
class Connection {
public:
    /// Connects within `timeoutMs`. Throws DatabaseError (53300: too many clients). `node`: whose
    /// answers these are, in what a trace tells.
    Connection(int port, const std::string& database, int timeoutMs, std::string node = "");

    /// One round trip, one statement, never a named one: it works behind a transaction pooler.
    /// `deadlineNs` bounds the wait; past it the connection is broken and 57014 is thrown.
    Rows run(const Statement& statement, Trace& trace, measure::Nanos deadlineNs);
    /// Several statements in one pipeline and one round trip. The first error fails them all, and a
    /// transaction that they began is rolled back.
    std::vector<Rows> runPipeline(const std::vector<Statement>& statements, Trace& trace,
                                  measure::Nanos deadlineNs);

    /// False after an error of the connection itself: it must not go back to a pool.
    bool isUsable() const { return m_isUsable; }
    /// False when the other side has closed an idle connection.
    bool isAlive();
    /// Commit position of the database behind, as of the last answer; 0 when it does not say.
    std::uint64_t lsn() const { return m_lsn; }

private:
    void waitReadable(measure::Nanos deadlineNs);
    PGresult* nextResult(measure::Nanos deadlineNs);
    [[noreturn]] void fail(const PGresult* result);
    static void checkDeadline(measure::Nanos deadlineNs);
    void send(const Statement& statement);
    /// What came, and how much of it: databases do not say the bytes, and not all say the rows.
    struct Came {
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
    };
    void account(Trace& trace, measure::Nanos startNs, std::span<const Statement> statements,
                 const Came& came);
    /// Ends the transaction that a failed pipeline has left open: the next borrower would be told
    /// that it is aborted, and every other writer would wait for its token.
    void rollBack(Trace& trace, measure::Nanos deadlineNs);

    std::unique_ptr<PGconn, decltype(&PQfinish)> m_connection;
    std::string m_node;
    bool m_isUsable = true;
    std::uint64_t m_lsn = 0;
};

}  // namespace tenfold::api

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tenfold::supervisor::real {

/// Where a PostgreSQL or a PgBouncer listens for who looks after it: a socket in its folder, which
/// other users of this machine cannot reach.
std::string socketConninfo(const std::string& folder, int port, const std::string& user,
                           const std::string& database);

/// A session for looking after a server: text in, text out, each question with a limit. One thread.
class PgSession {
public:
    using Rows = std::vector<std::vector<std::string>>;  // NULL is ""

    /// Throws std::runtime_error when it cannot connect within the limit.
    PgSession(const std::string& conninfo, std::chrono::milliseconds limit);

    /// Runs SQL as a simple query; the rows of its last statement. Throws std::runtime_error with
    /// the server's words, or when the limit passes: the session is not usable then.
    /// `names`: of the columns, where somebody wants them.
    Rows query(const std::string& sql, std::chrono::milliseconds limit,
               std::vector<std::string>* names = nullptr);
    /// The state of the connection itself after an error.
    bool isUsable() const { return m_isUsable && PQstatus(m_connection.get()) == CONNECTION_OK; }
    PGconn* raw() const { return m_connection.get(); }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> m_connection;
    bool m_isUsable = true;
};

}  // namespace tenfold::supervisor::real

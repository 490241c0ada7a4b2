// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/pg_session.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <stdexcept>

namespace tenfold::supervisor::real {

using Clock = std::chrono::steady_clock;

namespace {

/// False when nothing came before the deadline.
bool waitFor(PGconn* c, short what, Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd p{PQsocket(c), what, 0};
    ::poll(&p, 1, static_cast<int>(left.count()));
    return true;
}

std::string trimmed(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

}  // namespace

std::string socketConninfo(const std::string& folder, int port, const std::string& user,
                           const std::string& database) {
    std::string quoted;
    for (const char c : folder) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return fmt::format("host='{}' port={} user={} dbname={} client_encoding=UTF8", quoted, port,
                       user, database);
}

PgSession::PgSession(const std::string& conninfo, std::chrono::milliseconds limit)
    : m_connection(PQconnectStart(conninfo.c_str()), &PQfinish) {
    const auto deadline = Clock::now() + limit;
    PGconn* c = m_connection.get();
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(c)) {
        if (PQstatus(c) == CONNECTION_BAD || state == PGRES_POLLING_FAILED)
            throw std::runtime_error(trimmed(PQerrorMessage(c)));
        if (!waitFor(c, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
            throw std::runtime_error("no connection in time");
    }
}

PgSession::Rows PgSession::query(const std::string& sql, std::chrono::milliseconds limit,
                                 std::vector<std::string>* names) {
    const auto deadline = Clock::now() + limit;
    PGconn* c = m_connection.get();
    if (!PQsendQuery(c, sql.c_str())) {
        m_isUsable = false;
        throw std::runtime_error(trimmed(PQerrorMessage(c)));
    }
    Rows rows;
    std::string error;
    while (true) {
        while (PQisBusy(c)) {
            if (!waitFor(c, POLLIN, deadline)) {
                m_isUsable = false;
                throw std::runtime_error("no answer in time");
            }
            if (!PQconsumeInput(c)) {
                m_isUsable = false;
                throw std::runtime_error(trimmed(PQerrorMessage(c)));
            }
        }
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQgetResult(c), &PQclear);
        if (!result) break;
        const auto status = PQresultStatus(result.get());
        if (status == PGRES_COPY_IN) return {};  // the caller sends the rows
        if (status == PGRES_FATAL_ERROR && error.empty())
            error = trimmed(PQresultErrorMessage(result.get()));
        rows.clear();
        if (names) names->clear();
        for (int k = 0; names && k < PQnfields(result.get()); ++k)
            names->emplace_back(PQfname(result.get(), k));
        for (int i = 0; i < PQntuples(result.get()); ++i) {
            auto& row = rows.emplace_back();
            for (int k = 0; k < PQnfields(result.get()); ++k)
                row.emplace_back(PQgetvalue(result.get(), i, k));
        }
    }
    if (!error.empty()) throw std::runtime_error(error);
    return rows;
}

}  // namespace tenfold::supervisor::real

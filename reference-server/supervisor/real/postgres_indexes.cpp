// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/postgres_indexes.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "reference-server/data/schema.h"
#include "reference-server/data/statements.h"
#include "simulator/measure/clock.h"

namespace tenfold::supervisor::real {

using namespace std::chrono_literals;

namespace {

// An index over 500,000 rows takes 0.2 s; one that is built concurrently waits for every
// transaction that is open.
constexpr auto kLimit = 50s;

/// The line of PostgreSQL's plan that says how the rows are found.
std::string planOf(PgSession& session) {
    std::string sql(data::sql::kLineCount);
    sql.replace(sql.find("$1"), 2, "17");
    std::string text;
    for (const auto& row : session.query("EXPLAIN (COSTS OFF) " + sql, kLimit)) {
        text = row.at(0);
        if (text.find("Scan") != std::string::npos) break;
    }
    const auto from = text.find_first_not_of(" ->");
    return from == std::string::npos ? text : text.substr(from);
}

/// Those of our indexes that are there and whole; what a build left unfinished is dropped.
std::size_t countWhole(PgSession& session) {
    const auto rows = session.query(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
        "WHERE n.nspname = 'public'",
        kLimit);
    std::size_t count = 0;
    for (const auto& row : rows) {
        const auto& all = data::secondaryIndexes();
        const bool isOurs = std::any_of(all.begin(), all.end(),
                                        [&](const auto& index) { return index.name == row[0]; });
        if (isOurs && row[1] == "t") ++count;
        if (isOurs && row[1] != "t") session.query("DROP INDEX IF EXISTS " + row[0], kLimit);
    }
    return count;
}

std::string statementFor(const data::IndexDefinition& index, bool isOn, bool isConcurrent) {
    std::string sql = isOn ? index.createSql() : index.dropSql();
    if (isConcurrent) sql.insert(sql.find("INDEX ") + 6, "CONCURRENTLY ");
    return sql;
}

}  // namespace

std::string setIndexes(PgSession& session, bool isOn, bool isConcurrent) {
    const std::size_t whole = countWhole(session);
    if (whole == (isOn ? data::secondaryIndexes().size() : 0)) return "";
    const std::string before = planOf(session);
    const auto startNs = measure::monotonicNow();
    std::string failure;
    try {
        for (const auto& index : data::secondaryIndexes())
            session.query(statementFor(index, isOn, isConcurrent), kLimit);
    } catch (const std::exception& e) {
        failure = e.what();
    }
    if (!failure.empty()) {
        if (session.isUsable()) countWhole(session);
        throw std::runtime_error("the indexes could not be changed: " + failure);
    }
    return fmt::format(
        "{} in {:.0f} ms. Lines of an order: {} → {}. ", isOn ? "Indexes built" : "Indexes dropped",
        static_cast<double>(measure::monotonicNow() - startNs) / 1e6, before, planOf(session));
}

}  // namespace tenfold::supervisor::real

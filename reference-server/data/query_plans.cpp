// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/query_plans.h"

#include <map>

#include "reference-server/data/schema.h"
#include "reference-server/data/sqlite_handle.h"
#include "reference-server/data/statements.h"

namespace tenfold::data {

namespace {

/// EXPLAIN QUERY PLAN: a line a step, indented below the step it belongs to.
std::string planOf(sqlite3* db, const std::string& sql) {
    std::string plan;
    std::map<int, int> depths{{0, -1}};
    const auto s = prepare(db, "EXPLAIN QUERY PLAN " + sql);
    while (::sqlite3_step(s.get()) == SQLITE_ROW) {
        const int depth = depths[::sqlite3_column_int(s.get(), 1)] + 1;
        depths[::sqlite3_column_int(s.get(), 0)] = depth;
        if (!plan.empty()) plan += '\n';
        plan.append(static_cast<std::size_t>(2 * depth), ' ');
        plan += reinterpret_cast<const char*>(::sqlite3_column_text(s.get(), 3));
    }
    return plan;
}

}  // namespace

std::string withoutShape(const std::string& sql) {
    if (!sql.starts_with("/*")) return sql;
    const auto end = sql.find("*/");
    return end == std::string::npos ? sql : sql.substr(end + 2);
}

measure::StatementBook plansOf(sqlite3* db) {
    measure::StatementBook book;
    for (const auto& [shape, sql] : allShapes()) {
        auto& entry = book.byShape[shape];
        entry.text = withoutShape(sql);
        if (!isForTransactions(shape)) entry.plan = planOf(db, entry.text);
    }
    return book;
}

measure::StatementBook plansOfSchema(bool hasIndexes) {
    const auto db = openSqlite(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    for (const auto& sql : createTables()) execute(db.get(), sql);
    if (hasIndexes)
        for (const auto& index : secondaryIndexes()) execute(db.get(), index.createSql());
    return plansOf(db.get());
}

}  // namespace tenfold::data

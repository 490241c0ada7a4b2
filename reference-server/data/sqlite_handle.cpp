// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/sqlite_handle.h"

namespace tenfold::data {

SqliteHandle openSqlite(const std::string& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = ::sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_EXRESCODE, nullptr);
    SqliteHandle db(raw, &sqlite3_close_v2);
    if (code != SQLITE_OK)
        throw SqliteError(code,
                          path + ": " + (raw ? ::sqlite3_errmsg(raw) : ::sqlite3_errstr(code)));
    return db;
}

void execute(sqlite3* db, const std::string& sql) {
    char* message = nullptr;
    const int code = ::sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message);
    if (code == SQLITE_OK) return;
    const std::string text = message ? message : ::sqlite3_errstr(code);
    ::sqlite3_free(message);
    throw SqliteError(code, text);
}

SqliteStatement prepare(sqlite3* db, const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = ::sqlite3_prepare_v2(db, sql.c_str(), -1, &raw, nullptr);
    if (code != SQLITE_OK) throw SqliteError(code, ::sqlite3_errmsg(db));
    return SqliteStatement(raw, &sqlite3_finalize);
}

std::int64_t queryNumber(sqlite3* db, const std::string& sql) {
    const auto statement = prepare(db, sql);
    return ::sqlite3_step(statement.get()) == SQLITE_ROW
               ? ::sqlite3_column_int64(statement.get(), 0)
               : 0;
}

}  // namespace tenfold::data

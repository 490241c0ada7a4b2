// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace tenfold::data {

/// SQLite said no: its extended result code and words.
class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, const std::string& message) : std::runtime_error(message), m_code(code) {}
    int code() const { return m_code; }

private:
    int m_code;
};

using SqliteHandle = std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)>;
using SqliteStatement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

/// Opens a database file. Throws SqliteError with the path.
SqliteHandle openSqlite(const std::string& path, int flags);
/// Runs SQL without results. Throws SqliteError.
void execute(sqlite3* db, const std::string& sql);
SqliteStatement prepare(sqlite3* db, const std::string& sql);
/// First column of the first row; 0 without one.
std::int64_t queryNumber(sqlite3* db, const std::string& sql);

}  // namespace tenfold::data

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenfold::nodes {

/// What a statement does, as far as the node must know before it runs.
enum class SqlKind {
    read,
    write,           // needs the writer token
    ddl,             // a write that goes to the replicas as text
    begin,           // takes the token at its first write
    beginReadWrite,  // takes the token now
    beginReadOnly,
    commit,
    rollback,
    set,          // SET, RESET: accepted, nothing to do
    deallocate,   // DEALLOCATE, DISCARD: forgets prepared statements
    show,         // SHOW name
    replicate,    // START_REPLICATION lsn
    unsupported,  // SQLite would run it, but past the writer token or the replicas
    empty,
};

/// Whether SQLite sees the statement: it can be prepared and described before it runs.
bool isForSqlite(SqlKind kind);
/// Looks at the first word after comments; a WITH is a write when it contains one.
SqlKind kindOf(std::string_view sql);
/// Cuts a simple query into statements at ';' outside quotes and comments.
std::vector<std::string> splitStatements(std::string_view sql);
/// What SQLite shall run for it: EXPLAIN becomes EXPLAIN QUERY PLAN, BEGIN READ ONLY a BEGIN.
std::string sqliteText(std::string_view sql, SqlKind kind);
/// The words after the first one, without ';': what SHOW asks for, where replication starts.
std::string_view argumentOf(std::string_view sql);
/// "INSERT 0 3", "SELECT 20", "BEGIN".
std::string commandTag(std::string_view sql, SqlKind kind, long long rows, long long changes);

}  // namespace tenfold::nodes

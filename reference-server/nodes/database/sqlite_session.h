// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "reference-server/data/sqlite_handle.h"
#include "reference-server/nodes/database/sql_text.h"
#include "reference-server/nodes/database/wire_values.h"

struct sqlite3_session;

namespace tenfold::nodes {

/// One statement to run, with its parameters as the client sent them.
struct SqlRequest {
    using Parameter = WireParameter;
    std::string sql;
    SqlKind kind = SqlKind::read;
    std::vector<Parameter> parameters;
    std::vector<std::int16_t> resultFormats;  // none: all text; one: for all columns
    bool wantsDescription = false;            // RowDescription or NoData before the rows
    bool isSimple = false;                    // a simple query: rows are described, no rows are not
};

struct SqlAnswer {
    std::string messages;  // RowDescription, DataRows, CommandComplete, ready to send
    std::string sqlState;  // empty: it went well
    std::string error;
    std::uint64_t vmSteps = 0;
    std::uint64_t fullScanSteps = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;  // of the values in them
    bool hasCommittedWrite = false;
    std::string changeset;  // of the transaction that was committed, when asked for
    std::string ddl;        // text of a schema change that was committed
    int walPages = 0;       // length of the write-ahead log after a commit
};

/// The SQLite side of one client session. Used by one thread at a time; the node sees to that.
/// Nobody checkpoints in here: that takes milliseconds, and a COMMIT may run on the IO thread.
class SqliteSession {
public:
    struct Position {
        std::atomic<std::uint64_t> lsn{0};  // what pg_current_wal_lsn() tells
    };

    /// Opens its own connection to the node's file. Throws data::SqliteError.
    SqliteSession(const std::string& file, bool isReadOnly, const Position& position);
    ~SqliteSession();

    /// Runs one statement. Never throws: what goes wrong is in the answer. With `recordsChanges`
    /// the changeset of what is committed comes with the answer.
    SqlAnswer run(const SqlRequest& request, bool recordsChanges);
    /// Prepares a statement and tells how many parameters it takes; an answer without sqlState is
    /// good.
    SqlAnswer check(const std::string& sql, SqlKind kind, int& parameters);
    /// RowDescription or NoData of a statement that is not run.
    SqlAnswer describe(const std::string& sql, SqlKind kind,
                       const std::vector<std::int16_t>& resultFormats);
    /// Stops a statement that runs on another thread. The only call allowed then.
    void interrupt() { ::sqlite3_interrupt(m_db.get()); }
    /// Ends an open transaction, if there is one.
    void rollback();
    bool isInTransaction() const;
    /// Applies a transaction of the primary's, all of it or nothing. Throws data::SqliteError.
    void apply(const std::string& ddl, const std::string& changeset);
    /// Length of the write-ahead log after this session's last commit.
    int walPages() const { return m_walPages; }
    sqlite3* handle() const { return m_db.get(); }

private:
    struct Cached {
        std::string sql;
        data::SqliteStatement statement;
    };
    sqlite3_stmt* prepared(const std::string& sql);
    void step(sqlite3_stmt* statement, const SqlRequest& request, SqlAnswer& answer);
    void startRecording();
    std::string takeChangeset();
    void stopRecording();
    void forgetTransaction();
    void fail(SqlAnswer& answer, const char* sqlState, const std::string& message);

    data::SqliteHandle m_db;
    bool m_isReadOnly;
    std::list<Cached> m_cache;  // most recently used first, bounded
    std::unordered_map<std::string_view, std::list<Cached>::iterator> m_cacheIndex;
    sqlite3_session* m_recording = nullptr;
    bool m_hasWritten = false;
    std::string m_ddl;  // of the open transaction
    int m_walPages = 0;
};

/// PostgreSQL's five letters for what SQLite says.
std::string sqlStateOf(int code, const std::string& message);

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/sqlite_session.h"

#include <fmt/format.h>

#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes {

using protocol::PgWriter;

namespace {

constexpr std::size_t kCachedStatements = 64;
constexpr std::size_t kMaxResultBytes = 64 << 20;

int noteWalPages(void* pages, sqlite3*, const char*, int inLog) {
    *static_cast<int*>(pages) = inLog;
    return SQLITE_OK;
}

void lsnFunction(sqlite3_context* context, int, sqlite3_value**) {
    const auto* position = static_cast<const SqliteSession::Position*>(sqlite3_user_data(context));
    const std::string text = fmt::format("0/{:X}", position->lsn.load());
    ::sqlite3_result_text(context, text.c_str(), -1, SQLITE_TRANSIENT);
}

void textFunction(sqlite3_context* context, int, sqlite3_value**) {
    ::sqlite3_result_text(context, static_cast<const char*>(sqlite3_user_data(context)), -1,
                          SQLITE_STATIC);
}

}  // namespace

std::string sqlStateOf(int code, const std::string& message) {
    const auto says = [&](const char* part) { return message.find(part) != std::string::npos; };
    switch (code) {
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
        case SQLITE_CONSTRAINT_UNIQUE:
            return "23505";
        case SQLITE_CONSTRAINT_NOTNULL:
            return "23502";
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return "23503";
        case SQLITE_CONSTRAINT_CHECK:
            return "23514";
        case SQLITE_BUSY_SNAPSHOT:
            return "40001";
        default:
            break;
    }
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "55P03";
        case SQLITE_READONLY:
            return "25006";
        case SQLITE_FULL:
            return "53100";
        case SQLITE_TOOBIG:
            return "54000";
        case SQLITE_INTERRUPT:
            return "57014";
        case SQLITE_MISMATCH:
            return "22P02";
        case SQLITE_RANGE:
            return "42P02";
        case SQLITE_IOERR:
            return "58030";
        case SQLITE_CORRUPT:
            return "XX001";
        default:
            break;
    }
    if (says("no such table")) return "42P01";
    if (says("no such column")) return "42703";
    if (says("no such function")) return "42883";
    if (says("already exists")) return "42P07";
    if (says("syntax error") || says("incomplete input") || says("unrecognized token"))
        return "42601";
    return "XX000";
}

SqliteSession::SqliteSession(const std::string& file, bool isReadOnly, const Position& position)
    : m_db(data::openSqlite(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX)),
      m_isReadOnly(isReadOnly) {
    // synchronous=OFF: the emulated flush stands for the disk. automatic_index=OFF: SQLite would
    // build the missing index by itself for a join, and the lesson would be gone.
    data::execute(m_db.get(),
                  "PRAGMA synchronous=OFF; PRAGMA automatic_index=OFF; PRAGMA temp_store=MEMORY; "
                  "PRAGMA mmap_size=1073741824; PRAGMA cache_size=-1024; "
                  "PRAGMA wal_autocheckpoint=0; PRAGMA busy_timeout=0");
    // Instead of the checkpoint that SQLite would make within COMMIT.
    ::sqlite3_wal_hook(m_db.get(), noteWalPages, &m_walPages);
    // One value may be as long as a whole answer, or SELECT zeroblob(1000000000) takes a gigabyte.
    ::sqlite3_limit(m_db.get(), SQLITE_LIMIT_LENGTH, static_cast<int>(kMaxResultBytes));
    if (isReadOnly) data::execute(m_db.get(), "PRAGMA query_only=ON");
    void* p = const_cast<Position*>(&position);
    for (const char* name : {"pg_current_wal_lsn", "pg_last_wal_replay_lsn"})
        ::sqlite3_create_function(m_db.get(), name, 0, SQLITE_UTF8, p, lsnFunction, nullptr,
                                  nullptr);
    const auto constant = [&](const char* name, const char* value) {
        ::sqlite3_create_function(m_db.get(), name, 0, SQLITE_UTF8, const_cast<char*>(value),
                                  textFunction, nullptr, nullptr);
    };
    constant("version", "PostgreSQL 15.0 (Tenfold's reference database, SQLite inside)");
    constant("current_database", "shop");
    constant("current_schema", "public");
}

SqliteSession::~SqliteSession() {
    stopRecording();
    m_cacheIndex.clear();
    m_cache.clear();
}

sqlite3_stmt* SqliteSession::prepared(const std::string& sql) {
    if (const auto it = m_cacheIndex.find(sql); it != m_cacheIndex.end()) {
        m_cache.splice(m_cache.begin(), m_cache, it->second);
        return m_cache.front().statement.get();
    }
    auto statement = data::prepare(m_db.get(), sql);
    m_cache.push_front({sql, std::move(statement)});
    m_cacheIndex[m_cache.front().sql] = m_cache.begin();
    if (m_cache.size() > kCachedStatements) {
        m_cacheIndex.erase(m_cache.back().sql);
        m_cache.pop_back();
    }
    return m_cache.front().statement.get();
}

void SqliteSession::step(sqlite3_stmt* s, const SqlRequest& request, SqlAnswer& answer) {
    int code = ::sqlite3_step(s);
    std::string refusal;
    const char* refusedAs = nullptr;
    try {
        // Without a Describe just before, the client goes by what was declared.
        const auto types =
            columnTypes(s, code == SQLITE_ROW && (request.wantsDescription || request.isSimple));
        const bool isDescribed = request.isSimple ? !types.empty() : request.wantsDescription;
        if (isDescribed && (code == SQLITE_ROW || code == SQLITE_DONE))
            appendDescription(s, types, request.resultFormats, answer.messages);
        while (code == SQLITE_ROW) {
            if (!types.empty())
                answer.bytes += appendRow(s, types, request.resultFormats, answer.messages);
            ++answer.rows;
            if (answer.messages.size() > kMaxResultBytes)
                throw WireError("54000", "the result is larger than 64 MiB");
            code = ::sqlite3_step(s);
        }
    } catch (const WireError& e) {
        refusedAs = e.sqlState();
        refusal = e.what();
    }
    answer.vmSteps +=
        static_cast<std::uint64_t>(::sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 1));
    answer.fullScanSteps +=
        static_cast<std::uint64_t>(::sqlite3_stmt_status(s, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1));
    const std::string message = ::sqlite3_errmsg(m_db.get());
    ::sqlite3_reset(s);
    ::sqlite3_clear_bindings(s);
    if (refusedAs) throw WireError(refusedAs, refusal);
    if (code != SQLITE_DONE) throw data::SqliteError(code, message);
}

void SqliteSession::startRecording() {
    if (m_recording) return;
    int code = ::sqlite3session_create(m_db.get(), "main", &m_recording);
    if (code == SQLITE_OK) code = ::sqlite3session_attach(m_recording, nullptr);
    if (code != SQLITE_OK) throw data::SqliteError(code, "changes cannot be recorded");
}

std::string SqliteSession::takeChangeset() {
    if (!m_recording) return "";
    int size = 0;
    void* bytes = nullptr;
    const int code = ::sqlite3session_changeset(m_recording, &size, &bytes);
    std::string out;
    if (code == SQLITE_OK && size > 0)
        out.assign(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    ::sqlite3_free(bytes);
    stopRecording();
    // What replicas cannot be told must not be committed here either.
    if (code != SQLITE_OK) throw data::SqliteError(code, "changes cannot be recorded");
    return out;
}

void SqliteSession::stopRecording() {
    if (m_recording) ::sqlite3session_delete(m_recording);
    m_recording = nullptr;
}

void SqliteSession::forgetTransaction() {
    stopRecording();
    m_hasWritten = false;
    m_ddl.clear();
}

void SqliteSession::fail(SqlAnswer& answer, const char* sqlState, const std::string& message) {
    answer.messages.clear();
    answer.changeset.clear();
    answer.sqlState = sqlState;
    answer.error = message;
}

SqlAnswer SqliteSession::run(const SqlRequest& request, bool recordsChanges) {
    SqlAnswer answer;
    const bool isWrite = request.kind == SqlKind::write || request.kind == SqlKind::ddl;
    if (m_isReadOnly && (isWrite || request.kind == SqlKind::beginReadWrite)) {
        fail(answer, "25006", "cannot execute this in a read-only transaction");
        return answer;
    }
    const bool isAutocommitWrite = isWrite && !isInTransaction();
    const bool isCommit = request.kind == SqlKind::commit;
    const bool isRollback = request.kind == SqlKind::rollback;
    try {
        if ((isCommit || isRollback) && !isInTransaction()) {
            // PostgreSQL warns and goes on.
            forgetTransaction();
            if (request.wantsDescription) PgWriter(answer.messages).empty('n');
            PgWriter(answer.messages).commandComplete(isCommit ? "COMMIT" : "ROLLBACK");
            return answer;
        }
        if (isAutocommitWrite) data::execute(m_db.get(), "BEGIN IMMEDIATE");
        if (isWrite && recordsChanges && request.kind != SqlKind::ddl) startRecording();
        if (isCommit && m_hasWritten) answer.changeset = takeChangeset();
        const auto changesBefore = ::sqlite3_total_changes64(m_db.get());
        sqlite3_stmt* s = prepared(sqliteText(request.sql, request.kind));
        // Told by its first word it is a read; SQLite knows better.
        if (request.kind == SqlKind::read && !::sqlite3_stmt_readonly(s) &&
            !::sqlite3_stmt_isexplain(s))
            throw WireError("0A000", "this statement is not supported here");
        bindParameters(s, request.parameters);
        step(s, request, answer);
        if (isWrite) m_hasWritten = true;
        if (request.kind == SqlKind::ddl) m_ddl += request.sql + ";\n";
        const auto changes = ::sqlite3_total_changes64(m_db.get()) - changesBefore;
        if (isAutocommitWrite) {
            answer.changeset = takeChangeset();
            data::execute(m_db.get(), "COMMIT");
        }
        if (isCommit || isAutocommitWrite) {
            answer.hasCommittedWrite = m_hasWritten;
            answer.walPages = m_walPages;
            std::swap(answer.ddl, m_ddl);
        }
        if (isCommit || isAutocommitWrite || isRollback) forgetTransaction();
        PgWriter(answer.messages)
            .commandComplete(commandTag(request.sql, request.kind,
                                        static_cast<long long>(answer.rows), changes));
    } catch (const WireError& e) {
        fail(answer, e.sqlState(), e.what());
    } catch (const data::SqliteError& e) {
        const bool isCancelled = (e.code() & 0xff) == SQLITE_INTERRUPT;
        fail(answer, sqlStateOf(e.code(), e.what()).c_str(),
             isCancelled ? "canceling statement due to user request" : e.what());
    }
    if (!answer.sqlState.empty()) {
        if (isAutocommitWrite) rollback();
        // Some errors (a full disk, a statement cancelled) roll the whole transaction back: what
        // was recorded of it never happened.
        if (!isInTransaction()) forgetTransaction();
    }
    return answer;
}

SqlAnswer SqliteSession::check(const std::string& sql, SqlKind kind, int& parameters) {
    SqlAnswer answer;
    try {
        parameters = parametersOf(prepared(sqliteText(sql, kind)));
    } catch (const WireError& e) {
        fail(answer, e.sqlState(), e.what());
    } catch (const data::SqliteError& e) {
        fail(answer, sqlStateOf(e.code(), e.what()).c_str(), e.what());
    }
    return answer;
}

SqlAnswer SqliteSession::describe(const std::string& sql, SqlKind kind,
                                  const std::vector<std::int16_t>& resultFormats) {
    SqlAnswer answer;
    try {
        sqlite3_stmt* s = prepared(sqliteText(sql, kind));
        appendDescription(s, columnTypes(s, false), resultFormats, answer.messages);
    } catch (const WireError& e) {
        fail(answer, e.sqlState(), e.what());
    } catch (const data::SqliteError& e) {
        fail(answer, sqlStateOf(e.code(), e.what()).c_str(), e.what());
    }
    return answer;
}

bool SqliteSession::isInTransaction() const {
    return ::sqlite3_get_autocommit(m_db.get()) == 0;
}

void SqliteSession::rollback() {
    forgetTransaction();
    if (isInTransaction()) ::sqlite3_exec(m_db.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteSession::apply(const std::string& ddl, const std::string& changeset) {
    const auto abort = [](void*, int, sqlite3_changeset_iter*) {
        return SQLITE_CHANGESET_ABORT;  // a replica never differs: a conflict is a bug, not data
    };
    data::execute(m_db.get(), "BEGIN IMMEDIATE");
    try {
        // The schema first: the changeset was taken at the end, when it had changed already.
        if (!ddl.empty()) data::execute(m_db.get(), ddl);
        const int code = changeset.empty()
                             ? SQLITE_OK
                             : ::sqlite3changeset_apply(
                                   m_db.get(), static_cast<int>(changeset.size()),
                                   const_cast<char*>(changeset.data()), nullptr, abort, nullptr);
        if (code != SQLITE_OK)
            throw data::SqliteError(code, "a change from the primary does not fit");
        data::execute(m_db.get(), "COMMIT");
    } catch (const data::SqliteError&) {
        rollback();
        throw;
    }
}

}  // namespace tenfold::nodes

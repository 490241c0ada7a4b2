// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/sqlite_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes {

using protocol::PgWriter;

namespace {

constexpr std::size_t kCachedStatements = 64;
constexpr std::size_t kMaxResultBytes = 64 << 20;

void lsnFunction(sqlite3_context* context, int, sqlite3_value**) {
    const auto* position = static_cast<const SqliteSession::Position*>(sqlite3_user_data(context));
    const std::string text = fmt::format("0/{:X}", position->lsn.load());
    ::sqlite3_result_text(context, text.c_str(), -1, SQLITE_TRANSIENT);
}

void textFunction(sqlite3_context* context, int, sqlite3_value**) {
    ::sqlite3_result_text(context, static_cast<const char*>(sqlite3_user_data(context)), -1,
                          SQLITE_STATIC);
}

/// Text that is a whole number is bound as one, so that LIMIT and arithmetic take it; columns of
/// type TEXT turn it back.
bool asInteger(const std::string& text, std::int64_t& value) {
    const std::size_t digits = text.size() - (text.rfind('-', 0) == 0 ? 1 : 0);
    if (digits == 0 || digits > 18 || (text[text.size() - digits] == '0' && digits > 1))
        return false;
    if (!std::all_of(text.end() - static_cast<long>(digits), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; }))
        return false;
    value = std::stoll(text);
    return true;
}

std::int64_t bigEndian(const std::string& bytes) {
    std::uint64_t value = !bytes.empty() && (bytes[0] & 0x80) ? ~std::uint64_t{0} : 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

std::int32_t typeOf(sqlite3_stmt* s, int column, bool hasRow) {
    const char* declared = ::sqlite3_column_decltype(s, column);
    if (declared) {
        if (std::strstr(declared, "INT")) return protocol::kPgInt8;
        if (std::strstr(declared, "REAL") || std::strstr(declared, "DOUBLE"))
            return protocol::kPgFloat8;
        return protocol::kPgText;
    }
    if (!hasRow) return protocol::kPgText;
    switch (::sqlite3_column_type(s, column)) {
        case SQLITE_INTEGER:
            return protocol::kPgInt8;
        case SQLITE_FLOAT:
            return protocol::kPgFloat8;
        default:
            return protocol::kPgText;
    }
}

void describeColumns(sqlite3_stmt* s, bool hasRow, const SqlRequest& request, std::string& out) {
    const int columns = ::sqlite3_column_count(s);
    PgWriter w(out);
    if (columns == 0) {
        w.empty('n');
        return;
    }
    w.begin('T').int16(static_cast<std::int16_t>(columns));
    for (int c = 0; c < columns; ++c) {
        const std::int32_t type = typeOf(s, c, hasRow);
        const auto& formats = request.resultFormats;
        const std::int16_t format =
            formats.empty() ? std::int16_t{0}
                            : formats[std::min(static_cast<std::size_t>(c), formats.size() - 1)];
        w.cstring(::sqlite3_column_name(s, c))
            .int32(0)
            .int16(0)
            .int32(type)
            .int16(type == protocol::kPgText ? std::int16_t{-1} : std::int16_t{8})
            .int32(-1)
            .int16(format);
    }
    w.end();
}

void appendRow(sqlite3_stmt* s, const SqlRequest& request, std::string& out) {
    const int columns = ::sqlite3_column_count(s);
    PgWriter w(out);
    w.begin('D').int16(static_cast<std::int16_t>(columns));
    for (int c = 0; c < columns; ++c) {
        if (::sqlite3_column_type(s, c) == SQLITE_NULL) {
            w.int32(-1);
            continue;
        }
        const auto& formats = request.resultFormats;
        const bool isBinary =
            !formats.empty() &&
            formats[std::min(static_cast<std::size_t>(c), formats.size() - 1)] == 1;
        if (isBinary && ::sqlite3_column_type(s, c) == SQLITE_INTEGER) {
            const std::int64_t v = ::sqlite3_column_int64(s, c);
            w.int32(8)
                .int32(static_cast<std::int32_t>(v >> 32))
                .int32(static_cast<std::int32_t>(v));
            continue;
        }
        const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(s, c));
        const int length = ::sqlite3_column_bytes(s, c);
        w.int32(length).bytes({text, static_cast<std::size_t>(length)});
    }
    w.end();
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
                  "PRAGMA wal_autocheckpoint=4000; PRAGMA busy_timeout=0");
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

void SqliteSession::bind(sqlite3_stmt* s, const SqlRequest& request) {
    const int wanted = ::sqlite3_bind_parameter_count(s);
    if (static_cast<int>(request.parameters.size()) < wanted)
        throw data::SqliteError(
            SQLITE_RANGE, fmt::format("bind message supplies {} parameters, but the statement "
                                      "requires {}",
                                      request.parameters.size(), wanted));
    for (int i = 0; i < wanted; ++i) {
        const auto& p = request.parameters[static_cast<std::size_t>(i)];
        std::int64_t number = 0;
        if (p.isNull) {
            ::sqlite3_bind_null(s, i + 1);
        } else if (p.isBinary &&
                   (p.bytes.size() == 2 || p.bytes.size() == 4 || p.bytes.size() == 8)) {
            ::sqlite3_bind_int64(s, i + 1, bigEndian(p.bytes));
        } else if (asInteger(p.bytes, number)) {
            ::sqlite3_bind_int64(s, i + 1, number);
        } else {
            ::sqlite3_bind_text(s, i + 1, p.bytes.data(), static_cast<int>(p.bytes.size()),
                                SQLITE_STATIC);
        }
    }
}

void SqliteSession::step(sqlite3_stmt* s, const SqlRequest& request, SqlAnswer& answer) {
    int code = ::sqlite3_step(s);
    const int columns = ::sqlite3_column_count(s);
    if (request.wantsDescription && (code == SQLITE_ROW || code == SQLITE_DONE))
        describeColumns(s, code == SQLITE_ROW, request, answer.messages);
    while (code == SQLITE_ROW) {
        if (columns > 0) appendRow(s, request, answer.messages);
        ++answer.rows;
        if (answer.messages.size() > kMaxResultBytes) {
            code = SQLITE_TOOBIG;
            break;
        }
        code = ::sqlite3_step(s);
    }
    answer.vmSteps +=
        static_cast<std::uint64_t>(::sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 1));
    answer.fullScanSteps +=
        static_cast<std::uint64_t>(::sqlite3_stmt_status(s, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1));
    const std::string message =
        code == SQLITE_TOOBIG ? "the result is larger than 64 MiB" : ::sqlite3_errmsg(m_db.get());
    ::sqlite3_reset(s);
    ::sqlite3_clear_bindings(s);
    if (code != SQLITE_DONE) throw data::SqliteError(code, message);
}

void SqliteSession::startRecording() {
    if (m_recording) return;
    if (::sqlite3session_create(m_db.get(), "main", &m_recording) == SQLITE_OK)
        ::sqlite3session_attach(m_recording, nullptr);
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
    return out;
}

void SqliteSession::stopRecording() {
    if (m_recording) ::sqlite3session_delete(m_recording);
    m_recording = nullptr;
}

void SqliteSession::fail(SqlAnswer& answer, int code, const std::string& message) {
    answer.messages.clear();
    answer.sqlState = sqlStateOf(code, message);
    answer.error = message;
}

SqlAnswer SqliteSession::run(const SqlRequest& request, bool recordsChanges) {
    SqlAnswer answer;
    const bool isWrite = request.kind == SqlKind::write || request.kind == SqlKind::ddl;
    if (m_isReadOnly && (isWrite || request.kind == SqlKind::beginReadWrite)) {
        answer.sqlState = "25006";
        answer.error = "cannot execute this in a read-only transaction";
        return answer;
    }
    const bool isAutocommitWrite = isWrite && !isInTransaction();
    try {
        if (isAutocommitWrite) data::execute(m_db.get(), "BEGIN IMMEDIATE");
        if (isWrite && recordsChanges && request.kind != SqlKind::ddl) startRecording();
        if (request.kind == SqlKind::commit && !isInTransaction()) {
            // PostgreSQL warns and goes on.
        } else {
            const bool commits = request.kind == SqlKind::commit;
            if (commits && m_hasWritten) answer.changeset = takeChangeset();
            const auto changesBefore = ::sqlite3_total_changes64(m_db.get());
            sqlite3_stmt* s = prepared(sqliteText(request.sql, request.kind));
            bind(s, request);
            step(s, request, answer);
            if (isWrite) m_hasWritten = true;
            if (request.kind == SqlKind::ddl) m_ddl += request.sql + ";\n";
            const auto changes = ::sqlite3_total_changes64(m_db.get()) - changesBefore;
            if (isAutocommitWrite) {
                answer.changeset = takeChangeset();
                data::execute(m_db.get(), "COMMIT");
            }
            if (commits || isAutocommitWrite) {
                answer.hasCommittedWrite = m_hasWritten;
                std::swap(answer.ddl, m_ddl);
                m_ddl.clear();
                m_hasWritten = false;
            }
            if (request.kind == SqlKind::rollback) {
                stopRecording();
                m_hasWritten = false;
                m_ddl.clear();
            }
            PgWriter(answer.messages)
                .commandComplete(commandTag(request.sql, request.kind,
                                            static_cast<long long>(answer.rows), changes));
            return answer;
        }
        PgWriter(answer.messages).commandComplete("COMMIT");
    } catch (const data::SqliteError& e) {
        fail(answer, e.code(), e.what());
        if (isAutocommitWrite) rollback();
        if (request.kind == SqlKind::rollback) {
            // ROLLBACK outside a transaction is a warning in PostgreSQL, not an error.
            answer = SqlAnswer{};
            PgWriter(answer.messages).commandComplete("ROLLBACK");
        }
    }
    return answer;
}

SqlAnswer SqliteSession::describe(const std::string& sql, int& parameters) {
    SqlAnswer answer;
    try {
        sqlite3_stmt* s = prepared(sqliteText(sql, kindOf(sql)));
        parameters = ::sqlite3_bind_parameter_count(s);
        describeColumns(s, false, {}, answer.messages);
    } catch (const data::SqliteError& e) {
        fail(answer, e.code(), e.what());
    }
    return answer;
}

bool SqliteSession::isInTransaction() const {
    return ::sqlite3_get_autocommit(m_db.get()) == 0;
}

void SqliteSession::rollback() {
    stopRecording();
    m_hasWritten = false;
    m_ddl.clear();
    if (isInTransaction()) ::sqlite3_exec(m_db.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteSession::apply(const std::string& changeset) {
    const auto keepGoing = [](void*, int, sqlite3_changeset_iter*) {
        return SQLITE_CHANGESET_ABORT;  // a replica never differs: a conflict is a bug, not data
    };
    data::execute(m_db.get(), "BEGIN IMMEDIATE");
    const int code =
        ::sqlite3changeset_apply(m_db.get(), static_cast<int>(changeset.size()),
                                 const_cast<char*>(changeset.data()), nullptr, keepGoing, nullptr);
    if (code != SQLITE_OK) {
        rollback();
        throw data::SqliteError(code, "a change from the primary does not fit");
    }
    data::execute(m_db.get(), "COMMIT");
}

}  // namespace tenfold::nodes

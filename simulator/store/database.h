// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tenfold::store {

/// What a file holds. Who finds something else under its name leaves it as it is.
struct FileKind {
    std::string title;                // for messages: "a ledger"
    std::uint32_t applicationId = 0;  // in the file's header (PRAGMA application_id); not 0
    int version = 1;                  // of the schema (PRAGMA user_version)
    std::string schema;               // SQL that makes an empty one
};

/// A prepared statement. Lives no longer than its database. Errors are thrown as
/// std::runtime_error naming the file.
class Statement {
public:
    // In order, ?1 first.
    Statement& bind(std::string_view text);
    Statement& bind(double value);
    template <std::integral T>
    Statement& bind(T value) {
        return bindInteger(static_cast<std::int64_t>(value));
    }
    /// Moves to the next row; false when there is none, and the statement may be bound anew.
    bool step();
    // Columns of the row, 0 first.
    std::string text(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* s) const;
    };
    Statement(sqlite3* db, std::string file, std::string_view sql);
    Statement& bindInteger(std::int64_t value);
    void check(int code) const;

    sqlite3* m_db;
    std::string m_file;
    std::unique_ptr<sqlite3_stmt, Finalize> m_statement;
    int m_bound = 0;
};

/// A SQLite file of this user, shared by any number of programs at once.
///
/// Write-ahead log with synchronous NORMAL: what a call has written outlives the program, killed at
/// any point; a power cut may cost the last transactions, never the file. Who finds it locked waits
/// ten seconds. Used by one thread at a time.
class Database {
public:
    /// Opens it, or makes it with its folder. A new file appears under its name when it is
    /// complete. Throws std::runtime_error naming the file and the reason: not to be read or
    /// written, something else, of a newer version, damaged. The file is left as it was then.
    Database(const std::filesystem::path& file, const FileKind& kind);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Statement prepare(std::string_view sql) { return {m_db, m_file, sql}; }
    void execute(const std::string& sql);
    /// Calls it inside one transaction: everything it writes, or, when it throws, nothing.
    template <std::invocable F>
    void transaction(F&& work) {
        execute("BEGIN IMMEDIATE");
        try {
            work();
            execute("COMMIT");
        } catch (...) {
            rollBack();
            throw;
        }
    }
    /// Reads the whole file and throws when it is damaged.
    void check();

private:
    void rollBack() noexcept;

    std::string m_file;
    sqlite3* m_db = nullptr;
};

}  // namespace tenfold::store

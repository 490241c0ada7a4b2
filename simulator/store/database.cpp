// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace tenfold::store {

namespace fs = std::filesystem;

namespace {

constexpr int kBusyMs = 10'000;
// The header of a database file (SQLite, "Database File Format", 1.3).
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kApplicationIdAt = 68;

[[noreturn]] void fail(const std::string& file, const std::string& why) {
    throw std::runtime_error(file + ": " + why);
}

sqlite3* opened(const std::string& file) {
    sqlite3* db = nullptr;
    const int code = ::sqlite3_open_v2(
        file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
        nullptr);
    if (code != SQLITE_OK) {
        const std::string why = db ? ::sqlite3_errmsg(db) : "out of memory";
        ::sqlite3_close(db);
        fail(file, "cannot be opened: " + why);
    }
    ::sqlite3_busy_timeout(db, kBusyMs);
    return db;
}

void run(sqlite3* db, const std::string& file, const std::string& sql) {
    char* message = nullptr;
    if (::sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
    const std::string why = message ? message : ::sqlite3_errmsg(db);
    ::sqlite3_free(message);
    fail(file, why);
}

/// The file's header read as bytes: SQLite itself would write beside whatever it opens.
void expectOurs(const std::string& file, const FileKind& kind) {
    std::ifstream in(file, std::ios::binary);
    if (!in) fail(file, std::string("cannot be read: ") + std::strerror(errno));
    std::array<char, kHeaderBytes> header{};
    in.read(header.data(), header.size());
    const bool isDatabase = in.gcount() == static_cast<std::streamsize>(kHeaderBytes) &&
                            std::string_view(header.data(), kMagic.size()) == kMagic;
    std::uint32_t id = 0;
    for (std::size_t i = 0; i < 4; ++i)
        id = id << 8 | static_cast<unsigned char>(header[kApplicationIdAt + i]);
    if (!isDatabase || id != kind.applicationId)
        fail(file, fmt::format("is not {}; it was left as it is", kind.title));
}

/// Makes an empty one beside its place and moves it there, unless somebody was quicker.
void make(const std::string& file, const FileKind& kind) {
    std::error_code error;
    fs::create_directories(fs::path(file).parent_path(), error);
    if (error) fail(file, "its folder cannot be made: " + error.message());
    std::string draft = file + ".new-XXXXXX";
    const int place = ::mkstemp(draft.data());
    if (place < 0) fail(file, std::string("cannot be made: ") + std::strerror(errno));
    ::close(place);
    sqlite3* db = opened(draft);
    try {
        run(db, file,
            fmt::format("BEGIN; PRAGMA application_id={}; PRAGMA user_version={}; {}; COMMIT;"
                        "PRAGMA journal_mode=WAL;",
                        kind.applicationId, kind.version, kind.schema));
    } catch (...) {
        ::sqlite3_close(db);
        std::remove(draft.c_str());
        throw;
    }
    ::sqlite3_close(db);
    const int linked = ::link(draft.c_str(), file.c_str());
    const int why = errno;
    std::remove(draft.c_str());
    if (linked != 0 && why != EEXIST)
        fail(file, std::string("cannot be made: ") + std::strerror(why));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* s) const {
    ::sqlite3_finalize(s);
}

Statement::Statement(sqlite3* db, std::string file, std::string_view sql)
    : m_db(db), m_file(std::move(file)) {
    sqlite3_stmt* s = nullptr;
    check(::sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &s, nullptr));
    m_statement.reset(s);
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) fail(m_file, ::sqlite3_errmsg(m_db));
}

Statement& Statement::bind(std::string_view text) {
    check(::sqlite3_bind_text(m_statement.get(), ++m_bound, text.data(),
                              static_cast<int>(text.size()), SQLITE_TRANSIENT));
    return *this;
}

Statement& Statement::bind(double value) {
    check(::sqlite3_bind_double(m_statement.get(), ++m_bound, value));
    return *this;
}

Statement& Statement::bindInteger(std::int64_t value) {
    check(::sqlite3_bind_int64(m_statement.get(), ++m_bound, value));
    return *this;
}

bool Statement::step() {
    const int code = ::sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW) return true;
    const std::string why = code == SQLITE_DONE ? "" : ::sqlite3_errmsg(m_db);
    ::sqlite3_reset(m_statement.get());
    m_bound = 0;
    if (code != SQLITE_DONE) fail(m_file, why);
    return false;
}

std::string Statement::text(int column) const {
    const auto* bytes = ::sqlite3_column_text(m_statement.get(), column);
    const auto length = static_cast<std::size_t>(::sqlite3_column_bytes(m_statement.get(), column));
    return bytes ? std::string(reinterpret_cast<const char*>(bytes), length) : "";
}

std::int64_t Statement::integer(int column) const {
    return ::sqlite3_column_int64(m_statement.get(), column);
}

double Statement::real(int column) const {
    return ::sqlite3_column_double(m_statement.get(), column);
}

Database::Database(const fs::path& path, const FileKind& kind) : m_file(path.string()) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) make(m_file, kind);
    expectOurs(m_file, kind);
    m_db = opened(m_file);
    try {
        run(m_db, m_file, "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;");
        auto version = prepare("PRAGMA user_version");
        version.step();
        if (version.integer(0) > kind.version)
            fail(m_file, fmt::format("is {} of version {}, this program knows {}", kind.title,
                                     version.integer(0), kind.version));
    } catch (...) {
        ::sqlite3_close(m_db);
        throw;
    }
}

Database::~Database() {
    // v2: statements that are still about end later.
    ::sqlite3_close_v2(m_db);
}

void Database::execute(const std::string& sql) {
    run(m_db, m_file, sql);
}

void Database::rollBack() noexcept {
    ::sqlite3_exec(m_db, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::check() {
    auto quick = prepare("PRAGMA quick_check(1)");
    quick.step();
    if (const auto found = quick.text(0); found != "ok") fail(m_file, "is damaged: " + found);
}

}  // namespace tenfold::store

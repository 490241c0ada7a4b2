// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/postgres_template.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "reference-server/data/build_lock.h"
#include "reference-server/data/dataset.h"
#include "reference-server/data/schema.h"
#include "reference-server/data/sqlite_handle.h"
#include "reference-server/supervisor/real/pg_session.h"
#include "reference-server/supervisor/real/postgres_cluster.h"

namespace tenfold::supervisor::real {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

// Changes with what is done to the rows below: an older template is not taken then.
constexpr int kTemplateVersion = 3;
constexpr auto kLoadLimit = 60s;
constexpr std::size_t kChunkBytes = 256 * 1024;

/// One value as COPY reads it.
void appendEscaped(std::string& out, const unsigned char* text, int bytes) {
    for (int i = 0; i < bytes; ++i) {
        const char c = static_cast<char>(text[i]);
        if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
            out += '\\';
            out += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
        } else {
            out += c;
        }
    }
}

void copyTable(sqlite3* from, PgSession& to, const std::string& table) {
    // FREEZE: the rows need no second visit. It wants a table of the same transaction.
    to.query("COPY " + table + " FROM STDIN (FREEZE)", kLoadLimit);
    PGconn* c = to.raw();
    const auto fail = [&](const char* what) {
        throw std::runtime_error(fmt::format("{}: {}: {}", table, what, PQerrorMessage(c)));
    };
    const auto rows = data::prepare(from, "SELECT * FROM " + table + " ORDER BY id");
    const int columns = ::sqlite3_column_count(rows.get());
    std::string chunk;
    const auto send = [&] {
        if (PQputCopyData(c, chunk.data(), static_cast<int>(chunk.size())) != 1)
            fail("the rows were not taken");
        chunk.clear();
    };
    while (::sqlite3_step(rows.get()) == SQLITE_ROW) {
        for (int i = 0; i < columns; ++i) {
            if (i > 0) chunk += '\t';
            appendEscaped(chunk, ::sqlite3_column_text(rows.get(), i),
                          ::sqlite3_column_bytes(rows.get(), i));
        }
        chunk += '\n';
        if (chunk.size() > kChunkBytes) send();
    }
    send();
    if (PQputCopyEnd(c, nullptr) != 1) fail("the end was not taken");
    while (PGresult* raw = PQgetResult(c)) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(raw, &PQclear);
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail("COPY failed");
    }
}

/// "CREATE TABLE customers (id BIGINT PRIMARY KEY, …": SQLite's INTEGER is 64 bits wide.
std::string forPostgres(std::string create) {
    const std::string narrow = "id INTEGER PRIMARY KEY";
    if (const auto at = create.find(narrow); at != std::string::npos)
        create.replace(at, narrow.size(), "id BIGINT PRIMARY KEY");
    return create;
}

void load(const PostgresCluster& cluster, const fs::path& sqliteFile) {
    {
        auto admin = cluster.session("postgres");
        admin.query("CREATE ROLE shop LOGIN", kLoadLimit);
        admin.query("CREATE DATABASE shop OWNER shop", kLoadLimit);
    }
    {
        // Three hundred files that nobody needs: each run copies what is left.
        auto admin = cluster.session("template1");
        admin.query("DROP DATABASE postgres WITH (FORCE)", kLoadLimit);
    }
    auto session = cluster.session("shop");
    if (cluster.hasStatementCounts())
        session.query("CREATE EXTENSION pg_stat_statements", kLoadLimit);
    const auto from = data::openSqlite(sqliteFile, SQLITE_OPEN_READONLY);
    session.query("SET ROLE shop", kLoadLimit);
    session.query("BEGIN", kLoadLimit);
    for (const auto& sql : data::createTables()) session.query(forPostgres(sql), kLoadLimit);
    for (const char* table :
         {"customers", "products", "orders", "order_lines", "payments", "reviews"})
        copyTable(from.get(), session, table);
    session.query("COMMIT", kLoadLimit);
    session.query("RESET ROLE", kLoadLimit);
    session.query("ANALYZE", kLoadLimit);
}

bool isWhole(const fs::path& folder) {
    return fs::exists(folder / "PG_VERSION");  // renamed into place only when all is there
}

}  // namespace

fs::path ensurePostgresTemplate(const fs::path& programs, const fs::path& scratch,
                                const Owner& owner) {
    const fs::path cache = data::cacheFolder();
    const fs::path sqliteFile = data::ensureShop(cache);
    PostgresCluster cluster(programs, scratch, owner);
    const std::string version = cluster.version();
    const fs::path shelf = cache / "postgresql";
    const fs::path folder =
        shelf / fmt::format("shop-1-v{}-{}-postgresql-{}-t{}{}", data::kDatasetVersion,
                            data::kDatasetChecksum, version.substr(0, version.find('.')),
                            kTemplateVersion, cluster.hasStatementCounts() ? "" : "-plain");
    if (isWhole(folder)) return folder;
    fs::create_directories(shelf);
    const data::BuildLock lock(shelf);
    if (isWhole(folder)) return folder;  // built while we waited
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(shelf))
        if (entry.path().extension() == ".part") fs::remove_all(entry.path(), ignored);

    cluster.initialise();
    PostgresCluster::Settings settings;
    settings.isForBuilding = true;
    settings.isFlushed = false;
    cluster.start(settings, nullptr);
    load(cluster, sqliteFile);
    cluster.stop(true);
    cluster.shrinkLog();
    // In the cache it belongs to whoever's cache it is.
    const fs::path draft = folder.string() + ".part";
    copyTree(cluster.data(), draft, Owner{});
    fs::rename(draft, folder);
    fs::remove_all(scratch, ignored);
    fmt::print(stderr, "dataset shop for PostgreSQL {} built: {}\n", version, folder.string());
    return folder;
}

}  // namespace tenfold::supervisor::real

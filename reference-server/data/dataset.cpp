// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/dataset.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>
#include <system_error>
#include <vector>

#include "reference-server/data/build_lock.h"
#include "reference-server/data/schema.h"
#include "reference-server/data/sqlite_handle.h"
#include "simulator/hardware/assets.h"
#include "simulator/random/stream.h"
#include "simulator/random/zipf.h"

namespace tenfold::data {

namespace fs = std::filesystem;
using random::Stream;

namespace {

// 1 January 2026 in ms; a fixed date keeps the dataset the same every day.
constexpr std::int64_t kEpochMs = 1'767'225'600'000;
constexpr std::int64_t kYearMs = 31'536'000'000;

constexpr std::array<std::string_view, 8> kAdjectives{"Amber",  "Bright", "Classic", "Fine",
                                                      "Gentle", "Light",  "Smooth",  "Woven"};
constexpr std::array<std::string_view, 10> kNouns{"lamp", "chair",  "kettle", "shelf", "carpet",
                                                  "desk", "mirror", "basket", "clock", "blanket"};
constexpr std::array<std::string_view, 12> kWords{"made",  "with",  "care", "from",
                                                  "plain", "wood",  "and",  "steel",
                                                  "which", "lasts", "for",  "years"};
constexpr std::array<std::string_view, 4> kStatuses{"open", "paid", "sent", "done"};

std::string words(Stream& s, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) {
        if (!out.empty()) out += ' ';
        out += kWords[s.uniformInt(kWords.size())];
    }
    out.resize(bytes);
    return out;
}

/// Inserts rows of one table: binds in order, steps, resets.
class Inserter {
public:
    Inserter(sqlite3* db, const char* table, int columns)
        : m_db(db), m_statement(nullptr, nullptr) {
        std::string sql = fmt::format("INSERT INTO {} VALUES (?", table);
        for (int i = 1; i < columns; ++i) sql += ",?";
        m_statement = prepare(db, sql + ")");
    }
    Inserter& operator<<(std::int64_t value) {
        ::sqlite3_bind_int64(m_statement.get(), ++m_column, value);
        return *this;
    }
    Inserter& operator<<(const std::string& value) {
        ::sqlite3_bind_text(m_statement.get(), ++m_column, value.data(),
                            static_cast<int>(value.size()), SQLITE_TRANSIENT);
        return *this;
    }
    void row() {
        const int code = ::sqlite3_step(m_statement.get());
        if (code != SQLITE_DONE) throw SqliteError(code, ::sqlite3_errmsg(m_db));
        ::sqlite3_reset(m_statement.get());
        m_column = 0;
    }

private:
    sqlite3* m_db;
    SqliteStatement m_statement;
    int m_column = 0;
};

void fillCustomers(sqlite3* db, const ShopRows& rows, std::uint64_t seed) {
    Stream s(seed, "shop.customers");
    Inserter in(db, "customers", 5);
    for (std::int64_t id = 1; id <= rows.customers; ++id) {
        in << id << fmt::format("user{}@example.org", id) << fmt::format("User {}", id)
           << fmt::format("{} Long Street, {:05}", s.uniformInt(300) + 1, s.uniformInt(99'999))
           << kEpochMs - static_cast<std::int64_t>(s.uniformInt(kYearMs));
        in.row();
    }
}

std::vector<std::int64_t> fillProducts(sqlite3* db, const ShopRows& rows, std::uint64_t seed) {
    Stream s(seed, "shop.products");
    Inserter in(db, "products", 7);
    std::vector<std::int64_t> prices(static_cast<std::size_t>(rows.products) + 1);
    for (std::int64_t id = 1; id <= rows.products; ++id) {
        const auto price = static_cast<std::int64_t>(s.lognormal(2500, 0.7)) + 1;
        prices[static_cast<std::size_t>(id)] = price;
        in << id
           << fmt::format("{} {} {}", kAdjectives[s.uniformInt(kAdjectives.size())],
                          kNouns[s.uniformInt(kNouns.size())], id)
           << words(s, 200) << price << static_cast<std::int64_t>(1'000'000) << std::int64_t{1}
           << kEpochMs - static_cast<std::int64_t>(s.uniformInt(kYearMs));
        in.row();
    }
    return prices;
}

void fillOrders(sqlite3* db, const ShopRows& rows, const std::vector<std::int64_t>& prices,
                std::uint64_t seed) {
    Stream s(seed, "shop.orders");
    const random::Zipf customers(static_cast<std::uint64_t>(rows.customers), 0.5);
    const random::Zipf products(static_cast<std::uint64_t>(rows.products), 1.0);
    Inserter orders(db, "orders", 6);
    Inserter lines(db, "order_lines", 6);
    std::int64_t line = 0;
    for (std::int64_t id = 1; id <= rows.orders; ++id) {
        // The lines are dealt out so that there are exactly as many as there shall be.
        const std::int64_t left = rows.lines - line;
        const std::int64_t ordersLeft = rows.orders - id + 1;
        std::int64_t n =
            id == rows.orders
                ? left
                : 1 + static_cast<std::int64_t>(s.uniformInt(static_cast<std::uint64_t>(
                          std::max<std::int64_t>(1, 2 * left / ordersLeft - 1))));
        n = std::min(n, left - (ordersLeft - 1));
        std::int64_t total = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            const auto product = static_cast<std::int64_t>(products.draw(s));
            const auto quantity = 1 + static_cast<std::int64_t>(s.uniformInt(3));
            const std::int64_t price = prices[static_cast<std::size_t>(product)];
            total += quantity * price;
            lines << ++line << id << product << quantity << price << words(s, 20);
            lines.row();
        }
        const std::int64_t created = kEpochMs - kYearMs + id * (kYearMs / rows.orders) +
                                     static_cast<std::int64_t>(s.uniformInt(
                                         static_cast<std::uint64_t>(kYearMs / rows.orders)));
        orders << id << static_cast<std::int64_t>(customers.draw(s))
               << std::string(kStatuses[s.uniformInt(kStatuses.size())]) << words(s, 120) << total
               << created;
        orders.row();
    }
}

void fillRest(sqlite3* db, const ShopRows& rows, std::uint64_t seed) {
    Stream s(seed, "shop.rest");
    const random::Zipf products(static_cast<std::uint64_t>(rows.products), 1.0);
    Inserter payments(db, "payments", 5);
    for (std::int64_t id = 1; id <= rows.payments; ++id) {
        payments << id
                 << 1 + static_cast<std::int64_t>(
                            s.uniformInt(static_cast<std::uint64_t>(rows.orders)))
                 << 1 + static_cast<std::int64_t>(s.uniformInt(50'000))
                 << fmt::format("pay_{:016x}", s.bits())
                 << kEpochMs - static_cast<std::int64_t>(s.uniformInt(kYearMs));
        payments.row();
    }
    Inserter reviews(db, "reviews", 6);
    for (std::int64_t id = 1; id <= rows.reviews; ++id) {
        reviews << id << static_cast<std::int64_t>(products.draw(s))
                << 1 + static_cast<std::int64_t>(
                           s.uniformInt(static_cast<std::uint64_t>(rows.customers)))
                << 1 + static_cast<std::int64_t>(s.uniformInt(5)) << words(s, 90)
                << kEpochMs - static_cast<std::int64_t>(s.uniformInt(kYearMs));
        reviews.row();
    }
}

/// What the file system of a path has left for us; all there is when it does not say.
std::uintmax_t freeBytes(const fs::path& file) {
    std::error_code error;
    const auto space = fs::space(file.has_parent_path() ? file.parent_path() : ".", error);
    return error ? std::numeric_limits<std::uintmax_t>::max() : space.available;
}

std::string spaceWords(std::uintmax_t needed, const fs::path& file) {
    return fmt::format("it needs {} MB, {} MB are free in {}", needed / 1'000'000 + 1,
                       freeBytes(file) / 1'000'000, file.parent_path().string());
}

bool isAboutSpace(int sqliteCode) {
    // A full disk shows as FULL, or as a write that fails when the memory map was in between.
    return (sqliteCode & 0xff) == SQLITE_FULL || (sqliteCode & 0xff) == SQLITE_IOERR;
}

/// Drafts of builds that were killed.
void removeDrafts(const fs::path& file) {
    const std::string begin = file.filename().string() + ".";
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(file.parent_path(), ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(begin) && name.ends_with(".part")) fs::remove(entry.path(), ignored);
    }
}

bool isCurrent(const fs::path& file, double scale) {
    try {
        const auto db = openSqlite(file, SQLITE_OPEN_READONLY);
        const auto rows = ShopRows{}.scaled(scale);
        return queryNumber(db.get(), "PRAGMA user_version") == kDatasetVersion &&
               queryNumber(db.get(), "SELECT max(id) FROM order_lines") == rows.lines &&
               queryNumber(db.get(), "SELECT max(id) FROM reviews") == rows.reviews;
    } catch (const SqliteError&) {
        return false;
    }
}

}  // namespace

ShopRows ShopRows::scaled(double scale) const {
    const auto part = [&](std::int64_t n) {
        return std::max<std::int64_t>(10, std::llround(static_cast<double>(n) * scale));
    };
    return {part(customers), part(products), part(orders),
            part(lines),     part(payments), part(reviews)};
}

std::uintmax_t neededBytes(double scale) {
    const auto rows = ShopRows{}.scaled(scale);
    // Bytes a row, measured, and a tenth more.
    const double bytes =
        90.0 * static_cast<double>(rows.customers) + 290.0 * static_cast<double>(rows.products) +
        165.0 * static_cast<double>(rows.orders) + 46.0 * static_cast<double>(rows.lines) +
        50.0 * static_cast<double>(rows.payments) + 120.0 * static_cast<double>(rows.reviews);
    return static_cast<std::uintmax_t>(bytes * 1.1) + 64 * 1024;
}

void buildShop(const fs::path& file, double scale, std::uint64_t seed) {
    // Built beside the target and renamed: whoever finds the file finds all of it. The number is
    // for threads of one process.
    static std::atomic<int> draftNumber{0};
    const fs::path draft = fmt::format("{}.{}-{}.part", file.string(), ::getpid(), ++draftNumber);
    const auto problem = [&](const std::string& what) {
        return std::runtime_error(
            fmt::format("{}: the dataset could not be built: {}", file.string(), what));
    };
    // Before the work, not after half of it.
    if (freeBytes(file) < neededBytes(scale))
        throw problem("the disk is full: " + spaceWords(neededBytes(scale), file));
    std::error_code ignored;
    fs::remove(draft, ignored);
    try {
        const auto rows = ShopRows{}.scaled(scale);
        auto db = openSqlite(draft, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        execute(db.get(), "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096");
        execute(db.get(), "BEGIN");
        for (const auto& sql : createTables()) execute(db.get(), sql);
        fillCustomers(db.get(), rows, seed);
        const auto prices = fillProducts(db.get(), rows, seed);
        fillOrders(db.get(), rows, prices, seed);
        fillRest(db.get(), rows, seed);
        execute(db.get(), fmt::format("PRAGMA user_version={}", kDatasetVersion));
        execute(db.get(), "COMMIT");
        db.reset();
        fs::rename(draft, file);
    } catch (const SqliteError& e) {
        const auto words =
            isAboutSpace(e.code())
                ? fmt::format("{}: {}", e.what(), spaceWords(neededBytes(scale), file))
                : std::string(e.what());
        fs::remove(draft, ignored);
        throw problem(words);
    } catch (const std::exception& e) {
        fs::remove(draft, ignored);
        throw problem(e.what());
    }
}

std::string checksum(const fs::path& file) {
    const auto db = openSqlite(file, SQLITE_OPEN_READONLY);
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    const auto mix = [&](const unsigned char* bytes, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
        hash = (hash ^ 0x1f) * 0x100000001b3ULL;
    };
    for (const char* table :
         {"customers", "products", "orders", "order_lines", "payments", "reviews"}) {
        const auto s = prepare(db.get(), fmt::format("SELECT * FROM {} ORDER BY id", table));
        const int columns = ::sqlite3_column_count(s.get());
        int code = ::sqlite3_step(s.get());
        for (; code == SQLITE_ROW; code = ::sqlite3_step(s.get()))
            for (int c = 0; c < columns; ++c) {
                const auto* text = ::sqlite3_column_text(s.get(), c);
                mix(text, static_cast<std::size_t>(::sqlite3_column_bytes(s.get(), c)));
            }
        // The hash of half a table would be nobody's.
        if (code != SQLITE_DONE)
            throw SqliteError(code, file.string() + ": " + ::sqlite3_errmsg(db.get()));
    }
    return fmt::format("{:016x}", hash);
}

fs::path cacheFolder() {
    const fs::path folder = hardware::userCacheDir();
    fs::create_directories(folder);
    return folder;
}

fs::path ensureShop(const fs::path& cache, double scale) {
    const fs::path file = cache / fmt::format("shop-{:g}-v{}.db", scale, kDatasetVersion);
    if (fs::exists(file) && isCurrent(file, scale)) return file;
    const BuildLock lock(cache);
    if (fs::exists(file) && isCurrent(file, scale)) return file;  // built while we waited
    removeDrafts(file);
    buildShop(file, scale);
    fmt::print(stderr, "dataset shop built: {}, checksum {}\n", file.string(), checksum(file));
    return file;
}

std::string spaceHint(const fs::path& target, int sqliteCode, const fs::path& source) {
    std::error_code error;
    const auto needed = fs::file_size(source, error);
    return isAboutSpace(sqliteCode) && !error ? ": " + spaceWords(needed, target) : "";
}

void copyForRun(const fs::path& dataset, const fs::path& copy) {
    std::error_code error;
    std::error_code ignored;
    // A log that an earlier database of this name left would be taken for this one's.
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(copy.string() + suffix, ignored);
    fs::copy_file(dataset, copy, fs::copy_options::overwrite_existing, error);
    if (error) {
        const auto needed = fs::file_size(dataset, ignored);
        const bool isSpace = error == std::errc::no_space_on_device && !ignored;
        fs::remove(copy, ignored);
        throw std::runtime_error(fmt::format("{} could not be copied to {}: {}{}", dataset.string(),
                                             copy.string(), error.message(),
                                             isSpace ? ": " + spaceWords(needed, copy) : ""));
    }
    auto db = openSqlite(copy, SQLITE_OPEN_READWRITE);
    execute(db.get(), "PRAGMA journal_mode=WAL");
}

}  // namespace tenfold::data

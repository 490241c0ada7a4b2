// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/dataset.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "reference-server/data/schema.h"
#include "reference-server/data/sqlite_handle.h"

using namespace tenfold::data;  // NOLINT: a test
namespace fs = std::filesystem;

namespace {
struct Folder {
    fs::path path = fs::temp_directory_path() / ("tenfold-data-test-" + std::to_string(::getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
};
}  // namespace

TEST(Dataset, IsTheSameForTheSameSeedAndAnotherForAnother) {
    Folder f;
    buildShop(f.path / "a.db", 0.02, 1);
    buildShop(f.path / "b.db", 0.02, 1);
    buildShop(f.path / "c.db", 0.02, 2);
    EXPECT_EQ(checksum(f.path / "a.db"), checksum(f.path / "b.db"));
    EXPECT_NE(checksum(f.path / "a.db"), checksum(f.path / "c.db"));
}

TEST(Dataset, HasItsRowsAndTheTotalsOfOrdersAreThoseOfTheirLines) {
    Folder f;
    buildShop(f.path / "a.db", 0.05);
    const auto db = openSqlite(f.path / "a.db", SQLITE_OPEN_READONLY);
    const auto rows = ShopRows{}.scaled(0.05);
    EXPECT_EQ(queryNumber(db.get(), "SELECT count(*) FROM order_lines"), rows.lines);
    EXPECT_EQ(queryNumber(db.get(), "SELECT count(*) FROM orders"), rows.orders);
    EXPECT_EQ(queryNumber(db.get(), "SELECT count(DISTINCT order_id) FROM order_lines"),
              rows.orders);
    EXPECT_EQ(queryNumber(db.get(),
                          "SELECT count(*) FROM orders o JOIN (SELECT order_id, "
                          "sum(quantity * price_cents) AS t FROM order_lines GROUP BY order_id) l "
                          "ON l.order_id = o.id WHERE o.total_cents <> l.t"),
              0);
    // Zipf: the most popular product is on far more than its even share of the lines.
    EXPECT_GT(queryNumber(db.get(), "SELECT count(*) FROM order_lines WHERE product_id = 1"),
              20 * rows.lines / rows.products);
}

TEST(Dataset, IsBuiltOnceAndABrokenCacheIsRebuilt) {
    Folder f;
    const auto file = ensureShop(f.path, 0.01);
    const auto written = fs::last_write_time(file);
    EXPECT_EQ(ensureShop(f.path, 0.01), file);
    EXPECT_EQ(fs::last_write_time(file), written);
    fs::resize_file(file, 5000);
    ensureShop(f.path, 0.01);
    EXPECT_EQ(checksum(file).size(), 16u);
}

TEST(Dataset, WhereItCannotBeWrittenItSaysWhichFileAndLeavesNothing) {
    try {
        buildShop("/proc/no/shop.db", 0.01);
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("/proc/no/shop.db"), std::string::npos);
    }
}

TEST(Dataset, EveryIndexCanBeMadeAndDropped) {
    Folder f;
    buildShop(f.path / "a.db", 0.01);
    const auto db = openSqlite(f.path / "a.db", SQLITE_OPEN_READWRITE);
    for (const auto& i : secondaryIndexes()) execute(db.get(), i.createSql());
    EXPECT_EQ(queryNumber(db.get(),
                          "SELECT count(*) FROM sqlite_master WHERE type='index' AND "
                          "name NOT LIKE 'sqlite%'"),
              6);
    for (const auto& i : secondaryIndexes()) execute(db.get(), i.dropSql());
}

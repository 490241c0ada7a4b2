// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/dataset.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>
#include <vector>

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

TEST(Dataset, HasThePublishedChecksumAndNeedsNoMoreThanItSays) {
    Folder f;
    const auto file = ensureShop(f.path);
    EXPECT_EQ(checksum(file), kDatasetChecksum);
    EXPECT_LT(fs::file_size(file), neededBytes(1));
    EXPECT_GT(fs::file_size(file), neededBytes(1) / 2);
}

TEST(Dataset, ManyAtOnceBuildItOnce) {
    Folder f;
    std::vector<ino_t> found(4);
    std::vector<std::thread> threads;
    for (auto& inode : found)
        threads.emplace_back([&] {
            struct stat s {};
            ::stat(ensureShop(f.path, 0.02).c_str(), &s);
            inode = s.st_ino;
        });
    for (auto& t : threads) t.join();
    // A second build would have replaced the file: another inode.
    struct stat s {};
    ::stat(ensureShop(f.path, 0.02).c_str(), &s);
    for (const auto inode : found) EXPECT_EQ(inode, s.st_ino);
    EXPECT_EQ(std::distance(fs::directory_iterator(f.path), {}), 1) << "the dataset, nothing else";
}

TEST(Dataset, ABuildThatWasKilledLeavesNothingAndNobodyWaitsForIt) {
    Folder f;
    if (const pid_t child = ::fork(); child == 0) {
        ensureShop(f.path, 0.5);
        ::_exit(0);
    } else {
        const auto hasDraft = [&] {
            for (const auto& entry : fs::directory_iterator(f.path))
                if (entry.path().extension() == ".part") return true;
            return false;
        };
        while (!hasDraft()) std::this_thread::yield();
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ASSERT_TRUE(hasDraft());
        const auto file = ensureShop(f.path, 0.5);
        EXPECT_FALSE(hasDraft());
        const auto db = openSqlite(file, SQLITE_OPEN_READONLY);
        EXPECT_EQ(queryNumber(db.get(), "SELECT count(*) FROM orders"), 40'000);
    }
}

TEST(Dataset, AFullDiskIsSaidInBytesBeforeTheWork) {
    Folder f;
    try {
        buildShop(f.path / "huge.db", 1e9);
        FAIL();
    } catch (const std::runtime_error& e) {
        const std::string said = e.what();
        EXPECT_NE(said.find("it needs "), std::string::npos) << said;
        EXPECT_NE(said.find(" MB are free in " + f.path.string()), std::string::npos) << said;
    }
    EXPECT_TRUE(fs::is_empty(f.path));
    EXPECT_NE(spaceHint(f.path / "a", SQLITE_FULL, "/proc/self/exe").find(" MB are free"),
              std::string::npos);
    EXPECT_EQ(spaceHint(f.path / "a", SQLITE_BUSY, "/proc/self/exe"), "");
}

TEST(Dataset, ACopyIsNotMixedWithTheLogOfAnEarlierOne) {
    Folder f;
    buildShop(f.path / "a.db", 0.01);
    for (const char* suffix : {"-wal", "-shm"})
        std::ofstream(f.path / (std::string("copy.db") + suffix)) << "of another life";
    copyForRun(f.path / "a.db", f.path / "copy.db");
    EXPECT_EQ(checksum(f.path / "copy.db"), checksum(f.path / "a.db"));
    EXPECT_THROW(copyForRun("/nowhere/a.db", f.path / "b.db"), std::runtime_error);
    EXPECT_FALSE(fs::exists(f.path / "b.db"));
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/sqlite_session.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "reference-server/data/dataset.h"
#include "reference-server/data/schema.h"
#include "reference-server/data/statements.h"

using namespace tenfold;  // NOLINT: a test
using nodes::SqliteSession;
using nodes::SqlRequest;

namespace {

struct Shop {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tenfold-session-" + std::to_string(::getpid()));
    std::string file = folder / "shop.db";
    SqliteSession::Position position;
    Shop() {
        std::filesystem::create_directories(folder);
        data::buildShop(folder / "source.db", 0.02);
        data::copyForRun(folder / "source.db", file);
    }
    ~Shop() { std::filesystem::remove_all(folder); }
};

SqlRequest request(std::string_view sql, std::vector<std::string> parameters = {}) {
    SqlRequest r;
    r.sql = sql;
    r.kind = nodes::kindOf(sql);
    for (auto& p : parameters) r.parameters.push_back({std::move(p), false, false});
    return r;
}

}  // namespace

TEST(SqliteSession, AScanOfNRowsIsNMinusOneStepsAndTheIndexLeavesAFew) {
    Shop shop;
    SqliteSession s(shop.file, false, shop.position);
    const auto rows = data::ShopRows{}.scaled(0.02).lines;
    const auto scan = s.run(request(data::sql::kLineCount, {"17"}), false);
    EXPECT_EQ(scan.fullScanSteps, static_cast<std::uint64_t>(rows - 1));
    for (const auto& index : data::secondaryIndexes()) data::execute(s.handle(), index.createSql());
    const auto look = s.run(request(data::sql::kLineCount, {"17"}), false);
    EXPECT_EQ(look.fullScanSteps, 0u);
    EXPECT_LT(look.vmSteps, 200u);
    EXPECT_EQ(look.rows, 1u);
}

TEST(SqliteSession, ErrorsCarryPostgresStates) {
    Shop shop;
    SqliteSession s(shop.file, false, shop.position);
    const auto state = [&](const char* sql) { return s.run(request(sql), false).sqlState; };
    EXPECT_EQ(state("SELECT * FROM nowhere"), "42P01");
    EXPECT_EQ(state("SELECT missing_column FROM orders"), "42703");
    EXPECT_EQ(state("SELEC 1"), "42601");
    EXPECT_EQ(state("INSERT INTO customers VALUES (1,'','','',0)"), "23505");
    EXPECT_EQ(state("INSERT INTO customers VALUES (999999,NULL,'','',0)"), "23502");
    EXPECT_EQ(state("SELECT $1"), "42P02");
    SqliteSession reader(shop.file, true, shop.position);
    EXPECT_EQ(reader.run(request("DELETE FROM orders"), false).sqlState, "25006");
}

TEST(SqliteSession, ACommittedTransactionComesAsAChangesetThatAReplicaCanApply) {
    Shop primary;
    SqliteSession s(primary.file, false, primary.position);
    const auto copy = primary.folder / "replica.db";
    data::copyForRun(primary.folder / "source.db", copy);
    SqliteSession replica(copy, false, primary.position);

    s.run(request("BEGIN READ WRITE"), true);
    s.run(request("UPDATE customers SET address = 'moved' WHERE id = 3"), true);
    s.run(request("INSERT INTO reviews VALUES (900001, 1, 3, 5, 'good', 0)"), true);
    const auto commit = s.run(request("COMMIT"), true);
    EXPECT_TRUE(commit.hasCommittedWrite);
    ASSERT_FALSE(commit.changeset.empty());
    replica.apply("", commit.changeset);
    EXPECT_EQ(data::queryNumber(replica.handle(),
                                "SELECT count(*) FROM customers WHERE address = 'moved'"),
              1);
    // An autocommitted write brings its own.
    const auto single = s.run(request("DELETE FROM reviews WHERE id = 900001"), true);
    EXPECT_TRUE(single.hasCommittedWrite);
    replica.apply("", single.changeset);
    EXPECT_EQ(data::queryNumber(replica.handle(), "SELECT count(*) FROM reviews WHERE id = 900001"),
              0);
    // What is rolled back leaves nothing.
    s.run(request("BEGIN READ WRITE"), true);
    s.run(request("DELETE FROM customers WHERE id = 3"), true);
    s.run(request("ROLLBACK"), true);
    EXPECT_FALSE(s.run(request("COMMIT"), true).hasCommittedWrite);
    EXPECT_THROW(replica.apply("", single.changeset), data::SqliteError) << "a change applies once";
}

TEST(SqliteSession, WholeNumbersInTextBindAsNumbersAndNamesStayText) {
    Shop shop;
    SqliteSession s(shop.file, false, shop.position);
    EXPECT_EQ(s.run(request("SELECT id FROM products ORDER BY id LIMIT $1", {"7"}), false).rows,
              7u);
    s.run(request("UPDATE customers SET address = $1 WHERE id = $2", {"007", "5"}), false);
    EXPECT_EQ(data::queryNumber(s.handle(), "SELECT count(*) FROM customers WHERE address = '007'"),
              1);
}

TEST(SqliteSession, WhatSqliteRolledBackByItselfIsNotCommittedLater) {
    Shop shop;
    SqliteSession s(shop.file, false, shop.position);
    s.run(request("BEGIN READ WRITE"), true);
    s.run(request("UPDATE products SET stock = 0 WHERE id = 1"), true);
    // A full disk, a cancelled write: the whole transaction goes.
    const auto failed =
        s.run(request("INSERT OR ROLLBACK INTO customers VALUES (1, 'again', '', '', 0)"), true);
    EXPECT_EQ(failed.sqlState, "23505");
    EXPECT_FALSE(s.isInTransaction());
    EXPECT_EQ(s.run(request("ROLLBACK"), true).sqlState, "");
    s.run(request("BEGIN"), true);
    const auto commit = s.run(request("COMMIT"), true);
    EXPECT_FALSE(commit.hasCommittedWrite);
    EXPECT_EQ(commit.changeset, "");
}

TEST(SqliteSession, ReplicasReadersCannotWriteByAnyName) {
    Shop shop;
    SqliteSession reader(shop.file, true, shop.position);
    EXPECT_EQ(reader.run(request("ANALYZE"), false).sqlState, "0A000");
    EXPECT_EQ(
        reader.run(request("WITH a AS (SELECT 1) REPLACE INTO reviews SELECT 1,1,1,1,'',1"), false)
            .sqlState,
        "0A000");
}

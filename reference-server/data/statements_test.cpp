// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/statements.h"

#include <gtest/gtest.h>

#include <set>

#include "reference-server/data/schema.h"
#include "reference-server/data/sqlite_handle.h"
#include "simulator/hardware/statement_costs.h"

using namespace tenfold;        // NOLINT: a test
using namespace tenfold::data;  // NOLINT: a test

TEST(Statements, EachCarriesItsShapeAndSqliteAcceptsIt) {
    const auto db = openSqlite(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    for (const auto& sql : createTables()) execute(db.get(), sql);
    std::set<std::string> shapes;
    for (const auto& [shape, text] : allShapes()) {
        shapes.insert(shape);
        if (isForTransactions(shape))
            continue;  // BEGIN READ WRITE is PostgreSQL's; the node translates it
        EXPECT_NO_THROW(prepare(db.get(), text)) << text;
    }
    EXPECT_EQ(shapes.size(), 50u);
}

TEST(Statements, EachShapeHasAPriceOfItsOwn) {
    const auto costs = hardware::StatementCosts::shipped();
    for (const auto& [shape, text] : allShapes())
        EXPECT_TRUE(costs.shapes().count(shape)) << shape << ": run script/fit-statements";
}

TEST(Statements, APrefixSearchEndsAfterTheLastMatch) {
    EXPECT_LT(std::string("Am\xC3\xBCsing"), afterPrefix("Am"));
    EXPECT_GT(std::string("An"), afterPrefix("Am"));
}

TEST(Statements, AnEmptyListIsStillAStatement) {
    const auto db = openSqlite(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    for (const auto& sql : createTables()) execute(db.get(), sql);
    EXPECT_EQ(queryNumber(db.get(), sql::lineCountsOf({})), 0);
}

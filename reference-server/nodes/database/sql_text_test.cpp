// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/sql_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tenfold::nodes;  // NOLINT: a test
using testing::ElementsAre;

TEST(SqlText, KindsAreToldByTheFirstWordAfterComments) {
    EXPECT_EQ(kindOf("/*shape='x'*/ SELECT 1"), SqlKind::read);
    EXPECT_EQ(kindOf("-- hi\n insert into t values (1)"), SqlKind::write);
    EXPECT_EQ(kindOf("WITH a AS (SELECT 1) SELECT * FROM a"), SqlKind::read);
    EXPECT_EQ(kindOf("WITH a AS (SELECT 1) DELETE FROM t"), SqlKind::write);
    EXPECT_EQ(kindOf("WITH updates AS (SELECT 1) SELECT 1"), SqlKind::read);
    EXPECT_EQ(kindOf("BEGIN"), SqlKind::begin);
    EXPECT_EQ(kindOf("/*shape='begin'*/BEGIN READ WRITE"), SqlKind::beginReadWrite);
    EXPECT_EQ(kindOf("START TRANSACTION READ ONLY"), SqlKind::beginReadOnly);
    EXPECT_EQ(kindOf("end;"), SqlKind::commit);
    EXPECT_EQ(kindOf("create index a on b(c)"), SqlKind::ddl);
    EXPECT_EQ(kindOf(" ; "), SqlKind::empty);
    EXPECT_EQ(kindOf("(SELECT 1)"), SqlKind::read) << "an error to tell, not nothing to do";
    EXPECT_EQ(kindOf("savepoint a"), SqlKind::unsupported);
    EXPECT_EQ(kindOf("ROLLBACK TO SAVEPOINT a"), SqlKind::unsupported);
    EXPECT_EQ(kindOf("PRAGMA table_info(orders)"), SqlKind::read);
    EXPECT_EQ(kindOf("PRAGMA journal_mode = DELETE"), SqlKind::unsupported);
}

TEST(SqlText, StatementsEndAtSemicolonsOutsideQuotesAndComments) {
    EXPECT_THAT(splitStatements("select ';'; select 2 -- a;b\n; /*;*/ select \"x;y\";"),
                ElementsAre("select ';'", " select 2 -- a;b\n", " /*;*/ select \"x;y\""));
    EXPECT_THAT(splitStatements("  ;; "), ElementsAre());
    EXPECT_THAT(splitStatements("select 'open"), ElementsAre("select 'open"));
}

TEST(SqlText, ExplainBecomesSqlitesQueryPlan) {
    EXPECT_EQ(sqliteText("EXPLAIN SELECT 1", SqlKind::read), "EXPLAIN QUERY PLAN SELECT 1");
    EXPECT_EQ(sqliteText("explain (analyze, buffers) SELECT 1", SqlKind::read),
              "EXPLAIN QUERY PLAN SELECT 1");
    EXPECT_EQ(sqliteText("EXPLAIN QUERY PLAN SELECT 1", SqlKind::read),
              "EXPLAIN QUERY PLAN SELECT 1");
}

TEST(SqlText, TagsAreThoseOfPostgres) {
    EXPECT_EQ(commandTag("insert into t", SqlKind::write, 0, 3), "INSERT 0 3");
    EXPECT_EQ(commandTag("with a as (select 1) delete from t", SqlKind::write, 0, 2), "DELETE 2");
    EXPECT_EQ(commandTag("update t", SqlKind::write, 0, 2), "UPDATE 2");
    EXPECT_EQ(commandTag("select 1", SqlKind::read, 7, 0), "SELECT 7");
    EXPECT_EQ(commandTag("drop index a", SqlKind::ddl, 0, 0), "DROP INDEX");
}

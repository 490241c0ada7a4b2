// SPDX-License-Identifier: GPL-3.0-or-later
// What real clients, psql and libpq, see of the database node.
#include <set>

#include "reference-server/data/statements.h"
#include "reference-server/nodes/database/test_database.h"

namespace tenfold::nodes {
namespace {

using namespace test;  // NOLINT: helpers of tests

class Protocol : public testing::TestWithParam<const char*> {
protected:
    Protocol() {
        makeShop(m_folder / "primary.db");
        m_database =
            std::make_unique<RunningDatabase>(settingsFor(m_folder / "primary.db", GetParam()));
    }
    Connection connect(const std::string& more = "") { return connectTo(m_database->port(), more); }
    std::string psqlSays(const std::string& sql) { return psql(m_database->port(), sql).output; }

    ScratchFolder m_folder;
    std::unique_ptr<RunningDatabase> m_database;
};

TEST_P(Protocol, PsqlIsAtHome) {
    EXPECT_EQ(psqlSays("SELECT 1"), "1\n");
    EXPECT_EQ(psqlSays("SELECT id, name FROM products WHERE id < 3 ORDER BY id").substr(0, 2),
              "1|");
    EXPECT_EQ(psqlSays("SELECT 1; SELECT 2; SELECT NULL"), "1\n2\n\n");
    EXPECT_EQ(psqlSays("BEGIN; UPDATE products SET stock = 5 WHERE id = 1; ROLLBACK"),
              "BEGIN\nUPDATE 1\nROLLBACK\n");
    EXPECT_EQ(psqlSays("SET search_path = public; SELECT 3"), "SET\n3\n");
    EXPECT_EQ(psqlSays("SHOW max_connections"), "100\n");
    EXPECT_EQ(psqlSays("SELECT pg_current_wal_lsn()"), "0/0\n");
    EXPECT_NE(psqlSays("SELECT version()").find("PostgreSQL"), std::string::npos);
    EXPECT_NE(psqlSays("EXPLAIN SELECT * FROM order_lines WHERE order_id = 1").find("SCAN"),
              std::string::npos);
    EXPECT_EQ(psqlSays("VALUES (1), (2)"), "1\n2\n");
    EXPECT_EQ(psqlSays("/* c */ -- d\nSELECT ';'"), ";\n");
    EXPECT_EQ(psqlSays(""), "");
}

TEST_P(Protocol, CatalogueCommandsFailCleanly) {
    // There is no catalogue of PostgreSQL's here: psql gets an error it can print, and lives on.
    const auto d = psql(m_database->port(), "\\\\d");
    EXPECT_NE(d.output.find("ERROR:"), std::string::npos) << d.output;
    EXPECT_EQ(psqlSays("SELECT 1"), "1\n");
}

TEST_P(Protocol, ErrorsCarryPostgresStates) {
    const auto c = connect();
    EXPECT_EQ(cell(c, "SELECT * FROM nowhere"), "ERROR 42P01");
    EXPECT_EQ(cell(c, "SELECT no_such FROM orders"), "ERROR 42703");
    EXPECT_EQ(cell(c, "SELEKT 1"), "ERROR 42601");
    EXPECT_EQ(cell(c, "SELECT no_function()"), "ERROR 42883");
    EXPECT_EQ(cell(c, "INSERT INTO reviews VALUES (1, 1, 1, 5, 'again', 0)"), "ERROR 23505");
    EXPECT_EQ(cell(c, "INSERT INTO reviews (product_id) VALUES (1)"), "ERROR 23502");
    EXPECT_EQ(cell(c, "SHOW nothing_of_the_kind"), "ERROR 42704");
    EXPECT_EQ(cell(c, "SELECT 1"), "1");
    const auto r = query(c, "SELECT * FROM nowhere");
    EXPECT_STREQ(PQresultErrorField(r.get(), PG_DIAG_SEVERITY), "ERROR");
}

TEST_P(Protocol, FailedTransactionIgnoresEverythingUntilItsEnd) {
    const auto c = connect();
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_IDLE);
    EXPECT_EQ(cell(c, "BEGIN"), "");
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_INTRANS);
    EXPECT_EQ(cell(c, "SELECT * FROM nowhere"), "ERROR 42P01");
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_INERROR);
    EXPECT_EQ(cell(c, "SELECT 1"), "ERROR 25P02");
    const auto end = query(c, "COMMIT");
    EXPECT_STREQ(PQcmdStatus(end.get()), "ROLLBACK");
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_IDLE);
}

TEST_P(Protocol, PreparedStatementsAndParameters) {
    const auto c = connect();
    const Result prepared(
        PQprepare(c.get(), "byId", "SELECT id, name FROM products WHERE id = $1", 0, nullptr),
        &PQclear);
    ASSERT_EQ(cell(prepared), "");
    for (const char* id : {"3", "7"}) {
        const Result r(PQexecPrepared(c.get(), "byId", 1, &id, nullptr, nullptr, 0), &PQclear);
        EXPECT_EQ(cell(r), id);
        EXPECT_EQ(PQftype(r.get(), 0), 20u);
        EXPECT_EQ(PQftype(r.get(), 1), 25u);
    }
    // A binary int4, and binary results.
    const std::string four("\0\0\0\4", 4);
    const char* value = four.data();
    const int length = 4;
    const int format = 1;
    const Oid int4 = 23;
    const Result binary(PQexecParams(c.get(), "SELECT id FROM products WHERE id = $1", 1, &int4,
                                     &value, &length, &format, 1),
                        &PQclear);
    ASSERT_EQ(PQntuples(binary.get()), 1);
    EXPECT_EQ(std::string(PQgetvalue(binary.get(), 0, 0), 8), std::string("\0\0\0\0\0\0\0\4", 8));
    const Result described(PQdescribePrepared(c.get(), "byId"), &PQclear);
    EXPECT_EQ(PQnparams(described.get()), 1);
    EXPECT_EQ(PQnfields(described.get()), 2);
    EXPECT_EQ(cell(c, "SELECT 1 WHERE $1 IS NULL", {"x"}), "");
    const char* id = "1";
    const Result none(PQexecPrepared(c.get(), "unknown", 1, &id, nullptr, nullptr, 0), &PQclear);
    EXPECT_EQ(cell(none), "ERROR 26000");
}

TEST_P(Protocol, PipelineIsAnsweredInOrderAndSkipsToSyncAfterAnError) {
    const auto c = connect();
    ASSERT_EQ(PQenterPipelineMode(c.get()), 1);
    const auto send = [&](const std::string& sql) {
        ASSERT_EQ(PQsendQueryParams(c.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0),
                  1);
    };
    for (int i = 0; i < 500; ++i) send("SELECT " + std::to_string(i));
    PQpipelineSync(c.get());
    send("SELECT 1000");
    send("SELECT * FROM nowhere");
    send("SELECT 1001");
    PQpipelineSync(c.get());
    send("SELECT 1002");
    PQpipelineSync(c.get());
    std::vector<std::string> answers;
    for (int syncs = 0; syncs < 3;) {
        const Result r(PQgetResult(c.get()), &PQclear);
        if (!r) continue;
        const auto status = PQresultStatus(r.get());
        if (status == PGRES_PIPELINE_SYNC)
            ++syncs;
        else if (status == PGRES_PIPELINE_ABORTED)
            answers.push_back("aborted");
        else
            answers.push_back(cell(r));
    }
    ASSERT_EQ(answers.size(), 504u);
    for (int i = 0; i < 500; ++i)
        EXPECT_EQ(answers[static_cast<std::size_t>(i)], std::to_string(i));
    EXPECT_EQ(answers[500], "1000");
    EXPECT_EQ(answers[501], "ERROR 42P01");
    EXPECT_EQ(answers[502], "aborted");
    EXPECT_EQ(answers[503], "1002");
}

TEST_P(Protocol, VeryLongBatchesAreServed) {
    const auto c = connect();
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "SELECT 1;";
    EXPECT_EQ(cell(c, many + "SELECT 2"), "2");
    many.clear();
    for (int i = 0; i < 20'000; ++i) many += "SET a = b;";
    EXPECT_EQ(cell(c, many + "SELECT 3"), "3");
}

TEST_P(Protocol, ConnectionsBeyondTheLimitAreRefusedInPostgresWords) {
    std::vector<Connection> held;
    for (int i = 0; i < 97; ++i) {
        held.push_back(connect());
        ASSERT_EQ(PQstatus(held.back().get()), CONNECTION_OK) << i;
    }
    const auto extra = connect();
    EXPECT_EQ(PQstatus(extra.get()), CONNECTION_BAD);
    EXPECT_NE(
        std::string(PQerrorMessage(extra.get())).find("FATAL:  sorry, too many clients already"),
        std::string::npos);
    const auto s = m_database->sample();
    EXPECT_EQ(s.rejected.at("too_many_connections"), 1u);
    EXPECT_EQ(s.capacity, 97);
    EXPECT_EQ(s.inUse, 97);
    held.pop_back();
    EXPECT_TRUE(eventually([&] { return m_database->sample().inUse == 96; }));
    EXPECT_EQ(PQstatus(connect().get()), CONNECTION_OK);
}

/// statements, vmSteps, fullScanSteps, rows, lockUs, databaseUs, lsn
std::vector<long long> cost(const Connection& c) {
    std::vector<long long> out;
    const char* text = PQparameterStatus(c.get(), "tenfold.cost");
    for (const char* p = text; p && *p;) {
        char* end = nullptr;
        out.push_back(std::strtoll(p, &end, 10));
        p = *end == ',' ? end + 1 : end;
    }
    return out;
}

TEST_P(Protocol, ScanStepsAreRowsLessOneAndVanishWithTheIndex) {
    const auto c = connect("options='-c tenfold.report=on'");
    const std::string count(data::sql::kLineCount);
    ASSERT_NE(cell(c, count, {"7"}), "0");
    auto before = cost(c);
    ASSERT_EQ(before.size(), 7u);
    EXPECT_EQ(before[0], 1);
    EXPECT_EQ(before[2], 4'999);
    EXPECT_EQ(before[3], 1);
    const auto detail = m_database->setIndexes(true);
    EXPECT_NE(detail.find("SCAN"), std::string::npos) << detail;
    EXPECT_NE(detail.find("SEARCH"), std::string::npos) << detail;
    ASSERT_NE(cell(c, count, {"7"}), "0");
    EXPECT_EQ(cost(c)[2], 0);
    EXPECT_LT(cost(c)[1], before[1] / 50);
    m_database->setIndexes(false);
    ASSERT_NE(cell(c, count, {"7"}), "0");
    EXPECT_EQ(cost(c)[2], 4'999);
}

TEST_P(Protocol, IndexesComeAndGoUnderLoadWithoutAnError) {
    std::atomic<bool> isStopping{false};
    std::atomic<int> failures{0};
    std::atomic<int> done{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&, i] {
            const auto c = connect();
            while (!isStopping) {
                const auto read = cell(c, std::string(data::sql::kLineCount), {"7"});
                const auto write =
                    i == 0 ? cell(c, "UPDATE products SET stock = stock - 1 WHERE id = 1") : "";
                if (read.starts_with("ERROR") || write.starts_with("ERROR")) ++failures;
                ++done;
            }
        });
    }
    for (int i = 0; i < 6; ++i) m_database->setIndexes(i % 2 == 0);
    isStopping = true;
    for (auto& t : clients) t.join();
    EXPECT_EQ(failures, 0);
    EXPECT_GT(done, 0);
}

TEST_P(Protocol, WritersTakeTurnsInOrderOfArrival) {
    const auto first = connect();
    ASSERT_EQ(cell(first, "BEGIN READ WRITE"), "");
    std::vector<Connection> others;
    for (int i = 0; i < 5; ++i) others.push_back(connect());
    for (std::size_t i = 0; i < others.size(); ++i) {
        PQsendQuery(others[i].get(), "BEGIN READ WRITE");
        ASSERT_TRUE(eventually([&] {
            return m_database->sample().gauges.at("lock_waiting") == static_cast<double>(i + 1);
        }));
    }
    // Neither a read-only transaction nor a plain read stands in that line.
    const auto reader = connect();
    EXPECT_EQ(cell(reader, "BEGIN READ ONLY"), "");
    EXPECT_EQ(cell(reader, "SELECT count(*) FROM orders"), "800");
    EXPECT_EQ(cell(reader, "COMMIT"), "");
    const Connection* holder = &first;
    for (const auto& next : others) {
        for (const auto& later : others) {
            PQconsumeInput(later.get());
            if (&later >= &next) {
                EXPECT_EQ(PQisBusy(later.get()), 1);
            }
        }
        ASSERT_EQ(cell(*holder, "COMMIT"), "");
        const Result granted(PQgetResult(next.get()), &PQclear);
        ASSERT_EQ(cell(granted), "");
        while (const Result rest{PQgetResult(next.get()), &PQclear}) {
        }
        holder = &next;
    }
    EXPECT_EQ(cell(*holder, "COMMIT"), "");
}

TEST_P(Protocol, PlainBeginTakesItsTurnAtTheFirstWrite) {
    const auto a = connect();
    const auto b = connect("options='-c tenfold.report=on'");
    ASSERT_EQ(cell(a, "BEGIN READ WRITE"), "");
    EXPECT_EQ(cell(b, "BEGIN"), "");
    EXPECT_EQ(cell(b, "SELECT 1"), "1");
    auto write = std::async(std::launch::async, [&] {
        return cell(b, "UPDATE products SET stock = stock - 1 WHERE id = 1");
    });
    ASSERT_TRUE(eventually([&] { return m_database->sample().gauges.at("lock_waiting") == 1; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_EQ(cell(a, "COMMIT"), "");
    EXPECT_EQ(write.get(), "");
    EXPECT_GE(cost(b)[4], 20'000);  // lock, µs
    EXPECT_EQ(cell(b, "COMMIT"), "");
    EXPECT_EQ(cost(b)[6], 1);  // a's transaction wrote nothing: this is the first position
}

TEST_P(Protocol, WriterThatReadFirstAndWasOvertakenIsToldToTryAgain) {
    const auto a = connect();
    const auto b = connect();
    ASSERT_EQ(cell(a, "BEGIN"), "");
    ASSERT_NE(cell(a, "SELECT stock FROM products WHERE id = 1"), "");
    ASSERT_EQ(cell(b, "UPDATE products SET stock = stock - 1 WHERE id = 1"), "");
    EXPECT_EQ(cell(a, "UPDATE products SET stock = stock - 1 WHERE id = 1"), "ERROR 40001");
    EXPECT_EQ(cell(a, "ROLLBACK"), "");
    EXPECT_EQ(cell(b, "UPDATE products SET stock = stock - 1 WHERE id = 1"), "");
}

TEST_P(Protocol, ReadOnlyTransactionRefusesWrites) {
    const auto c = connect();
    ASSERT_EQ(cell(c, "BEGIN READ ONLY"), "");
    EXPECT_EQ(cell(c, "UPDATE products SET stock = 0"), "ERROR 25006");
    EXPECT_EQ(cell(c, "ROLLBACK"), "");
    EXPECT_EQ(cell(c, "UPDATE products SET stock = 0 WHERE id = 1"), "");
}

TEST_P(Protocol, SessionThatDiesAsWriterIsRolledBackAndPassesOn) {
    {
        const auto dying = connect();
        ASSERT_EQ(cell(dying, "BEGIN READ WRITE"), "");
        ASSERT_EQ(cell(dying, "UPDATE products SET stock = 0 WHERE id = 1"), "");
    }
    const auto next = connect();
    ASSERT_EQ(cell(next, "BEGIN READ WRITE"), "");
    EXPECT_NE(cell(next, "SELECT stock FROM products WHERE id = 1"), "0");
    EXPECT_EQ(cell(next, "COMMIT"), "");
}

TEST_P(Protocol, PositionGrowsByOneForEachCommittedWrite) {
    const auto c = connect("options='-c tenfold.report=on'");
    ASSERT_EQ(cell(c, "UPDATE products SET stock = 1 WHERE id = 1"), "");
    EXPECT_EQ(cost(c)[6], 1);
    ASSERT_EQ(cell(c,
                   "BEGIN; UPDATE products SET stock = 2 WHERE id = 1; "
                   "UPDATE products SET stock = 3 WHERE id = 1; COMMIT"),
              "");
    EXPECT_EQ(cost(c)[6], 2);
    EXPECT_EQ(cost(c)[0], 4);
    ASSERT_EQ(cell(c, "BEGIN; UPDATE products SET stock = 4 WHERE id = 1; ROLLBACK"), "");
    EXPECT_EQ(cost(c)[6], 2);
    EXPECT_EQ(cell(c, "SELECT pg_current_wal_lsn()"), "0/2");
}

TEST_P(Protocol, EveryStatementOfTheApiRuns) {
    const auto c = connect();
    for (const auto& [shape, sql] : data::allShapes()) {
        const auto r = query(c, "EXPLAIN " + sql);
        // Statements with parameters cannot be explained without; the parser has seen them all the
        // same, and that is what counts.
        const std::string said = cell(r);
        EXPECT_TRUE(!said.starts_with("ERROR") || said == "ERROR 42P02" ||
                    data::isForTransactions(shape))
            << shape << ": " << PQresultErrorMessage(r.get());
    }
}

INSTANTIATE_TEST_SUITE_P(Hardware, Protocol, testing::Values("native", "10k"),
                         [](const testing::TestParamInfo<const char*>& tier) {
                             return "On_" + std::string(tier.param);
                         });

}  // namespace
}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
// The running nodes held against the clients people have: psql, libpq, redis-cli, curl, wrk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <vector>

#include "simulator/mechanisms/catalogue.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using test::LiveSystem;
using test::shell;
using test::shipped;
using testing::HasSubstr;

namespace {

/// One system for all of these: starting it takes longer than each of them.
class RealClients : public testing::Test {
protected:
    static void SetUpTestSuite() {
        s_live = new LiveSystem(shipped("sound", {"rate_limiting=off"}), true);
    }
    static void TearDownTestSuite() {
        delete s_live;
        s_live = nullptr;
    }
    static std::string conninfo(const std::string& node, const std::string& database = "shop") {
        return "host=127.0.0.1 port=" + std::to_string(s_live->node(node).port) +
               " user=shop dbname=" + database;
    }
    static std::string psql(const std::string& node, const std::string& sql) {
        return shell("psql -X -At '" + conninfo(node) + "' -c \"" + sql + "\"");
    }
    static LiveSystem* s_live;
};
LiveSystem* RealClients::s_live = nullptr;

using Pg = std::unique_ptr<PGconn, decltype(&PQfinish)>;
Pg pg(const std::string& conninfo) {
    return Pg(PQconnectdb(conninfo.c_str()), &PQfinish);
}

}  // namespace

TEST_F(RealClients, PsqlReadsWritesAndIsToldWhatIsWrong) {
    EXPECT_EQ(psql("primary", "select count(*) from customers"), "20000\n");
    EXPECT_EQ(psql("primary", "update customers set address='x' where id < 4"), "UPDATE 3\n");
    EXPECT_EQ(psql("primary", "select 1; select 'a;b'"), "1\na;b\n");
    EXPECT_THAT(psql("primary", "select * from nowhere"),
                HasSubstr("ERROR:  no such table: nowhere"));
    EXPECT_THAT(psql("primary", "insert into customers values (1,'','','',0)"),
                HasSubstr("ERROR:  UNIQUE"));
    EXPECT_THAT(psql("replica-1", "delete from orders"), HasSubstr("read-only"));
    EXPECT_THAT(psql("primary", "explain select count(*) from order_lines where order_id=1"),
                HasSubstr("SEARCH"));
    EXPECT_EQ(psql("pooler", "select count(*) from products"), "5000\n");
    EXPECT_THAT(psql("primary", "\\\\d"), Not(HasSubstr("server closed the connection")));
}

TEST_F(RealClients, ReplicasHaveWhatThePrimaryHas) {
    psql("primary", "insert into reviews values (777777, 1, 1, 5, 'replicated', 0)");
    const std::string asked = "select body from reviews where id = 777777";
    std::string found;
    for (int i = 0; i < 100 && found != "replicated\n"; ++i) {
        found = psql("replica-1", asked);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(found, "replicated\n");
    EXPECT_EQ(psql("primary", "select pg_current_wal_lsn()"),
              psql("replica-1", "select pg_last_wal_replay_lsn()"));
}

TEST_F(RealClients, TransactionsErrorsAndStatesAreThoseOfPostgres) {
    const auto c = pg(conninfo("primary"));
    ASSERT_EQ(PQstatus(c.get()), CONNECTION_OK) << PQerrorMessage(c.get());
    const auto state = [&](const char* sql) {
        std::unique_ptr<PGresult, decltype(&PQclear)> r(PQexec(c.get(), sql), &PQclear);
        const char* s = PQresultErrorField(r.get(), PG_DIAG_SQLSTATE);
        return std::string(s ? s : "");
    };
    EXPECT_EQ(state("BEGIN"), "");
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_INTRANS);
    EXPECT_EQ(state("SELECT * FROM nowhere"), "42P01");
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_INERROR);
    EXPECT_EQ(state("SELECT 1"), "25P02");
    EXPECT_EQ(state("ROLLBACK"), "");
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_IDLE);
    EXPECT_EQ(state("BEGIN READ ONLY"), "");
    EXPECT_EQ(state("DELETE FROM reviews"), "25006");
    EXPECT_EQ(state("ROLLBACK"), "");
    EXPECT_EQ(state("SELEC 1"), "42601");
}

TEST_F(RealClients, APipelineIsAnsweredInOrderAndAnErrorAbortsItsRest) {
    const auto c = pg(conninfo("primary"));
    ASSERT_EQ(PQstatus(c.get()), CONNECTION_OK);
    ASSERT_TRUE(PQenterPipelineMode(c.get()));
    for (int i = 0; i < 50; ++i) {
        const std::string n = std::to_string(i);
        const char* values[] = {n.c_str()};
        PQsendQueryParams(c.get(), "SELECT $1", 1, nullptr, values, nullptr, nullptr, 0);
    }
    PQsendQueryParams(c.get(), "SELECT * FROM nowhere", 0, nullptr, nullptr, nullptr, nullptr, 0);
    PQsendQueryParams(c.get(), "SELECT 2", 0, nullptr, nullptr, nullptr, nullptr, 0);
    PQpipelineSync(c.get());
    std::vector<std::string> values;
    int aborted = 0;
    for (bool isSynced = false; !isSynced;) {
        PGresult* r = PQgetResult(c.get());
        if (!r) continue;
        if (PQresultStatus(r) == PGRES_TUPLES_OK) values.emplace_back(PQgetvalue(r, 0, 0));
        aborted += PQresultStatus(r) == PGRES_PIPELINE_ABORTED;
        isSynced = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
        PQclear(r);
    }
    ASSERT_EQ(values.size(), 50u);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], std::to_string(i));
    EXPECT_EQ(aborted, 1);
}

TEST_F(RealClients, PreparedStatementsWorkDirectAndTheNinetyEighthClientIsTurnedAway) {
    const auto c = pg(conninfo("replica-2"));
    std::unique_ptr<PGresult, decltype(&PQclear)> p(
        PQprepare(c.get(), "look", "SELECT name FROM customers WHERE id = $1", 0, nullptr),
        &PQclear);
    EXPECT_EQ(PQresultStatus(p.get()), PGRES_COMMAND_OK);
    const char* values[] = {"17"};
    std::unique_ptr<PGresult, decltype(&PQclear)> r(
        PQexecPrepared(c.get(), "look", 1, values, nullptr, nullptr, 0), &PQclear);
    EXPECT_STREQ(PQgetvalue(r.get(), 0, 0), "User 17");
    std::vector<Pg> held;
    int refused = 0;
    std::string words;
    for (int i = 0; i < 110; ++i) {
        held.push_back(pg(conninfo("replica-2")));
        if (PQstatus(held.back().get()) != CONNECTION_OK) {
            ++refused;
            words = PQerrorMessage(held.back().get());
        }
    }
    EXPECT_THAT(words, HasSubstr("FATAL:  sorry, too many clients already"));
    // One prepared above, one of the primary's feed does not count here, the pooler may hold some.
    EXPECT_GE(refused, 110 - 96);
    EXPECT_LE(refused, 110 - 96 + 25);
}

TEST_F(RealClients, WritersTakeTurnsAndReadersDoNotWait) {
    const auto a = pg(conninfo("primary"));
    const auto b = pg(conninfo("primary"));
    const auto reader = pg(conninfo("primary"));
    const auto run = [](const Pg& c, const char* sql) {
        std::unique_ptr<PGresult, decltype(&PQclear)> r(PQexec(c.get(), sql), &PQclear);
        return PQresultStatus(r.get());
    };
    EXPECT_EQ(run(a, "BEGIN READ WRITE"), PGRES_COMMAND_OK);
    EXPECT_EQ(run(a, "UPDATE customers SET address='a' WHERE id=9"), PGRES_COMMAND_OK);
    ASSERT_TRUE(PQsendQuery(b.get(), "UPDATE customers SET address='b' WHERE id=9"));
    EXPECT_EQ(run(reader, "BEGIN READ ONLY"), PGRES_COMMAND_OK);
    EXPECT_EQ(run(reader, "SELECT address FROM customers WHERE id=9"), PGRES_TUPLES_OK);
    EXPECT_EQ(run(reader, "COMMIT"), PGRES_COMMAND_OK);
    PQconsumeInput(b.get());
    EXPECT_TRUE(PQisBusy(b.get())) << "the second writer waits for the first";
    EXPECT_EQ(run(a, "COMMIT"), PGRES_COMMAND_OK);
    std::unique_ptr<PGresult, decltype(&PQclear)> r(PQgetResult(b.get()), &PQclear);
    EXPECT_EQ(PQresultStatus(r.get()), PGRES_COMMAND_OK);
    while (PGresult* more = PQgetResult(b.get())) PQclear(more);
    EXPECT_EQ(psql("primary", "select address from customers where id=9"), "b\n");
}

TEST_F(RealClients, RedisCliSeesWhatTheApiPutThere) {
    auto client = s_live->client();
    ASSERT_TRUE(client.Get("/v1/products/42"));
    const std::string cli =
        "redis-cli -h 127.0.0.1 -p " + std::to_string(s_live->node("cache").port);
    EXPECT_THAT(shell(cli + " GET product:42"), HasSubstr("\"id\":42"));
    EXPECT_NE(shell(cli + " TTL product:42"), "-1\n");
}

TEST_F(RealClients, CurlGetsServerTimingAndCannotForgeAnIdentity) {
    const std::string url = "http://127.0.0.1:" + std::to_string(s_live->node("gateway").port);
    const auto product = shell("curl -si " + url + "/v1/products/4999");
    EXPECT_THAT(product, HasSubstr("HTTP/1.1 200"));
    EXPECT_THAT(product, HasSubstr("statements;desc=\"1\""));
    EXPECT_THAT(shell("curl -si -H 'X-Tenfold-User: 5' -H 'X-Tenfold-Hop: x' " + url + "/v1/me"),
                HasSubstr("HTTP/1.1 401"));
    EXPECT_THAT(shell("curl -si -H 'Authorization: Bearer 5.00' " + url + "/v1/me"),
                HasSubstr("HTTP/1.1 401"));
    const std::string direct = "http://127.0.0.1:" + std::to_string(s_live->node("api-1").port);
    EXPECT_THAT(shell("curl -si -H 'X-Tenfold-User: 5' " + direct + "/v1/me"),
                HasSubstr("HTTP/1.1 401"));
    EXPECT_THAT(shell("curl -s " + url + "/metrics"), HasSubstr("tenfold_work_arrived_total"));
    EXPECT_THAT(shell("curl -s " + direct + "/metrics"),
                HasSubstr("http_server_request_duration_seconds"));
    EXPECT_THAT(shell("curl -s http://127.0.0.1:" +
                      std::to_string(s_live->node("primary").metricsPort) + "/metrics"),
                HasSubstr("service_role=\"database\""));
}

TEST_F(RealClients, WrkIsAnsweredWithoutErrors) {
    const auto out =
        shell("wrk -t1 -c4 -d2s http://127.0.0.1:" + std::to_string(s_live->node("gateway").port) +
              "/images/1");
    EXPECT_THAT(out, HasSubstr("Requests/sec"));
    EXPECT_THAT(out, Not(HasSubstr("Non-2xx")));
    EXPECT_THAT(out, Not(HasSubstr("Socket errors")));
}

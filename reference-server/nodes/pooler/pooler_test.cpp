// SPDX-License-Identifier: GPL-3.0-or-later
// The pooler between real clients (libpq, psql) and our database node.
#include <atomic>

#include "reference-server/nodes/database/test_database.h"
#include "reference-server/nodes/pooler/pooler_node.h"

namespace tenfold::nodes {
namespace {

using namespace test;  // NOLINT: helpers of tests
using pooler::PoolerNode;
using pooler::ServerPool;

class RunningPooler {
public:
    RunningPooler() : m_guard(boost::asio::make_work_guard(m_io)), m_node(m_io) {
        m_thread = std::thread([this] { m_io.run(); });
    }
    ~RunningPooler() {
        m_io.stop();
        m_thread.join();
    }
    int port() const { return m_node.port(); }
    pooler::Counters& counters() { return m_node.counters(); }
    void set(const std::map<std::string, ServerPool::Settings>& databases) {
        std::promise<void> done;
        boost::asio::post(m_io, [&] {
            m_node.setDatabases(databases);
            done.set_value();
        });
        done.get_future().get();
    }

private:
    boost::asio::io_context m_io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> m_guard;
    PoolerNode m_node;
    std::thread m_thread;
};

ServerPool::Settings to(int port, int size = 25, double waitLimitS = 5) {
    ServerPool::Settings s;
    s.port = port;
    s.size = size;
    s.waitLimitS = waitLimitS;
    return s;
}

class Pooler : public testing::Test {
protected:
    Pooler() {
        makeShop(m_folder / "primary.db");
        m_database = std::make_unique<RunningDatabase>(settingsFor(m_folder / "primary.db"));
    }
    int connections() { return static_cast<int>(m_database->sample().inUse); }

    ScratchFolder m_folder;
    std::unique_ptr<RunningDatabase> m_database;
    RunningPooler m_pooler;
};

TEST_F(Pooler, PsqlWorksThroughIt) {
    m_pooler.set({{"shop", to(m_database->port())}});
    EXPECT_EQ(psql(m_pooler.port(), "SELECT count(*) FROM orders").output, "800\n");
    const auto several = psql(m_pooler.port(), "BEGIN; SELECT 1; COMMIT; SELECT 2");
    EXPECT_EQ(several.output, "BEGIN\n1\nCOMMIT\n2\n");
    const auto error = psql(m_pooler.port(), "SELECT * FROM nowhere");
    EXPECT_NE(error.output.find("ERROR:  no such table: nowhere"), std::string::npos);
    EXPECT_EQ(error.exitCode, 1);
    const auto missing = psql(m_pooler.port(), "SELECT 1", "elsewhere");
    EXPECT_NE(missing.output.find("FATAL:  no such database: elsewhere"), std::string::npos);
    EXPECT_EQ(connections(), 1);
}

TEST_F(Pooler, TwoHundredClientsOverTwentyFiveConnectionsLoseNothing) {
    m_pooler.set({{"shop", to(m_database->port(), 25, 60)}});
    constexpr int kClients = 200;
    constexpr int kRounds = 10;
    std::atomic<int> right{0};
    std::vector<Connection> clients;
    for (int i = 0; i < kClients; ++i) clients.push_back(connectTo(m_pooler.port()));
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
        threads.emplace_back([&, i] {
            const auto& c = clients[static_cast<std::size_t>(i)];
            for (int n = 0; n < kRounds; ++n) {
                // Answers are told apart, so a reply to the wrong client would be seen.
                const std::string mine = std::to_string(i * 1000 + n);
                const bool isRead = cell(c, "SELECT $1 + 0", {mine}) == mine;
                const bool isWrite =
                    cell(c, "BEGIN READ WRITE") == "" &&
                    cell(c, "UPDATE products SET version = version + 1 WHERE id = 1") == "" &&
                    cell(c, "COMMIT") == "";
                if (isRead && isWrite) ++right;
            }
        });
    }
    for (auto& t : threads) t.join();
    EXPECT_EQ(right, kClients * kRounds);
    EXPECT_EQ(cell(clients[0], "SELECT version FROM products WHERE id = 1"),
              std::to_string(1 + kClients * kRounds));
    // The answer is on its way to the client before the pooler has counted it.
    EXPECT_TRUE(eventually([&] { return m_pooler.counters().busy == 0; }));
    EXPECT_EQ(m_pooler.counters().completed, std::uint64_t{kClients * kRounds * 2 + 1});
    EXPECT_EQ(m_pooler.counters().waiting, 0);
    EXPECT_LE(connections(), 25);
    EXPECT_EQ(m_pooler.counters().clients, kClients);
}

TEST_F(Pooler, ConnectionIsLentForATransactionNotLonger) {
    m_pooler.set({{"shop", to(m_database->port(), 1, 5)}});
    const auto a = connectTo(m_pooler.port());
    const auto b = connectTo(m_pooler.port());
    EXPECT_EQ(cell(a, "SELECT 1"), "1");
    EXPECT_EQ(cell(b, "SELECT 2"), "2");
    EXPECT_EQ(cell(a, "BEGIN"), "");
    auto waiting = std::async(std::launch::async, [&] { return cell(b, "SELECT 3"); });
    EXPECT_TRUE(eventually([&] { return m_pooler.counters().waiting == 1; }));
    EXPECT_EQ(cell(a, "SELECT 4"), "4");
    EXPECT_EQ(cell(a, "COMMIT"), "");
    EXPECT_EQ(waiting.get(), "3");
    EXPECT_EQ(connections(), 1);
}

TEST_F(Pooler, WaitLimitRefusesAsPgBouncerDoes) {
    m_pooler.set({{"shop", to(m_database->port(), 1, 0.1)}});
    const auto holder = connectTo(m_pooler.port());
    const auto waiter = connectTo(m_pooler.port());
    ASSERT_EQ(cell(holder, "BEGIN"), "");
    ASSERT_EQ(PQsendQuery(waiter.get(), "SELECT 1"), 1);
    const Result refused(PQgetResult(waiter.get()), &PQclear);
    EXPECT_EQ(cell(refused), "ERROR 08P01");
    while (const Result rest{PQgetResult(waiter.get()), &PQclear}) {
    }
    EXPECT_NE(std::string(PQerrorMessage(waiter.get())).find("FATAL:  query_wait_timeout"),
              std::string::npos);
    EXPECT_EQ(PQstatus(waiter.get()), CONNECTION_BAD);
    EXPECT_EQ(m_pooler.counters().waitTimeouts, 1u);
    EXPECT_EQ(cell(holder, "SELECT 5"), "5");
    EXPECT_EQ(cell(holder, "COMMIT"), "");
}

TEST_F(Pooler, PipelineIsOneTransactionAndStaysInOrder) {
    m_pooler.set({{"shop", to(m_database->port(), 2)}});
    const auto c = connectTo(m_pooler.port(), "options='-c tenfold.report=on'");
    ASSERT_EQ(PQenterPipelineMode(c.get()), 1);
    PQsendQueryParams(c.get(), "BEGIN READ WRITE", 0, nullptr, nullptr, nullptr, nullptr, 0);
    for (int i = 0; i < 50; ++i) {
        const std::string n = std::to_string(i);
        const char* value = n.c_str();
        PQsendQueryParams(c.get(), "SELECT $1 + 0", 1, nullptr, &value, nullptr, nullptr, 0);
    }
    PQsendQueryParams(c.get(), "COMMIT", 0, nullptr, nullptr, nullptr, nullptr, 0);
    ASSERT_EQ(PQpipelineSync(c.get()), 1);
    std::vector<std::string> answers;
    for (bool isDone = false; !isDone;) {
        const Result r(PQgetResult(c.get()), &PQclear);
        if (!r) continue;
        isDone = PQresultStatus(r.get()) == PGRES_PIPELINE_SYNC;
        ASSERT_NE(PQresultStatus(r.get()), PGRES_FATAL_ERROR) << PQerrorMessage(c.get());
        if (PQresultStatus(r.get()) == PGRES_TUPLES_OK) answers.push_back(cell(r));
    }
    ASSERT_EQ(answers.size(), 50u);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)], std::to_string(i));
    EXPECT_EQ(m_pooler.counters().arrived, 1u);
    EXPECT_TRUE(eventually([&] { return m_pooler.counters().completed == 1; }));
}

TEST_F(Pooler, ReportsCostAndWaitOnlyToThoseWhoAsk) {
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    const auto asks = connectTo(m_pooler.port(), "options='-c tenfold.report=on'");
    const auto plain = connectTo(m_pooler.port());
    ASSERT_EQ(cell(asks, "SELECT count(*) FROM order_lines WHERE order_id = 7").empty(), false);
    ASSERT_EQ(cell(plain, "SELECT 1"), "1");
    ASSERT_NE(PQparameterStatus(asks.get(), "tenfold.cost"), nullptr);
    EXPECT_TRUE(std::string(PQparameterStatus(asks.get(), "tenfold.cost")).starts_with("1,"));
    ASSERT_NE(PQparameterStatus(asks.get(), "tenfold.wait"), nullptr);
    EXPECT_EQ(PQparameterStatus(plain.get(), "tenfold.cost"), nullptr);
    EXPECT_EQ(PQparameterStatus(plain.get(), "tenfold.wait"), nullptr);
    EXPECT_STREQ(PQparameterStatus(plain.get(), "server_version"), "15.0 (Tenfold)");
    // Who waits at least 50 ms for the only connection is told so.
    ASSERT_EQ(cell(plain, "BEGIN"), "");
    auto waiting = std::async(std::launch::async, [&] { return cell(asks, "SELECT 2"); });
    ASSERT_TRUE(eventually([&] { return m_pooler.counters().waiting == 1; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ASSERT_EQ(cell(plain, "COMMIT"), "");
    ASSERT_EQ(waiting.get(), "2");
    EXPECT_GE(std::stoll(PQparameterStatus(asks.get(), "tenfold.wait")), 50'000);
}

TEST_F(Pooler, NamedStatementsDoNotOutliveTheirTransaction) {
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    const auto a = connectTo(m_pooler.port());
    const auto b = connectTo(m_pooler.port());
    const Result first(PQprepare(a.get(), "P_0", "SELECT 1", 0, nullptr), &PQclear);
    EXPECT_EQ(cell(first), "");
    // On the same server connection the name is taken: what Debian's PgBouncer 1.18 answers too.
    const Result second(PQprepare(b.get(), "P_0", "SELECT 2", 0, nullptr), &PQclear);
    EXPECT_EQ(cell(second), "ERROR 42P05");
}

TEST_F(Pooler, ClientThatDiesInATransactionLeavesNothingBehind) {
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    {
        const auto dying = connectTo(m_pooler.port());
        ASSERT_EQ(cell(dying, "BEGIN READ WRITE"), "");
        ASSERT_EQ(cell(dying, "UPDATE products SET stock = 0 WHERE id = 1"), "");
    }
    const auto next = connectTo(m_pooler.port());
    EXPECT_EQ(cell(next, "BEGIN READ WRITE"), "");
    EXPECT_NE(cell(next, "SELECT stock FROM products WHERE id = 1"), "0");
    EXPECT_EQ(cell(next, "COMMIT"), "");
}

TEST_F(Pooler, WaiterThatLeavesIsForgotten) {
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    const auto holder = connectTo(m_pooler.port());
    ASSERT_EQ(cell(holder, "BEGIN"), "");
    {
        const auto leaving = connectTo(m_pooler.port());
        PQsendQuery(leaving.get(), "SELECT 1");
        ASSERT_TRUE(eventually([&] { return m_pooler.counters().waiting == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return m_pooler.counters().waiting == 0; }));
    EXPECT_EQ(cell(holder, "COMMIT"), "");
    EXPECT_EQ(cell(holder, "SELECT 1"), "1");
}

TEST_F(Pooler, SizeChangesWhileInUse) {
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    const auto a = connectTo(m_pooler.port());
    const auto b = connectTo(m_pooler.port());
    ASSERT_EQ(cell(a, "BEGIN"), "");
    auto waiting = std::async(std::launch::async, [&] { return cell(b, "SELECT 1"); });
    ASSERT_TRUE(eventually([&] { return m_pooler.counters().waiting == 1; }));
    m_pooler.set({{"shop", to(m_database->port(), 2)}});
    EXPECT_EQ(waiting.get(), "1");
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    EXPECT_EQ(cell(a, "COMMIT"), "");
    EXPECT_TRUE(eventually([&] { return connections() == 1; }));
    EXPECT_EQ(cell(b, "SELECT 2"), "2");
}

TEST_F(Pooler, DatabasesComeMoveAndGo) {
    makeShop(m_folder / "second.db");
    auto second = std::make_unique<RunningDatabase>(settingsFor(m_folder / "second.db"));
    m_pooler.set({{"shop", to(m_database->port())}});
    const auto c = connectTo(m_pooler.port());
    EXPECT_EQ(cell(c, "SELECT 1"), "1");
    m_pooler.set({{"shop", to(m_database->port())}, {"shop_replica_1", to(second->port())}});
    EXPECT_EQ(psql(m_pooler.port(), "SELECT 7", "shop_replica_1").output, "7\n");
    // The primary moves to another port: whoever is connected goes on.
    m_pooler.set({{"shop", to(second->port())}});
    EXPECT_EQ(cell(c, "SELECT 2"), "2");
    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
    const auto gone = psql(m_pooler.port(), "SELECT 7", "shop_replica_1");
    EXPECT_NE(gone.output.find("no such database: shop_replica_1"), std::string::npos);
}

TEST_F(Pooler, DeadServerIsSaidAtOnceAndComesBack) {
    m_pooler.set({{"shop", to(1)}});  // nobody listens on port 1
    const auto refused = connectTo(m_pooler.port());
    EXPECT_NE(std::string(PQerrorMessage(refused.get())).find("pooler cannot connect to server"),
              std::string::npos);
    EXPECT_GE(m_pooler.counters().serverUnavailable, 1u);
    m_pooler.set({{"shop", to(m_database->port())}});
    const auto c = connectTo(m_pooler.port());
    EXPECT_EQ(cell(c, "BEGIN"), "");
    m_database.reset();
    EXPECT_EQ(cell(c, "SELECT 1").substr(0, 5), "ERROR");
    EXPECT_NE(std::string(PQerrorMessage(c.get())).find("server conn crashed?"), std::string::npos);
    m_database = std::make_unique<RunningDatabase>(settingsFor(m_folder / "primary.db"));
    m_pooler.set({{"shop", to(m_database->port())}});
    EXPECT_EQ(psql(m_pooler.port(), "SELECT 3").output, "3\n");
    EXPECT_TRUE(eventually([&] { return m_pooler.counters().busy == 0; }));
}

TEST_F(Pooler, FlushAfterSyncDoesNotKeepTheConnection) {
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    const auto a = connectTo(m_pooler.port());
    const auto b = connectTo(m_pooler.port());
    ASSERT_EQ(PQenterPipelineMode(a.get()), 1);
    PQsendQueryParams(a.get(), "SELECT 1", 0, nullptr, nullptr, nullptr, nullptr, 0);
    PQpipelineSync(a.get());
    PQsendFlushRequest(a.get());
    PQflush(a.get());
    EXPECT_TRUE(eventually([&] { return m_pooler.counters().completed == 1; }));
    EXPECT_EQ(cell(b, "SELECT 2"), "2");
}

TEST_F(Pooler, AFlushThatComesAloneTakesNoConnection) {
    m_pooler.set({{"shop", to(m_database->port(), 1)}});
    const auto a = connectTo(m_pooler.port());
    const auto b = connectTo(m_pooler.port());
    EXPECT_EQ(cell(a, "SELECT 1"), "1");
    ASSERT_EQ(PQenterPipelineMode(a.get()), 1);
    PQsendFlushRequest(a.get());
    PQflush(a.get());
    EXPECT_EQ(cell(b, "SELECT 2"), "2");
    ASSERT_EQ(PQexitPipelineMode(a.get()), 1);
    EXPECT_EQ(cell(a, "SELECT 3"), "3") << "and does no harm";
}

TEST_F(Pooler, WhateverArrivedIsCountedOnce) {
    m_pooler.set({{"shop", to(m_database->port(), 1, 0.1)}});
    auto& n = m_pooler.counters();
    const auto holder = connectTo(m_pooler.port());
    EXPECT_EQ(cell(holder, "SELECT 1"), "1");  // completed
    EXPECT_EQ(cell(holder, "BEGIN"), "");
    const auto late = connectTo(m_pooler.port());
    EXPECT_TRUE(cell(late, "SELECT 1").starts_with("ERROR"));  // waited too long
    {
        const auto dying = connectTo(m_pooler.port());
        PQsendQuery(dying.get(), "SELECT 1");
        ASSERT_TRUE(eventually([&] { return n.waiting == 1 || n.waitTimeouts == 2; }));
    }
    EXPECT_TRUE(eventually([&] { return n.waiting == 0; }));
    m_database.reset();
    EXPECT_TRUE(eventually([&] { return n.serversLost == 1; }));
    EXPECT_TRUE(eventually([&] { return n.clients == 0; }));
    EXPECT_EQ(n.arrived, 4u);
    EXPECT_EQ(n.completed, 1u);
    EXPECT_EQ(n.waitTimeouts + n.clientsLeft, 2u);
    EXPECT_EQ(n.arrived + n.loginsRefused,
              n.completed + n.waitTimeouts + n.serverUnavailable + n.serversLost + n.clientsLeft);
    EXPECT_EQ(n.busy, 0);
}

TEST_F(Pooler, LargeAnswersPassWhole) {
    m_pooler.set({{"shop", to(m_database->port(), 2)}});
    const auto c = connectTo(m_pooler.port());
    const auto r = query(c, "SELECT a.* FROM products a, orders b");
    ASSERT_EQ(PQresultStatus(r.get()), PGRES_TUPLES_OK);
    EXPECT_EQ(PQntuples(r.get()), 50 * 800);
    EXPECT_EQ(cell(c, "SELECT 1"), "1");
}

TEST_F(Pooler, ShowPools) {
    m_pooler.set({{"shop", to(m_database->port(), 3)}});
    const auto c = connectTo(m_pooler.port());
    ASSERT_EQ(cell(c, "BEGIN"), "");
    EXPECT_EQ(psql(m_pooler.port(), "SHOW POOLS", "pgbouncer").output,
              "shop|shop|1|0|1|0|0|0|0|0|transaction\n");
    const auto other = psql(m_pooler.port(), "SELECT 1", "pgbouncer");
    EXPECT_NE(other.output.find("ERROR:"), std::string::npos);
}

}  // namespace
}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
// A primary and its replicas, with libpq on both sides.
#include <random>

#include "reference-server/nodes/database/test_database.h"

namespace tenfold::nodes {
namespace {

using namespace test;  // NOLINT: helpers of tests

class RunningReplica {
public:
    RunningReplica(const std::filesystem::path& file, int primaryPort, std::uint64_t fromLsn,
                   double lagMs = 0, const std::string& tier = "native")
        : m_database(settings(file, tier)),
          m_feed(m_database.node(), primaryPort, fromLsn, [this](const std::string& what) {
              std::lock_guard lock(m_mutex);
              m_troubles.push_back(what);
          }) {
        m_feed.setLagMs(lagMs);
        m_database.on([this] {
            m_feed.start();
            return 0;
        });
    }
    ~RunningReplica() { m_database.stop(); }
    int port() const { return m_database.port(); }
    RunningDatabase& database() { return m_database; }
    void setLagMs(double lagMs) {
        m_database.on([&] {
            m_feed.setLagMs(lagMs);
            return 0;
        });
    }
    std::uint64_t applied() {
        return static_cast<std::uint64_t>(m_database.sample().gauges.at("lsn"));
    }
    std::vector<std::string> troubles() {
        std::lock_guard lock(m_mutex);
        return m_troubles;
    }

private:
    static DatabaseNode::Settings settings(const std::filesystem::path& file,
                                           const std::string& tier) {
        auto s = settingsFor(file, tier);
        s.id = "replica-1";
        s.isReplica = true;
        return s;
    }
    std::mutex m_mutex;
    std::vector<std::string> m_troubles;
    RunningDatabase m_database;
    ReplicaFeed m_feed;
};

class Replication : public testing::Test {
protected:
    Replication() {
        makeShop(m_folder / "primary.db");
        m_primary = std::make_unique<RunningDatabase>(settingsFor(m_folder / "primary.db"));
    }
    std::unique_ptr<RunningReplica> replica(const std::string& name, double lagMs = 0) {
        const auto lsn = m_primary->backup(m_folder / name);
        return std::make_unique<RunningReplica>(m_folder / name, m_primary->port(), lsn, lagMs);
    }
    std::uint64_t lsn() { return static_cast<std::uint64_t>(m_primary->sample().gauges.at("lsn")); }
    bool catchesUp(RunningReplica& r) {
        return eventually([&] { return r.applied() == lsn(); });
    }
    /// Inserts, updates and deletes in transactions of up to five statements.
    void write(const Connection& c, int transactions, unsigned seed = 1) {
        std::mt19937 random(seed);
        for (int i = 0; i < transactions; ++i) {
            std::string sql = "BEGIN READ WRITE;";
            for (unsigned n = random() % 5; n < 5; ++n) {
                const auto id = std::to_string(1 + random() % 50);
                switch (random() % 4) {
                    case 0:
                        sql += "UPDATE products SET stock = stock - 1 WHERE id = " + id;
                        break;
                    case 1:
                        sql +=
                            "INSERT INTO reviews (product_id, customer_id, rating, body, "
                            "created_at) VALUES (" +
                            id + ", 1, 5, 'good', 0)";
                        break;
                    case 2:
                        sql += "DELETE FROM order_lines WHERE id = " + id;
                        break;
                    default:
                        sql += "UPDATE customers SET name = 'N' WHERE id = " + id;
                        break;
                }
                sql += ";";
            }
            const auto end = random() % 10 == 0 ? "ROLLBACK" : "COMMIT";
            ASSERT_EQ(cell(c, sql + end), "");
        }
    }

    ScratchFolder m_folder;
    std::unique_ptr<RunningDatabase> m_primary;
};

TEST_F(Replication, ReplicaConvergesToTheSameRows) {
    const auto c = connectTo(m_primary->port());
    write(c, 20);  // before the backup
    auto r = replica("replica.db");
    write(c, 200, 2);
    ASSERT_TRUE(catchesUp(*r));
    EXPECT_EQ(data::checksum((m_folder / "replica.db").string()),
              data::checksum((m_folder / "primary.db").string()));
    EXPECT_TRUE(r->troubles().empty());
    const auto read = connectTo(r->port());
    EXPECT_EQ(cell(read, "SELECT pg_last_wal_replay_lsn()"),
              cell(c, "SELECT pg_current_wal_lsn()"));
}

TEST_F(Replication, ReplicaRefusesWrites) {
    auto r = replica("replica.db");
    const auto c = connectTo(r->port());
    EXPECT_EQ(cell(c, "UPDATE products SET stock = 0"), "ERROR 25006");
    EXPECT_EQ(cell(c, "DROP TABLE products"), "ERROR 25006");
    EXPECT_EQ(cell(c, "SHOW transaction_read_only"), "on");
    EXPECT_EQ(cell(c, "SELECT count(*) FROM products"), "50");
}

TEST_F(Replication, ReadsBehindTheLagAreStaleUntilItHasPassed) {
    auto r = replica("replica.db", 60'000);
    const auto write = connectTo(m_primary->port());
    const auto read = connectTo(r->port());
    const std::string ask = "SELECT stock FROM products WHERE id = 1";
    const auto before = cell(read, ask);
    ASSERT_EQ(cell(write, "UPDATE products SET stock = 7 WHERE id = 1"), "");
    EXPECT_EQ(cell(write, ask), "7");
    EXPECT_EQ(cell(read, ask), before);
    EXPECT_EQ(r->applied(), 0u);
    // The lag changes while a record waits for it.
    r->setLagMs(100);
    EXPECT_TRUE(eventually([&] { return cell(read, ask) == "7"; }));
    EXPECT_GE(r->database().sample().gauges.at("lag_ms"), 100);
    r->setLagMs(0);
    ASSERT_EQ(cell(write, "UPDATE products SET stock = 8 WHERE id = 1"), "");
    EXPECT_TRUE(eventually([&] { return cell(read, ask) == "8"; }));
}

TEST_F(Replication, CommitsOfThePrimaryDoNotWaitForReplicas) {
    auto r = replica("replica.db", 60'000);
    const auto c = connectTo(m_primary->port());
    write(c, 50);
    EXPECT_GT(lsn(), 0u);
    EXPECT_EQ(r->applied(), 0u);
}

TEST_F(Replication, KilledReplicaComesBackFromABackupWithoutAGap) {
    const auto c = connectTo(m_primary->port());
    auto first = replica("first.db");
    write(c, 30);
    first.reset();
    write(c, 30, 2);
    // The old copy is where it stopped, but nobody has its position: it is made anew.
    auto second = replica("second.db");
    write(c, 30, 3);
    ASSERT_TRUE(catchesUp(*second));
    EXPECT_EQ(data::checksum((m_folder / "second.db").string()),
              data::checksum((m_folder / "primary.db").string()));
}

TEST_F(Replication, ReplicaThatStopsGoesOnWhereItWas) {
    const auto c = connectTo(m_primary->port());
    auto r = replica("replica.db");
    write(c, 30);
    ASSERT_TRUE(catchesUp(*r));
    const auto at = r->applied();
    r.reset();
    write(c, 30, 2);
    RunningReplica again(m_folder / "replica.db", m_primary->port(), at);
    ASSERT_TRUE(catchesUp(again));
    EXPECT_EQ(data::checksum((m_folder / "replica.db").string()),
              data::checksum((m_folder / "primary.db").string()));
}

TEST_F(Replication, BackupUnderLoadHoldsItsPosition) {
    std::atomic<bool> isStopping{false};
    std::thread writer([&] {
        const auto c = connectTo(m_primary->port());
        for (unsigned seed = 10; !isStopping; ++seed) write(c, 10, seed);
    });
    auto a = replica("a.db");
    auto b = replica("b.db");
    isStopping = true;
    writer.join();
    ASSERT_TRUE(catchesUp(*a));
    ASSERT_TRUE(catchesUp(*b));
    const auto wanted = data::checksum((m_folder / "primary.db").string());
    EXPECT_EQ(data::checksum((m_folder / "a.db").string()), wanted);
    EXPECT_EQ(data::checksum((m_folder / "b.db").string()), wanted);
    EXPECT_TRUE(a->troubles().empty());
    EXPECT_TRUE(b->troubles().empty());
}

TEST_F(Replication, IndexesReachReplicas) {
    auto r = replica("replica.db");
    const auto read = connectTo(r->port());
    const std::string explain = "EXPLAIN SELECT count(*) FROM order_lines WHERE order_id = 7";
    EXPECT_TRUE(eventually(
        [&] { return psql(r->port(), explain).output.find("SCAN") != std::string::npos; }));
    m_primary->setIndexes(true);
    ASSERT_TRUE(catchesUp(*r));
    EXPECT_NE(psql(r->port(), explain).output.find("SEARCH"), std::string::npos);
    const auto c = connectTo(m_primary->port());
    write(c, 20);
    m_primary->setIndexes(false);
    ASSERT_TRUE(catchesUp(*r));
    EXPECT_NE(psql(r->port(), explain).output.find("SCAN"), std::string::npos);
    EXPECT_EQ(data::checksum((m_folder / "replica.db").string()),
              data::checksum((m_folder / "primary.db").string()));
}

TEST_F(Replication, SchemaAndRowsOfOneTransactionArriveTogether) {
    auto r = replica("replica.db");
    const auto c = connectTo(m_primary->port());
    ASSERT_EQ(cell(c,
                   "BEGIN READ WRITE; UPDATE products SET stock = 77 WHERE id = 1;"
                   "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);"
                   "INSERT INTO notes VALUES (1, 'first'); COMMIT"),
              "");
    ASSERT_TRUE(catchesUp(*r));
    const auto read = connectTo(r->port());
    EXPECT_EQ(cell(read, "SELECT body FROM notes"), "first");
    EXPECT_EQ(cell(read, "SELECT stock FROM products WHERE id = 1"), "77");
    EXPECT_TRUE(r->troubles().empty());
}

TEST_F(Replication, TransactionLongerThanAnyRequestArrives) {
    auto r = replica("replica.db");
    const auto c = connectTo(m_primary->port());
    // 5,000 rows of 4 kB: 20 MB, more than a client may send at once.
    ASSERT_EQ(cell(c, "UPDATE order_lines SET comment = hex(zeroblob(2000))"), "");
    ASSERT_TRUE(catchesUp(*r));
    EXPECT_TRUE(r->troubles().empty());
    EXPECT_EQ(data::checksum((m_folder / "replica.db").string()),
              data::checksum((m_folder / "primary.db").string()));
}

TEST_F(Replication, ChangeThatDoesNotFitStopsTheReplicaWhereItIs) {
    const auto position = m_primary->backup(m_folder / "replica.db");
    {
        const auto db = data::openSqlite((m_folder / "replica.db").string(), SQLITE_OPEN_READWRITE);
        data::execute(db.get(), "DELETE FROM products WHERE id = 1");
    }
    RunningReplica r(m_folder / "replica.db", m_primary->port(), position);
    const auto c = connectTo(m_primary->port());
    ASSERT_EQ(cell(c, "UPDATE products SET stock = 5 WHERE id = 2"), "");
    ASSERT_TRUE(eventually([&] { return r.applied() == 1; }));
    ASSERT_EQ(cell(c, "UPDATE products SET stock = 5 WHERE id = 1"), "");
    ASSERT_TRUE(eventually([&] { return !r.troubles().empty(); }));
    ASSERT_EQ(cell(c, "UPDATE products SET stock = 5 WHERE id = 3"), "");
    write(c, 20);
    // Read-your-writes goes by this position: it must not run ahead of the content.
    EXPECT_EQ(r.applied(), 1u);
    EXPECT_EQ(r.troubles().size(), 1u);
}

TEST_F(Replication, ReplicaHasItsPlaceWhenAllConnectionsAreTaken) {
    std::vector<Connection> held;
    for (int i = 0; i < 97; ++i) held.push_back(connectTo(m_primary->port()));
    ASSERT_EQ(PQstatus(held.back().get()), CONNECTION_OK);
    auto r = replica("replica.db");
    write(held[0], 5);
    EXPECT_TRUE(catchesUp(*r));
    EXPECT_EQ(m_primary->sample().inUse, 97);
}

TEST_F(Replication, PositionOfAnotherLifeOfThePrimaryIsRefused) {
    m_primary->backup(m_folder / "replica.db");
    RunningReplica r(m_folder / "replica.db", m_primary->port(), 500);
    EXPECT_TRUE(eventually([&] { return !r.troubles().empty(); }));
}

TEST_F(Replication, LogOutlivesASubscriberThatLeavesWhileItIsCalled) {
    ReplicationLog log;
    log.enable();
    int a = 0, b = 0, calls = 0;
    ASSERT_TRUE(log.subscribe(&a, 0, [&](const LogRecord&) {
        ++calls;
        log.unsubscribe(&a);
        log.unsubscribe(&b);
    }));
    ASSERT_TRUE(log.subscribe(&b, 0, [&](const LogRecord&) {
        ++calls;
        log.unsubscribe(&a);
        log.unsubscribe(&b);
    }));
    log.append({1, 0, "", "x"});
    log.append({2, 0, "", "x"});
    EXPECT_EQ(calls, 1);
}

TEST_F(Replication, ReplicaThatFellTooFarBehindSaysSo) {
    // The log was never kept that far back: position 0 with a log that began later.
    const auto c = connectTo(m_primary->port());
    write(c, 10);
    data::copyForRun((m_folder / "primary.db").string(), (m_folder / "old.db").string());
    m_primary->backup(m_folder / "other.db");
    write(c, 10, 2);
    RunningReplica old(m_folder / "old.db", m_primary->port(), 1);
    EXPECT_TRUE(eventually([&] { return !old.troubles().empty(); }));
    EXPECT_EQ(old.applied(), 1u);
}

TEST_F(Replication, ApplyingIsBookedOnTheReplicasCores) {
    const auto lsn = m_primary->backup(m_folder / "replica.db");
    RunningReplica r(m_folder / "replica.db", m_primary->port(), lsn, 0, "10k");
    const auto c = connectTo(m_primary->port());
    r.database().sample();
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(cell(c, "UPDATE products SET stock = stock - 1 WHERE id = 1"), "");
    measure::NodeSample total;
    ASSERT_TRUE(eventually([&] {
        total.mergeLater(r.database().sample());
        return total.completed == 100;
    }));
    EXPECT_GE(total.busyCoreMs, 100 * 0.15);
}

}  // namespace
}  // namespace tenfold::nodes

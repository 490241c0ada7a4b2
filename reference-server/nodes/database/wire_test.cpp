// SPDX-License-Identifier: GPL-3.0-or-later
// What libpq never sends: the database node against raw bytes.
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "reference-server/nodes/database/test_database.h"
#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes {
namespace {

using namespace test;  // NOLINT: helpers of tests
using protocol::PgReader;
using protocol::PgWriter;

/// A client that builds its own messages.
class RawClient {
public:
    explicit RawClient(int port) : m_socket(m_io) {
        m_socket.connect({boost::asio::ip::address_v4::loopback(),
                          static_cast<boost::asio::ip::port_type>(port)});
        timeval limit{10, 0};
        ::setsockopt(m_socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    void send(const std::string& bytes) {
        boost::asio::write(m_socket, boost::asio::buffer(bytes));
    }
    void startup(std::int32_t version = protocol::kPgVersion3) {
        std::string text;
        PgWriter(text).begin('?').int32(version).cstring("user").cstring("shop").byte('\0').end();
        send(text.substr(1));
    }
    RawClient& message(char type, const std::string& body = "") {
        std::string text;
        PgWriter(text).begin(type).bytes(body).end();
        send(text);
        return *this;
    }
    RawClient& parse(const std::string& sql, const std::vector<std::int32_t>& types = {}) {
        std::string body;
        PgWriter w(body);
        w.cstring("").cstring(sql).int16(static_cast<std::int16_t>(types.size()));
        for (const auto t : types) w.int32(t);
        return message('P', body);
    }
    RawClient& bind(const std::vector<std::string>& values = {}, std::int16_t format = 0,
                    std::int16_t resultFormat = 0, const std::string& portal = "") {
        std::string body;
        PgWriter w(body);
        w.cstring(portal).cstring("").int16(1).int16(format);
        w.int16(static_cast<std::int16_t>(values.size()));
        for (const auto& v : values) w.int32(static_cast<std::int32_t>(v.size())).bytes(v);
        w.int16(1).int16(resultFormat);
        return message('B', body);
    }
    RawClient& describe(const std::string& portal = "") {
        return message('D', "P" + portal + std::string(1, '\0'));
    }
    RawClient& execute(std::int32_t maxRows = 0, const std::string& portal = "") {
        std::string body;
        PgWriter(body).cstring(portal).int32(maxRows);
        return message('E', body);
    }
    /// Types of messages up to and with the next ReadyForQuery, or "eof"; ParameterStatus and the
    /// like of log-in are left out.
    std::string answers() {
        std::string out;
        m_bodies.clear();
        for (;;) {
            std::array<char, 5> head{};
            boost::system::error_code e;
            boost::asio::read(m_socket, boost::asio::buffer(head), e);
            if (e) return out + "eof";
            const auto length = PgReader({head.data() + 1, 4}).int32();
            std::string body(static_cast<std::size_t>(length - 4), '\0');
            boost::asio::read(m_socket, boost::asio::buffer(body), e);
            if (head[0] == 'S') continue;
            out += head[0];
            m_bodies.push_back(body);
            if (head[0] == 'K') {
                PgReader r(body);
                m_number = r.int32();
                m_secret = r.int32();
            }
            if (head[0] == 'Z') return out;
        }
    }
    const std::string& body(std::size_t i) const { return m_bodies.at(i); }
    std::string bytes(std::size_t n) {
        std::string out(n, '\0');
        boost::system::error_code e;
        out.resize(boost::asio::read(m_socket, boost::asio::buffer(out), e));
        return out;
    }
    std::string cancelRequest() const {
        std::string text;
        PgWriter(text).int32(16).int32(protocol::kPgCancelRequest).int32(m_number).int32(m_secret);
        return text;
    }

private:
    boost::asio::io_context m_io;
    boost::asio::ip::tcp::socket m_socket;
    std::vector<std::string> m_bodies;
    std::int32_t m_number = 0;
    std::int32_t m_secret = 0;
};

class Wire : public testing::Test {
protected:
    Wire() { makeShop(m_folder / "primary.db"); }
    RunningDatabase& database() {
        if (!m_database) {
            auto settings = settingsFor(m_folder / "primary.db");
            settings.startupLimitMs = m_startupLimitMs;
            settings.lockLimitMs = m_lockLimitMs;
            settings.checkpointPages = 100;
            m_database = std::make_unique<RunningDatabase>(settings);
        }
        return *m_database;
    }
    std::unique_ptr<RawClient> client() {
        auto c = std::make_unique<RawClient>(database().port());
        c->startup();
        EXPECT_EQ(c->answers(), "RKZ");
        return c;
    }
    static std::string stateOf(const std::string& error) {
        return error.substr(error.find("\0C", 0, 2) + 2, 5);
    }

    ScratchFolder m_folder;
    int m_startupLimitMs = 60'000;
    int m_lockLimitMs = 10'000;
    std::unique_ptr<RunningDatabase> m_database;
};

TEST_F(Wire, MalformedMessagesEndTheirSessionAndNothingElse) {
    const std::vector<std::string> startups{std::string("\0\0\0\4", 4),
                                            std::string("\0\0\0\6ab", 6), "GET / HTTP/1.1\r\n\r\n"};
    for (const auto& bytes : startups) {
        RawClient c(database().port());
        c.send(bytes);
        EXPECT_EQ(c.answers(), "eof");
    }
    for (const char type : {'P', 'B', 'D', 'E', 'C', 'Q', '?'}) {
        auto c = client();
        c->message(type);
        EXPECT_EQ(c->answers(), "Eeof") << type;
        EXPECT_EQ(stateOf(c->body(0)), "08P01");
    }
    EXPECT_EQ(cell(connectTo(database().port()), "SELECT 1"), "1");
}

TEST_F(Wire, SslIsRefusedAndYoungerVersionsAreToldThatThisIsThree) {
    RawClient c(database().port());
    c.send(std::string("\0\0\0\x8\x4\xd2\x16\x2f", 8));
    EXPECT_EQ(c.bytes(1), "N");
    c.send(std::string("\0\0\0\x8\x4\xd2\x16\x30", 8));
    EXPECT_EQ(c.bytes(1), "N");
    c.startup(protocol::kPgVersion3 + 2);
    EXPECT_EQ(c.answers(), "vRKZ");
    RawClient old(database().port());
    old.startup(2 << 16);
    EXPECT_EQ(old.answers(), "Eeof");
}

TEST_F(Wire, WhoSaysNothingIsNotKept) {
    m_startupLimitMs = 20;
    RawClient silent(database().port());
    EXPECT_EQ(silent.answers(), "eof");
    EXPECT_EQ(database().sample().inUse, 0);
}

TEST_F(Wire, DescribeIsAnsweredWhetherExecuteFollowsOrNot) {
    auto c = client();
    c->parse("SELECT id, name FROM products").bind().describe().message('S');
    EXPECT_EQ(c->answers(), "12TZ");
    c->parse("SELECT id FROM products LIMIT 2").bind().describe().execute().message('S');
    EXPECT_EQ(c->answers(), "12TDDCZ");
    c->parse("UPDATE products SET stock = 1 WHERE id = 1").bind().describe().message('S');
    EXPECT_EQ(c->answers(), "12nZ");
    for (const char* sql : {"SET a = b", "BEGIN", "COMMIT", "COMMIT", "ROLLBACK"}) {
        c->parse(sql).bind().describe().execute().message('S');
        EXPECT_EQ(c->answers(), "12nCZ") << sql;
        c->parse(sql).message('D', std::string("S\0", 2)).message('S');
        EXPECT_EQ(c->answers(), "1tnZ") << sql;
    }
    c->parse("SHOW max_connections").bind().execute().message('S');
    EXPECT_EQ(c->answers(), "12DCZ");
}

TEST_F(Wire, ErrorsComeAtParseAndEverythingIsSkippedToSync) {
    auto c = client();
    c->parse("SELEKT 1").bind().describe().execute().message('H').message('S');
    EXPECT_EQ(c->answers(), "EZ");
    c->parse("SELECT 1; SELECT 2").message('S');
    EXPECT_EQ(c->answers(), "EZ");
    c->parse("SELECT 1").bind().execute().message('S');
    EXPECT_EQ(c->answers(), "12DCZ");
    c->message('F', "whatever");
    EXPECT_EQ(c->answers(), "EZ");
}

TEST_F(Wire, PortalsGiveAsManyRowsAsAreAskedFor) {
    auto c = client();
    c->message('Q', std::string("BEGIN\0", 6));
    EXPECT_EQ(c->answers(), "CZ");
    c->parse("SELECT id FROM products ORDER BY id LIMIT 5").bind({}, 0, 0, "p").describe("p");
    c->execute(2, "p").message('S');
    EXPECT_EQ(c->answers(), "12TDDsZ");
    c->execute(2, "p").message('S');
    EXPECT_EQ(c->answers(), "DDsZ");
    c->execute(0, "p").message('S');
    EXPECT_EQ(c->answers(), "DCZ");
    EXPECT_EQ(c->body(0).back(), '5');
    EXPECT_STREQ(c->body(1).c_str(), "SELECT 1");
    c->execute(0, "p").message('S');
    EXPECT_EQ(c->answers(), "CZ");
    c->message('Q', std::string("COMMIT\0", 7));
    EXPECT_EQ(c->answers(), "CZ");
    c->execute(0, "p").message('S');  // it ended with its transaction
    EXPECT_EQ(c->answers(), "EZ");
    EXPECT_EQ(stateOf(c->body(0)), "34000");
}

TEST_F(Wire, WritePortalRunsOnce) {
    auto c = client();
    const std::string sql = "UPDATE products SET version = version + 1 WHERE id = 1";
    c->parse(sql).bind().execute().execute().message('S');
    EXPECT_EQ(c->answers(), "12CEZ");
    EXPECT_EQ(cell(connectTo(database().port()), "SELECT version FROM products WHERE id = 1"), "2");
}

TEST_F(Wire, ParametersGoByNumberAndBinaryByTheTypeThatWasNamed) {
    auto c = client();
    const auto ask = [&](const std::string& sql, const std::vector<std::int32_t>& types,
                         const std::vector<std::string>& values, std::int16_t format) {
        c->parse(sql, types).bind(values, format).execute().message('S');
        const auto types2 = c->answers();
        if (types2 != "12DCZ") return types2 + " " + stateOf(c->body(types2.find('E')));
        return c->body(2).substr(6);
    };
    EXPECT_EQ(ask("SELECT $2 || '-' || $1", {}, {"one", "two"}, 0), "two-one");
    EXPECT_EQ(ask("SELECT $1", {25}, {"ABCDEFGH"}, 1), "ABCDEFGH");
    EXPECT_EQ(ask("SELECT $1", {20}, {std::string("\xff\xff\xff\xff\xff\xff\xff\xfe", 8)}, 1),
              "-2");
    EXPECT_EQ(ask("SELECT $1", {701}, {std::string("\x3f\xf8\0\0\0\0\0\0", 8)}, 1), "1.5");
    EXPECT_EQ(ask("SELECT $1", {23}, {"abc"}, 1), "12EZ 22P03");
    EXPECT_EQ(ask("SELECT $1", {}, {"ABCDEFGH"}, 1), "12EZ 0A000");
    EXPECT_EQ(ask("SELECT $1", {1700}, {"ABCDEFGH"}, 1), "12EZ 0A000");
    EXPECT_EQ(ask("SELECT $1", {20}, {"x"}, 0), "12EZ 22P02");
    EXPECT_EQ(ask("SELECT $1", {}, {}, 0), "1EZ 08P01");
    EXPECT_EQ(ask("SELECT $1", {}, {"a", "b"}, 0), "1EZ 08P01");
    EXPECT_EQ(ask("SELECT $1", {}, {"a"}, 7), "1EZ 22023");
}

TEST_F(Wire, BinaryResultsHaveTheTypeTheyWereDescribedWith) {
    auto c = client();
    c->parse("SELECT 1.5, 7, 'x'").bind({}, 0, 1).describe().execute().message('S');
    ASSERT_EQ(c->answers(), "12TDCZ");
    EXPECT_EQ(c->body(3), std::string("\0\3\0\0\0\x8\x3f\xf8\0\0\0\0\0\0\0\0\0\x8\0\0\0\0\0\0\0\7"
                                      "\0\0\0\1x",
                                      31));
    // Described without a row these are text, and text is what comes.
    c->parse("SELECT 1.5, 7, 'x'").bind({}, 0, 1).execute().message('S');
    ASSERT_EQ(c->answers(), "12DCZ");
    EXPECT_EQ(c->body(2), std::string("\0\3\0\0\0\3"
                                      "1.5\0\0\0\1"
                                      "7\0\0\0\1x",
                                      19));
}

TEST_F(Wire, ReturningIsDescribedInASimpleQuery) {
    auto c = client();
    c->message('Q', std::string("UPDATE products SET stock = 3 WHERE id = 1 RETURNING id\0", 56));
    EXPECT_EQ(c->answers(), "TDCZ");
}

TEST_F(Wire, StatementThatWouldRunForEverIsCancelled) {
    const std::string endless = "SELECT count(*) FROM order_lines a, order_lines b, order_lines c";
    auto c = client();
    c->message('Q', std::string("SELECT 1\0", 9));  // the shape "default" is now known as short
    EXPECT_EQ(c->answers(), "TDCZ");
    c->message('Q', endless + std::string(1, '\0'));
    ASSERT_TRUE(eventually([&] { return database().sample().gauges.at("active") == 1; }));
    auto wrong = c->cancelRequest();
    wrong.back() = static_cast<char>(wrong.back() + 1);
    RawClient(database().port()).send(wrong);
    EXPECT_EQ(cell(connectTo(database().port()), "SELECT 2"), "2");  // others are served meanwhile
    EXPECT_EQ(database().sample().gauges.at("active"), 1);
    RawClient(database().port()).send(c->cancelRequest());
    EXPECT_EQ(c->answers(), "EZ");
    EXPECT_EQ(stateOf(c->body(0)), "57014");
    // Nor does it go on when its client has gone.
    c->message('Q', endless + std::string(1, '\0'));
    ASSERT_TRUE(eventually([&] { return database().sample().gauges.at("active") == 1; }));
    c.reset();
    EXPECT_TRUE(eventually([&] { return database().sample().gauges.at("active") == 0; }));
}

TEST_F(Wire, WaitForTheWriterTokenHasALimit) {
    m_lockLimitMs = 30;
    const auto holder = connectTo(database().port());
    const auto waiter = connectTo(database().port());
    ASSERT_EQ(cell(holder, "BEGIN READ WRITE"), "");
    EXPECT_EQ(cell(waiter, "UPDATE products SET stock = 0 WHERE id = 1"), "ERROR 55P03");
    EXPECT_EQ(database().sample().gauges.at("lock_waiting"), 0);
    EXPECT_EQ(cell(holder, "COMMIT"), "");
    EXPECT_EQ(cell(waiter, "UPDATE products SET stock = 0 WHERE id = 1"), "");
}

TEST_F(Wire, WhatWouldGoPastTokenOrReplicasIsRefused) {
    const auto c = connectTo(database().port());
    for (const char* sql :
         {"SAVEPOINT a", "RELEASE a", "ROLLBACK TO a", "VACUUM", "ATTACH ':memory:' AS x",
          "PRAGMA user_version = 9", "ANALYZE", "PRAGMA journal_mode = DELETE", "REINDEX"})
        EXPECT_EQ(cell(c, sql), "ERROR 0A000") << sql;
    EXPECT_EQ(cell(c, "PRAGMA quick_check"), "ok");
    EXPECT_EQ(cell(c, "START_REPLICATION 0"), "ERROR 42601");
    EXPECT_EQ(PQtransactionStatus(c.get()), PQTRANS_IDLE);
}

TEST_F(Wire, OneValueIsNoLongerThanAResultMayBe) {
    const auto c = connectTo(database().port());
    EXPECT_EQ(cell(c, "SELECT zeroblob(900000000)"), "ERROR 54000");
}

TEST_F(Wire, WhoDoesNotReadIsNotWorkedFor) {
    auto c = client();
    std::string many;
    for (int i = 0; i < 2000; ++i)  // some 30 MB of answers, which nobody takes
        many += "SELECT description, description FROM products;";
    c->message('Q', many + std::string(1, '\0'));
    std::uint64_t done = 0;
    EXPECT_TRUE(eventually([&] {
        const auto more = database().sample().completed;
        done += more;
        return done > 0 && more == 0;
    }));
    EXPECT_LT(done, 2000u);
    EXPECT_EQ(c->answers().size(), 2000u * 52 + 1);  // all of it when somebody does
}

TEST_F(Wire, LogIsCopiedBackWithoutAClientWaiting) {
    const auto c = connectTo(database().port());
    const auto wal = m_folder / "primary.db-wal";
    for (int i = 0; i < 200; ++i)
        ASSERT_EQ(cell(c, "UPDATE order_lines SET comment = 'c' || " + std::to_string(i) +
                              " WHERE id < 2000"),
                  "");
    // Without checkpoints: 200 times some 30 pages.
    EXPECT_LT(std::filesystem::file_size(wal), 200u * 30 * 4096 / 2);
}

}  // namespace
}  // namespace tenfold::nodes

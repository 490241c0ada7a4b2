// SPDX-License-Identifier: GPL-3.0-or-later
// The cache held against the real clients: redis-cli and hiredis.
#include "reference-server/nodes/cache/cache_node.h"

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <array>
#include <atomic>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <memory>
#include <thread>

using tenfold::nodes::CacheNode;

namespace {

struct Running {
    CacheNode node{"cache"};
    std::thread thread{[this] { node.run(); }};
    ~Running() {
        node.stop();
        thread.join();
    }
    std::string cli(const std::string& arguments) const {
        const std::string line =
            "redis-cli -h 127.0.0.1 -p " + std::to_string(node.port()) + " " + arguments + " 2>&1";
        std::string out;
        FILE* pipe = ::popen(line.c_str(), "r");
        std::array<char, 4096> chunk{};
        while (const auto n = std::fread(chunk.data(), 1, chunk.size(), pipe))
            out.append(chunk.data(), n);
        ::pclose(pipe);
        while (!out.empty() && out.back() == '\n') out.pop_back();
        return out;
    }
    /// Sends bytes, says that there are no more, and returns everything that is answered.
    std::string raw(const std::string& bytes) const {
        namespace asio = boost::asio;
        asio::io_context io;
        asio::ip::tcp::socket socket(io);
        socket.connect(
            {asio::ip::address_v4::loopback(), static_cast<unsigned short>(node.port())});
        asio::write(socket, asio::buffer(bytes));
        socket.shutdown(asio::ip::tcp::socket::shutdown_send);
        std::string out;
        boost::system::error_code end;
        asio::read(socket, asio::dynamic_buffer(out), end);
        return out;
    }
};

using Context = std::unique_ptr<redisContext, decltype(&redisFree)>;
Context connectTo(const Running& r) {
    return Context(::redisConnect("127.0.0.1", r.node.port()), &redisFree);
}

}  // namespace

TEST(CacheNode, AnswersRedisCliAsRedisDoes) {
    Running r;
    EXPECT_EQ(r.cli("PING"), "PONG");
    EXPECT_EQ(r.cli("SET a 1"), "OK");
    EXPECT_EQ(r.cli("GET a"), "1");
    EXPECT_EQ(r.cli("INCR a"), "2");
    EXPECT_EQ(r.cli("GET nothing"), "");
    EXPECT_EQ(r.cli("MGET a nothing a"), "2\n\n2");
    EXPECT_EQ(r.cli("SET b x EX 100"), "OK");
    EXPECT_EQ(r.cli("TTL b"), "100");
    EXPECT_EQ(r.cli("TTL a"), "-1");
    EXPECT_EQ(r.cli("TTL nothing"), "-2");
    EXPECT_EQ(r.cli("SET b y NX"), "");
    EXPECT_EQ(r.cli("DEL a b c"), "2");
    EXPECT_EQ(r.cli("SET n word"), "OK");
    EXPECT_EQ(r.cli("INCR n"), "ERR value is not an integer or out of range");
    EXPECT_EQ(r.cli("GET"), "ERR wrong number of arguments for 'get' command");
    // Word for word what redis-server 7.0 says.
    EXPECT_EQ(r.cli("NONSENSE a b"),
              "ERR unknown command 'NONSENSE', with args beginning with: 'a' 'b' ");
    EXPECT_EQ(r.cli("SET a b EX 9223372036854775807"), "ERR invalid expire time in 'set' command");
    EXPECT_EQ(r.cli("SET a b EX 1 PX 1"), "ERR syntax error");
    EXPECT_EQ(r.cli("SET a b NX XX"), "ERR syntax error");
    EXPECT_EQ(r.cli("SET a b EX"), "ERR syntax error");
    EXPECT_EQ(r.cli("SELECT 0"), "OK");
    EXPECT_EQ(r.cli("ECHO 'x y'"), "x y");
    EXPECT_EQ(r.cli("EXISTS n nothing"), "1");
    EXPECT_EQ(r.cli("SET p v PX 100000"), "OK");
    EXPECT_EQ(r.cli("PTTL p").size(), 5u);
    EXPECT_EQ(r.cli("QUIT"), "OK");
    EXPECT_NE(r.cli("INFO").find("keyspace_hits:"), std::string::npos);
    EXPECT_EQ(r.cli("SET a b EX 0"), "ERR invalid expire time in 'set' command");
    EXPECT_EQ(r.cli("FLUSHALL"), "OK");
    EXPECT_EQ(r.cli("DBSIZE"), "0");
}

TEST(CacheNode, AKeyWithPxIsGoneAfterItsTime) {
    Running r;
    auto c = connectTo(r);
    freeReplyObject(::redisCommand(c.get(), "SET k v PX 60"));
    std::this_thread::sleep_for(std::chrono::milliseconds(90));
    auto* reply = static_cast<redisReply*>(::redisCommand(c.get(), "GET k"));
    EXPECT_EQ(reply->type, REDIS_REPLY_NIL);
    freeReplyObject(reply);
}

TEST(CacheNode, OfFiftyClientsOneGetsTheLockAndNoIncrementIsLost) {
    Running r;
    std::atomic<int> winners{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 50; ++t)
        threads.emplace_back([&] {
            auto c = connectTo(r);
            auto* reply =
                static_cast<redisReply*>(::redisCommand(c.get(), "SET lock 1 PX 5000 NX"));
            if (reply->type == REDIS_REPLY_STATUS) ++winners;
            freeReplyObject(reply);
            for (int i = 0; i < 20; ++i) freeReplyObject(::redisCommand(c.get(), "INCR n"));
        });
    for (auto& t : threads) t.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(r.cli("GET n"), "1000");
}

TEST(CacheNode, TenThousandPipelinedCommandsAreAnsweredInOrderAndBytesStayBytes) {
    Running r;
    auto c = connectTo(r);
    std::string binary(256, '\0');
    for (int i = 0; i < 256; ++i) binary[static_cast<std::size_t>(i)] = static_cast<char>(i);
    freeReplyObject(::redisCommand(c.get(), "SET bin %b", binary.data(), binary.size()));
    for (int i = 0; i < 10'000; ++i) ::redisAppendCommand(c.get(), "ECHO %d", i);
    for (int i = 0; i < 10'000; ++i) {
        redisReply* reply = nullptr;
        ASSERT_EQ(::redisGetReply(c.get(), reinterpret_cast<void**>(&reply)), REDIS_OK);
        EXPECT_EQ(std::stoi(reply->str), i);
        freeReplyObject(reply);
    }
    auto* reply = static_cast<redisReply*>(::redisCommand(c.get(), "GET bin"));
    EXPECT_EQ(std::string(reply->str, reply->len), binary);
    freeReplyObject(reply);
}

TEST(CacheNode, AClientThatPipelinesMoreThanItReadsGetsItAllInTheEnd) {
    Running r;
    auto c = connectTo(r);
    const std::string megabyte(1 << 20, 'x');
    freeReplyObject(::redisCommand(c.get(), "SET big %b", megabyte.data(), megabyte.size()));
    for (int i = 0; i < 60; ++i) ::redisAppendCommand(c.get(), "GET big");
    for (int i = 0; i < 60; ++i) {
        redisReply* reply = nullptr;
        ASSERT_EQ(::redisGetReply(c.get(), reinterpret_cast<void**>(&reply)), REDIS_OK);
        EXPECT_EQ(reply->len, megabyte.size());
        freeReplyObject(reply);
    }
}

TEST(CacheNode, InlineCommandsAndBrokenOnesAreAnsweredInRedissWords) {
    Running r;
    EXPECT_EQ(r.raw("PING\r\n"), "+PONG\r\n");
    EXPECT_EQ(r.raw("\r\nSET \"a b\" 'c d'\r\nGET \"a b\"\r\n"), "+OK\r\n$3\r\nc d\r\n");
    EXPECT_EQ(r.raw("*0\r\n*-1\r\nPING\r\n"), "+PONG\r\n");
    EXPECT_EQ(r.raw("\"open\r\n"), "-ERR Protocol error: unbalanced quotes in request\r\n");
    EXPECT_EQ(r.raw("*x\r\n"), "-ERR Protocol error: invalid multibulk length\r\n");
    EXPECT_EQ(r.raw("*1\r\n!3\r\n"), "-ERR Protocol error: expected '$', got '!'\r\n");
    EXPECT_EQ(r.raw("*1\r\n$-5\r\n"), "-ERR Protocol error: invalid bulk length\r\n");
    EXPECT_EQ(r.raw("*1\r\n$99999999\r\n"), "-ERR Protocol error: invalid bulk length\r\n");
    EXPECT_EQ(r.raw("*1\r\n$4\r\nA\r\nB\r\n"),
              "-ERR unknown command 'A  B', with args beginning with: \r\n");
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/response_parser.h"

#include <gtest/gtest.h>

#include "reference-server/loadgen/loopback.h"

using tenfold::loadgen::ResponseParser;

namespace {
/// Feeds a text in pieces of n bytes.
ResponseParser parsed(const std::string& text, std::size_t n) {
    ResponseParser p;
    for (std::size_t i = 0; i < text.size() && !p.isDone() && !p.isBroken(); i += n)
        p.feed(std::string_view(text).substr(i, n));
    return p;
}
}  // namespace

TEST(ResponseParser, TakesEveryFramingInPiecesOfAnySize) {
    const std::string length =
        "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nSet-Cookie: lsn=7.ab; Path=/\r\n"
        "ETag: \"7-3\"\r\n\r\nhello";
    const std::string chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n "
        "world\r\n0\r\n\r\n";
    for (std::size_t n = 1; n < 30; ++n) {
        const auto a = parsed(length, n);
        EXPECT_TRUE(a.isDone()) << n;
        EXPECT_EQ(a.status(), 201);
        EXPECT_EQ(a.lsnCookie(), "7.ab");
        EXPECT_EQ(a.entityTag(), "\"7-3\"");
        EXPECT_EQ(a.bytes(), length.size());
        const auto b = parsed(chunked, n);
        EXPECT_TRUE(b.isDone()) << n;
        EXPECT_FALSE(b.closes());
        EXPECT_EQ(b.bytes(), chunked.size());
    }
}

TEST(ResponseParser, TakesNoMoreThanItsOwnResponse) {
    ResponseParser p;
    const std::string two =
        "HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(p.feed(two), 29u);
    EXPECT_TRUE(p.isDone());
}

TEST(ResponseParser, KnowsWhenAConnectionCannotBeUsedAgain) {
    EXPECT_TRUE(
        parsed("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", 7).closes());
    EXPECT_TRUE(parsed("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 7).closes());
    auto p = parsed("HTTP/1.1 200 OK\r\n\r\nall until the end", 7);
    EXPECT_FALSE(p.isDone());
    p.endOfInput();
    EXPECT_TRUE(p.isDone());
    EXPECT_TRUE(parsed("SSH-2.0-OpenSSH\r\n\r\n", 5).isBroken());
}

TEST(Loopback, OnlyThisComputerIsATarget) {
    using tenfold::loadgen::loopbackTarget;
    EXPECT_EQ(loopbackTarget("http://127.0.0.1:8080/a?b").endpoint.port(), 8080);
    EXPECT_EQ(loopbackTarget("http://127.9.8.7:80").path, "/");
    EXPECT_EQ(loopbackTarget("http://[::1]:81/x").endpoint.port(), 81);
    for (const char* bad : {"http://10.0.0.1:80/", "http://example.org/", "https://127.0.0.1/",
                            "http://127.0.0.1:x/", "http://128.0.0.1/", "127.0.0.1:80"})
        EXPECT_THROW(loopbackTarget(bad), std::invalid_argument) << bad;
}

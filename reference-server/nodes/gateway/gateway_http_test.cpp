// SPDX-License-Identifier: GPL-3.0-or-later
// What the gateway does with messages: identity, limits, framing. Clients are curl and wrk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference-server/nodes/gateway/gateway_fixture.h"
#include "reference-server/protocol/access_token.h"
#include "reference-server/protocol/identity.h"

using namespace tenfold;  // NOLINT: a test
using test::RunningGateway;
using test::shell;
using test::TestUpstream;
using testing::HasSubstr;
using testing::Not;

namespace {

std::string bearer(std::uint64_t user) {
    return " -H 'Authorization: Bearer " + protocol::accessToken(42, user) + "'";
}

std::string header(const nodes::HttpRequest& r, const char* name) {
    return std::string(r[name]);
}

}  // namespace

TEST(GatewayHttp, AnInstanceIsToldWhoAsksAndAClientCannotSayItItself) {
    TestUpstream a("a");
    RunningGateway gateway({});
    gateway.use({&a});
    const std::string forged =
        " -H 'X-Tenfold-User: 5' -H 'x-tenfold-hop: x' -H 'X-Tenfold-Client: 1.2.3.4'"
        " -H 'X-Tenfold-Version: 99' -H 'X-Forwarded-For: 1.2.3.4' -H 'REMOTE_ADDR: 6.6.6.6' ";
    shell("curl -s --interface 127.1.2.3 " + forged + gateway.url("/v1/me"));
    shell("curl -s --interface 127.1.2.3 -b lsn=7.ab " + forged + bearer(17) + " " +
          gateway.url("/v1/me"));
    const auto seen = a.seen();
    ASSERT_EQ(seen.size(), 2u);
    for (const auto& r : seen) {
        EXPECT_EQ(header(r, "X-Tenfold-Hop"), protocol::hopSignature("secret"));
        EXPECT_EQ(header(r, "X-Tenfold-Client"), "127.1.2.3");
        EXPECT_EQ(header(r, "X-Tenfold-Version"), "3");
        EXPECT_EQ(
            r.count("X-Tenfold-Hop") + r.count("X-Tenfold-Client") + r.count("X-Tenfold-Version"),
            3u);
        EXPECT_EQ(r.count("X-Forwarded-For") + r.count("REMOTE_ADDR"), 0u);
    }
    EXPECT_EQ(seen[0].count("X-Tenfold-User"), 0u) << "nobody has logged in";
    EXPECT_EQ(header(seen[1], "X-Tenfold-User"), "17");
    EXPECT_EQ(header(seen[1], "Cookie"), "lsn=7.ab");
}

TEST(GatewayHttp, AWrongTokenIsTurnedAwayAtTheDoor) {
    TestUpstream a("a");
    RunningGateway gateway({});
    gateway.use({&a});
    const auto r = shell("curl -si -H 'Authorization: Bearer 17.00' " + gateway.url("/v1/me"));
    EXPECT_THAT(r, HasSubstr("HTTP/1.1 401"));
    EXPECT_THAT(r, HasSubstr("WWW-Authenticate: Bearer"));
    EXPECT_THAT(r, HasSubstr("application/problem+json"));
    EXPECT_TRUE(a.seen().empty());
}

TEST(GatewayHttp, WhoAsksTooOftenIsToldTheLimitAndWhenToComeBack) {
    TestUpstream a("a");
    RunningGateway gateway(
        {.limits = {{"user_rate_per_s", 0.1}, {"user_burst", 3}}, .limit = "per_user"});
    gateway.use({&a});
    const auto ask = [&](std::uint64_t user) {
        return shell("curl -si" + bearer(user) + " " + gateway.url("/v1/products/1"));
    };
    for (int i = 0; i < 3; ++i) EXPECT_THAT(ask(1), HasSubstr("HTTP/1.1 200"));
    const auto refused = ask(1);
    EXPECT_THAT(refused, HasSubstr("HTTP/1.1 429"));
    EXPECT_THAT(refused, HasSubstr("RateLimit-Policy: \"peruser\";q=3;w=30"));
    EXPECT_THAT(refused, testing::ContainsRegex("RateLimit: \"peruser\";r=0;t=([1-9]|10)\r"));
    EXPECT_THAT(refused, testing::ContainsRegex("Retry-After: ([1-9]|10)\r"));
    EXPECT_THAT(refused, HasSubstr("#quota-exceeded"));
    EXPECT_THAT(refused, HasSubstr("\"violated-policies\":[\"peruser\"]"));
    EXPECT_THAT(ask(2), HasSubstr("HTTP/1.1 200")) << "another user has an allowance of their own";
    EXPECT_EQ(a.seen().size(), 4u);
    EXPECT_EQ(gateway.collect().nodes.at("gateway").rejected.at("rate_limited_user"), 1u);
}

TEST(GatewayHttp, WhoIsLetInIsToldHowMuchOfEachLimitIsLeft) {
    TestUpstream a("a");
    RunningGateway gateway({.limits = {{"user_rate_per_s", 0.1},
                                       {"user_burst", 3},
                                       {"endpoint_rate_per_s", 0.1},
                                       {"endpoint_burst", 2}},
                            .limit = "per_user+per_endpoint"});
    gateway.use({&a});
    const auto ask = [&](const char* path) {
        return shell("curl -si" + bearer(1) + " " + gateway.url(path));
    };
    const auto list = ask("/v1/products");
    EXPECT_THAT(list,
                HasSubstr("RateLimit-Policy: \"peruser\";q=3;w=30, \"perendpoint\";q=2;w=20"));
    EXPECT_THAT(list, HasSubstr("RateLimit: \"peruser\";r=2;t=10, \"perendpoint\";r=1;t=10"));
    const auto product = ask("/v1/products/1");
    EXPECT_THAT(product, HasSubstr("HTTP/1.1 200"));
    EXPECT_THAT(product, HasSubstr("RateLimit: \"peruser\";r=1;t="));
    EXPECT_THAT(product, Not(HasSubstr("perendpoint"))) << "a product is no list";
}

TEST(GatewayHttp, AListHasItsOwnLimitAlsoForWhoHasNotLoggedIn) {
    TestUpstream a("a");
    RunningGateway gateway(
        {.limits = {{"endpoint_rate_per_s", 0.1}, {"endpoint_burst", 1}}, .limit = "per_endpoint"});
    gateway.use({&a});
    const auto ask = [&](const std::string& who, const char* path, const char* from = "127.1.0.1") {
        return shell("curl -s -w '%{http_code}' -o /dev/null --interface " + std::string(from) +
                     who + " " + gateway.url(path));
    };
    EXPECT_EQ(ask(bearer(1), "/v1/products"), "200");
    EXPECT_EQ(ask(bearer(1), "/v1/products?page=2"), "429") << "another page of the same list";
    EXPECT_EQ(ask(bearer(1), "/v1/orders"), "200") << "another list";
    EXPECT_EQ(ask(bearer(2), "/v1/products"), "200") << "another user at the same address";
    EXPECT_EQ(ask("", "/v1/products"), "200");
    EXPECT_EQ(ask("", "/v1/products"), "429");
    EXPECT_EQ(ask("", "/v1/products", "127.1.0.2"), "200") << "another address";
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(bearer(1), "/v1/products/1"), "200");
    EXPECT_EQ(gateway.collect().nodes.at("gateway").rejected.at("rate_limited_endpoint"), 2u);
}

TEST(GatewayHttp, SoManyOfOneUserMayBeInProgress) {
    TestUpstream a("a", [](const nodes::HttpRequest& r) {
        return TestUpstream::Plan{
            r.target() == "/v1/products/1" ? TestUpstream::What::hold : TestUpstream::What::answer,
            {},
            {},
            false};
    });
    RunningGateway gateway(
        {.limits = {{"user_rate_per_s", 1000}, {"user_burst", 1000}, {"user_concurrency", 2}},
         .limit = "per_user"});
    gateway.use({&a});
    const auto ask = [&](std::uint64_t user, const char* path) {
        return shell("curl -si -m 20" + bearer(user) + " " + gateway.url(path));
    };
    std::thread first([&] { EXPECT_THAT(ask(1, "/v1/products/1"), HasSubstr(" 200 ")); });
    // This client leaves, and its request stays in progress for as long as an instance works on it.
    shell("curl -s -m 0.3" + bearer(1) + " " + gateway.url("/v1/products/1"));
    ASSERT_TRUE(test::eventually([&] { return a.held() == 2; }));
    const auto refused = ask(1, "/v1/products/2");
    EXPECT_THAT(refused, HasSubstr("HTTP/1.1 429"));
    EXPECT_THAT(refused, HasSubstr("Retry-After: 1\r"));
    EXPECT_THAT(refused,
                HasSubstr("RateLimit-Policy: \"concurrency\";q=2;qu=\"concurrent-requests"));
    EXPECT_THAT(refused, HasSubstr("\"violated-policies\":[\"concurrency\"]"));
    EXPECT_THAT(ask(2, "/v1/products/2"), HasSubstr(" 200 ")) << "another user";
    a.release();
    first.join();
    for (int i = 0; i < 4; ++i) EXPECT_THAT(ask(1, "/v1/products/2"), HasSubstr(" 200 "));
    EXPECT_EQ(gateway.collect().nodes.at("gateway").rejected.at("rate_limited_concurrency"), 1u);
}

TEST(GatewayHttp, AFloodGetsTheBurstAndTheRateAndNothingBeyond) {
    TestUpstream a("a");
    constexpr double kRate = 20, kBurst = 10;
    RunningGateway gateway(
        {.limits = {{"user_rate_per_s", kRate}, {"user_burst", kBurst}}, .limit = "per_user"});
    gateway.use({&a});
    auto client = gateway.client();
    client.set_keep_alive(true);
    const httplib::Headers headers{{"Authorization", "Bearer " + protocol::accessToken(42, 1)}};
    client.Get("/v1/products/1");  // without a user: connected, and in nobody's allowance
    int admitted = 0;
    const auto begin = measure::monotonicNow();
    measure::Nanos firstAnswered = 0, lastAsked = 0;
    for (int i = 0; i < 400; ++i) {
        lastAsked = measure::monotonicNow();
        const auto r = client.Get("/v1/products/1", headers);
        ASSERT_TRUE(r);
        if (firstAnswered == 0) firstAnswered = measure::monotonicNow();
        admitted += r->status == 200;
    }
    const auto end = measure::monotonicNow();
    EXPECT_LE(admitted, kBurst + kRate * static_cast<double>(end - begin) / 1e9);
    // And all of that, since it asks without a pause.
    EXPECT_GE(
        admitted,
        std::floor(kBurst + kRate * static_cast<double>(lastAsked - firstAnswered) / 1e9) - 1);
}

TEST(GatewayHttp, ALimitPerAddressHitsEveryoneBehindIt) {
    TestUpstream a("a");
    RunningGateway gateway(
        {.limits = {{"ip_rate_per_s", 0.1}, {"ip_burst", 2}}, .limit = "per_ip"});
    gateway.use({&a});
    const auto ask = [&](std::uint64_t user, const std::string& from) {
        return shell("curl -s -o /dev/null -w '%{http_code}' --interface " + from + bearer(user) +
                     " " + gateway.url("/v1/products/1"));
    };
    EXPECT_EQ(ask(1, "127.1.0.1"), "200");
    EXPECT_EQ(ask(2, "127.1.0.1"), "200");
    EXPECT_EQ(ask(3, "127.1.0.1"), "429");
    EXPECT_EQ(ask(3, "127.1.0.2"), "200");
}

TEST(GatewayHttp, AnswersOfManyMegabytesArriveWholeInEveryFraming) {
    std::string big(20 << 20, '\0');
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i * 7919 % 26);
    TestUpstream a("a", [&](const nodes::HttpRequest& r) {
        return TestUpstream::Plan{TestUpstream::What::answer, {}, big, r.target() == "/v1/orders"};
    });
    RunningGateway gateway({});
    gateway.use({&a});
    auto client = gateway.client();
    for (const char* path : {"/v1/products", "/v1/orders"}) {
        const auto r = client.Get(path);
        ASSERT_TRUE(r) << path;
        EXPECT_TRUE(r->body == big) << path;
        EXPECT_EQ(
            r->get_header_value("Server-Timing").rfind("database;dur=1.5, gateway_queue;dur=", 0),
            0u);
    }
    EXPECT_TRUE(test::eventually([&] { return gateway.heldBytes() == 0; }));
}

TEST(GatewayHttp, ContinueIsNotTheAnswerAndNobodyGetsAnotherOnesAnswer) {
    TestUpstream a("a", [](const nodes::HttpRequest& r) {
        TestUpstream::Plan p;
        p.raw = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmine";
        if (r.target() == "/v1/products/2")
            p.raw += "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray";
        return p;
    });
    RunningGateway gateway({.threads = 1});
    gateway.use({&a});
    for (int i = 0; i < 4; ++i)
        for (const char* path : {"/v1/products/1", "/v1/products/2"})
            EXPECT_EQ(shell("curl -s --expect100-timeout 0.01 -H 'Expect: 100-continue' -d '{}' " +
                            gateway.url(path)),
                      "mine");
    for (const auto& r : a.seen()) EXPECT_EQ(r.count("Expect"), 0u);
}

TEST(GatewayHttp, AnInstanceGetsOneFramingAndNoBodyWhereNoneBelongs) {
    TestUpstream a("a");
    RunningGateway gateway({});
    gateway.use({&a});
    shell("curl -s -X GET -d hidden " + gateway.url("/v1/products/1"));
    shell("curl -s -X DELETE -d hidden " + gateway.url("/v1/products/1"));
    shell("curl -s -X PATCH " + gateway.url("/v1/me"));
    shell(
        "curl -s -H 'Transfer-Encoding: chunked' -H 'Connection: close, X-Mine' -H 'X-Mine: 1'"
        " -H 'Range: bytes=0-1' -d mine " +
        gateway.url("/v1/orders"));
    const auto seen = a.seen();
    ASSERT_EQ(seen.size(), 4u);
    for (const auto& r : seen) EXPECT_EQ(r.count("Transfer-Encoding"), 0u);
    for (std::size_t i : {0u, 1u}) {
        EXPECT_EQ(seen[i].body(), "");
        EXPECT_EQ(seen[i].count("Content-Length"), 0u);
    }
    EXPECT_EQ(header(seen[2], "Content-Length"), "0") << "or the instance would wait for a body";
    EXPECT_EQ(header(seen[3], "Content-Length"), "4");
    EXPECT_EQ(seen[3].body(), "mine");
    EXPECT_EQ(seen[3].count("X-Mine") + seen[3].count("Range"), 0u);
}

TEST(GatewayHttp, EveryRequestThatArrivedIsCompletedTheMalformedToo) {
    TestUpstream a("a");
    RunningGateway gateway({});
    gateway.use({&a});
    const std::string code = "curl -s -o /dev/null -w '%{http_code}' ";
    EXPECT_EQ(shell(code + gateway.url("/v1/products/1")), "200");
    EXPECT_EQ(shell(code + "-H 'Host:' " + gateway.url("/v1/products/1")), "400");
    EXPECT_EQ(shell(code + "-H 'Expect: beer' -d x " + gateway.url("/v1/orders")), "417");
    EXPECT_EQ(shell(code + "-H 'Transfer-Encoding: gzip, chunked' " + gateway.url("/v1/orders")),
              "501");
    EXPECT_EQ(shell(code + "-I " + gateway.url("/v1/products/1")), "200");
    const auto n = gateway.collect();
    EXPECT_EQ(n.nodes.at("gateway").arrived, 5u);
    EXPECT_EQ(n.nodes.at("gateway").completed, 5u);
    EXPECT_TRUE(n.nodes.at("gateway").rejected.empty()) << "their mistakes, not its limits";
    EXPECT_EQ(n.endpoints.at("products.get").where.requests, 2u) << "HEAD is a GET";
}

TEST(GatewayHttp, HeadIsAnsweredWithTheLengthAndWithoutABody) {
    TestUpstream a("a", [](const nodes::HttpRequest&) {
        TestUpstream::Plan p;
        p.raw = "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n";
        return p;
    });
    RunningGateway gateway({});
    gateway.use({&a});
    EXPECT_THAT(shell("curl -sI " + gateway.url("/v1/products")),
                HasSubstr("Content-Length: 12345"));
    const auto twice = shell("curl -sI -H 'Authorization: Bearer x' " + gateway.url("/1") + " " +
                             gateway.url("/2"));
    EXPECT_THAT(twice, HasSubstr("HTTP/1.1 401")) << "refusals too";
}

TEST(GatewayHttp, WhatIsTooLargeOrNoHttpGetsAnAnswerThatSaysSo) {
    TestUpstream a("a");
    RunningGateway gateway({});
    gateway.use({&a});
    const std::string code = "curl -s --expect100-timeout 0.01 -o /dev/null -w '%{http_code}' ";
    const std::string many = "head -c 1100000 /dev/zero | ";
    EXPECT_EQ(shell(many + code + "--data-binary @- " + gateway.url("/v1/orders")), "413");
    EXPECT_EQ(shell(many + code + "-H 'Transfer-Encoding: chunked' --data-binary @- " +
                    gateway.url("/v1/orders")),
              "413");
    EXPECT_EQ(shell(code + "-H \"A: $(head -c 9000 /dev/zero | tr '\\0' a)\" " +
                    gateway.url("/v1/orders")),
              "431");
    EXPECT_THAT(
        shell("printf 'NO HTTP\\r\\n\\r\\n' | timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/" +
              std::to_string(gateway.port()) + "; cat >&3; head -1 <&3'"),
        HasSubstr("HTTP/1.1 400"));
    EXPECT_TRUE(a.seen().empty());
    EXPECT_EQ(shell(code + gateway.url("/v1/orders")), "200");
}

TEST(GatewayHttp, TheTimeOnTheLinksFollowsFromTheBytes) {
    TestUpstream a("a", [](const nodes::HttpRequest&) {
        return TestUpstream::Plan{TestUpstream::What::answer, {}, std::string(9'700, 'x'), false};
    });
    RunningGateway gateway({.isNative = false, .clientLinkMbit = 8});
    gateway.use({&a});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(gateway.client().Get("/images/1")->status, 200);
    const auto where = gateway.collect().endpoints.at("images.get").where;
    EXPECT_EQ(where.requests, 5u);
    // 9,700 bytes and 300 of header at 8 Mbit/s: 10 ms each, whatever this host is doing.
    EXPECT_NEAR(where.of(measure::Stage::link), 50, 1e-6);
}

TEST(GatewayHttp, WrkIsAnsweredWithoutErrors) {
    TestUpstream a("a"), b("b");
    RunningGateway gateway({.threads = 2});
    gateway.use({&a, &b});
    const auto out = shell("wrk -t1 -c32 -d1s " + gateway.url("/v1/products/1"));
    EXPECT_THAT(out, HasSubstr("Requests/sec"));
    EXPECT_THAT(out, Not(HasSubstr("Non-2xx")));
    EXPECT_THAT(out, Not(HasSubstr("Socket errors")));
}

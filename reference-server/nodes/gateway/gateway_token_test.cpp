// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens at the gateway, with the real auth service behind real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference-server/nodes/gateway/gateway_fixture.h"
#include "reference-server/protocol/access_token.h"

using namespace tenfold;  // NOLINT: a test
using test::RunningGateway;
using test::TestUpstream;
using testing::HasSubstr;

namespace {

httplib::Headers as(const std::string& token) {
    return {{"Authorization", "Bearer " + token}};
}

/// How many of so many requests with this token were let in.
int accepted(httplib::Client& client, const std::string& token, int times) {
    int n = 0;
    for (int i = 0; i < times; ++i) {
        const auto r = client.Get("/v1/me", as(token));
        n += r && r->status == 200;
    }
    return n;
}

void revoke(const RunningGateway& gateway, const std::string& token) {
    auto auth = gateway.authClient();
    const auto r = auth.Post("/revoke", httplib::Params{{"token", token}});
    ASSERT_TRUE(r);
    ASSERT_EQ(r->status, 200);
}

std::string reasonOf(const httplib::Result& r) {
    const auto j = nlohmann::json::parse(r->body, nullptr, false);
    return j.is_object() ? j.value("reason", "") : "";
}

}  // namespace

TEST(GatewayTokens, CentralRefusesARevokedTokenFromTheNextRequestOn) {
    TestUpstream a("a");
    RunningGateway gateway({.tokenValidation = "central"});
    gateway.use({&a});
    auto client = gateway.client();
    const auto token = protocol::accessToken(42, 17), other = protocol::accessToken(42, 17);
    EXPECT_EQ(accepted(client, token, 5), 5);
    revoke(gateway, token);
    EXPECT_EQ(accepted(client, token, 20), 0) << "the delay of a revocation is none";
    EXPECT_EQ(accepted(client, other, 5), 5);
}

TEST(GatewayTokens, JwtAcceptsARevokedTokenUntilItEnds) {
    TestUpstream a("a");
    RunningGateway gateway({.tokenValidation = "jwt"});
    gateway.use({&a});
    auto client = gateway.client();
    constexpr int kLifetimeS = 2;
    const double issuedAtS = protocol::unixNowS();
    const auto token = protocol::accessToken(42, 17, kLifetimeS);
    EXPECT_EQ(accepted(client, token, 5), 5);
    revoke(gateway, token);
    EXPECT_EQ(accepted(client, token, 20), 20) << "nobody has told the gateway";
    // How long it goes on: until the end of the token and the leeway of clocks, to the second in
    // which it was issued.
    int after = 0;
    double lastAtS = 0;
    std::string last;
    while (protocol::unixNowS() < issuedAtS + 10) {
        const auto r = client.Get("/v1/me", as(token));
        ASSERT_TRUE(r);
        if (r->status != 200) {
            last = reasonOf(r);
            break;
        }
        lastAtS = protocol::unixNowS();
        ++after;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_GT(after, 20);
    EXPECT_EQ(last, "token_expired");
    EXPECT_LE(lastAtS - issuedAtS, kLifetimeS + protocol::kLeewayS + 0.5);
    // Half a second before its end at the earliest it was still let in.
    EXPECT_GE(lastAtS - issuedAtS, kLifetimeS + protocol::kLeewayS - 1.5);
}

TEST(GatewayTokens, WithoutTheAuthServiceCentralStopsAndJwtGoesOn) {
    TestUpstream a("a");
    RunningGateway gateway({.tokenValidation = "central"});
    gateway.use({&a});
    auto client = gateway.client();
    const auto token = protocol::accessToken(42, 17);
    EXPECT_EQ(accepted(client, token, 3), 3);
    gateway.stopAuth();
    const auto r = client.Get("/v1/me", as(token));
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, 503);
    EXPECT_EQ(reasonOf(r), "auth_down");
    EXPECT_FALSE(r->get_header_value("Retry-After").empty());
    EXPECT_EQ(client.Get("/v1/products/1")->status, 200) << "who says nobody is nobody";
    EXPECT_GE(gateway.collect().nodes.at("gateway").rejected.at("auth_down"), 1u);
    gateway.startAuth();
    EXPECT_EQ(accepted(client, token, 3), 3);

    gateway.validateTokens("jwt");
    EXPECT_EQ(accepted(client, token, 3), 3);
    gateway.stopAuth();
    EXPECT_EQ(accepted(client, token, 20), 20);
    EXPECT_EQ(accepted(client, protocol::accessToken(42, 18), 5), 5) << "one it has not seen";
}

TEST(GatewayTokens, SwitchingWhileRequestsComeLosesNone) {
    TestUpstream a("a");
    RunningGateway gateway({.threads = 16, .tokenValidation = "central"});
    gateway.use({&a});
    std::atomic<bool> isOver{false};
    std::atomic<int> asked{0}, answered{0};
    std::vector<std::thread> clients;
    for (std::uint64_t user = 1; user <= 4; ++user)
        clients.emplace_back([&, user] {
            auto client = gateway.client();
            while (!isOver) {
                const auto token = protocol::accessToken(42, user);
                ++asked;
                const auto r = client.Get("/v1/me", as(token));
                answered += r && r->status == 200;
            }
        });
    for (int i = 0; i < 10; ++i) {
        gateway.validateTokens(i % 2 ? "central" : "jwt");
        // Some requests in each position, however slow they are in a sanitizer's build.
        const int enough = asked + 12;
        for (int ms = 0; asked < enough && ms < 10'000; ++ms)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    isOver = true;
    for (auto& c : clients) c.join();
    EXPECT_GT(asked, 100);
    EXPECT_EQ(asked, answered);
}

TEST(GatewayTokens, EachTokenIsCountedWhereItWasLookedAtAndItsTimeIsAStage) {
    TestUpstream a("a");
    RunningGateway gateway({.tokenValidation = "central"});
    gateway.use({&a});
    auto client = gateway.client();
    const auto token = protocol::accessToken(42, 17);
    const auto r = client.Get("/v1/me", as(token));
    ASSERT_TRUE(r);
    EXPECT_THAT(r->get_header_value("Server-Timing"), HasSubstr(", auth;dur="));
    accepted(client, token, 4);
    client.Get("/v1/me");
    auto e = gateway.collect().endpoints.at("me.get");
    EXPECT_EQ(e.server.introspections, 5u);
    EXPECT_EQ(e.server.localValidations, 0u);
    EXPECT_GT(e.where.of(measure::Stage::auth), 0);
    gateway.validateTokens("jwt");
    accepted(client, token, 6);
    auto s = gateway.collect();
    e = s.endpoints.at("me.get");
    EXPECT_EQ(e.server.introspections, 0u);
    EXPECT_EQ(e.server.localValidations, 6u);
    EXPECT_EQ(s.nodes.at("gateway").gauges.at("signatures_verified"), 1);
    EXPECT_GT(s.nodes.at("gateway").gauges.at("signature_host_ms"), 0);
}

TEST(GatewayTokens, TheUserIsTheTokensWhateverElseAClientSays) {
    TestUpstream a("a");
    for (const char* how : {"central", "jwt"}) {
        RunningGateway gateway({.tokenValidation = how});
        gateway.use({&a});
        auto client = gateway.client();
        auto headers = as(protocol::accessToken(42, 17));
        headers.emplace("X-Tenfold-User", "5");
        headers.emplace("X-Tenfold-Hop", "x");
        ASSERT_EQ(client.Get("/v1/me", headers)->status, 200);
        const auto seen = a.seen().back();
        EXPECT_EQ(seen.count("X-Tenfold-User"), 1u);
        EXPECT_EQ(std::string(seen["X-Tenfold-User"]), "17") << how;
    }
}

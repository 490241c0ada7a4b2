// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/auth/auth_server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "reference-server/protocol/identity.h"

using namespace tenfold;  // NOLINT: a test
using nlohmann::json;

namespace {

constexpr std::uint64_t kSeed = 42;

/// An auth service of one emulated core, and somebody who asks it as the gateway or as anybody.
class Auth : public testing::Test {
protected:
    explicit Auth(std::filesystem::path file = {}) : m_file(std::move(file)) { start(); }
    void start() {
        nodes::NodeIdentity identity;
        identity.id = "auth";
        identity.role = "auth";
        identity.secret = "secret";
        identity.seed = kSeed;
        m_hardware.authCores = 1;
        m_hardware.authRequestMs = 2;
        m_hardware.sliceMs = 2;
        m_server = std::make_unique<nodes::AuthServer>(identity, m_hardware, m_file);
        m_client = std::make_unique<httplib::Client>("127.0.0.1", m_server->port());
        m_client->set_keep_alive(true);
    }
    json introspect(const std::string& token, int status = 200) {
        const auto r = m_client->Post(
            "/introspect", {{"Authorization", "Bearer " + protocol::hopSignature("secret")}},
            httplib::Params{{"token", token}});
        EXPECT_TRUE(r);
        EXPECT_EQ(r->status, status);
        return json::parse(r->body);
    }
    httplib::Result refresh(const std::string& refreshToken) {
        return m_client->Post("/token", httplib::Params{{"grant_type", "refresh_token"},
                                                        {"refresh_token", refreshToken}});
    }
    std::string freshToken(std::uint64_t user) {
        const auto r = refresh(protocol::refreshToken(protocol::tokenKey(kSeed), user));
        EXPECT_TRUE(r && r->status == 200);
        return json::parse(r->body)["access_token"];
    }

    std::filesystem::path m_file;
    hardware::HardwareProfile m_hardware;
    std::unique_ptr<nodes::AuthServer> m_server;
    std::unique_ptr<httplib::Client> m_client;
};

class AuthWithFile : public Auth {
protected:
    AuthWithFile()
        : Auth(std::filesystem::temp_directory_path() /
               ("tenfold-auth-" + std::to_string(::getpid()))) {}
    ~AuthWithFile() override { std::filesystem::remove(m_file); }
};

}  // namespace

TEST_F(Auth, ARefreshTokenIsTradedForAnAccessTokenOfItsUser) {
    const auto r = refresh(protocol::refreshToken(protocol::tokenKey(kSeed), 17));
    ASSERT_TRUE(r);
    ASSERT_EQ(r->status, 200);
    EXPECT_EQ(r->get_header_value("Cache-Control"), "no-store");
    const json answer = json::parse(r->body);
    EXPECT_EQ(answer["token_type"], "Bearer");
    EXPECT_EQ(answer["expires_in"], 600);
    EXPECT_EQ(introspect(answer["access_token"])["sub"], "17");
}

TEST_F(Auth, TokensLiveAsLongAsTheDesignSays) {
    scenario::Design design;
    design.put("token_validation", {"central", {{"token_lifetime_s", 5}}});
    m_server->configure(design, m_hardware);
    const json claims = introspect(freshToken(3));
    EXPECT_EQ(claims["exp"].get<int>() - claims["iat"].get<int>(), 5);
}

TEST_F(Auth, WhatIsNoRefreshTokenGetsNothing) {
    const auto key = protocol::tokenKey(kSeed);
    for (const std::string& bad :
         {std::string(), std::string("17.00"), protocol::refreshToken("other", 17),
          protocol::signedLsn(key, 17), freshToken(17)}) {
        const auto r = refresh(bad);
        ASSERT_TRUE(r);
        EXPECT_EQ(r->status, 400) << bad;
        EXPECT_EQ(json::parse(r->body)["error"], "invalid_grant");
    }
    const auto password =
        m_client->Post("/token", httplib::Params{{"grant_type", "password"}, {"username", "1"}});
    EXPECT_EQ(json::parse(password->body)["error"], "unsupported_grant_type");
}

TEST_F(Auth, IntrospectionSaysWhoseATokenIsAndNothingAboutOneThatIsNotGood) {
    EXPECT_EQ(introspect(protocol::accessToken(kSeed, 8))["active"], true)
        << "the seed's keys are this service's";
    for (const auto& bad : {std::string(), std::string("x"), protocol::accessToken(43, 8),
                            protocol::accessToken(kSeed, 8, -10)})
        EXPECT_EQ(introspect(bad), json({{"active", false}}));
}

TEST_F(Auth, OnlyTheGatewayMayIntrospect) {
    const auto token = freshToken(5);
    for (const httplib::Headers& headers :
         {httplib::Headers{}, httplib::Headers{{"Authorization", "Bearer " + token}},
          httplib::Headers{{"Authorization", protocol::hopSignature("secret")}},
          httplib::Headers{{"Authorization", "Bearer " + protocol::hopSignature("guess")}},
          httplib::Headers{{"X-Tenfold-Hop", protocol::hopSignature("secret")}}}) {
        const auto r = m_client->Post("/introspect", headers, httplib::Params{{"token", token}});
        ASSERT_TRUE(r);
        EXPECT_EQ(r->status, 401);
    }
}

TEST_F(AuthWithFile, ARevokedTokenIsNotActiveFromThenOnAlsoAfterARestart) {
    const auto token = freshToken(5), other = freshToken(5);
    EXPECT_EQ(introspect(token)["active"], true);
    const auto r = m_client->Post("/revoke", httplib::Params{{"token", token}});
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, 200);
    EXPECT_EQ(introspect(token)["active"], false);
    EXPECT_EQ(introspect(other)["active"], true) << "the same user's other token";
    EXPECT_EQ(m_client->Post("/revoke", httplib::Params{{"token", "nobody's"}})->status, 200);
    m_client.reset();
    m_server.reset();
    start();
    EXPECT_EQ(introspect(token)["active"], false);
    EXPECT_EQ(introspect(other)["active"], true) << "the keys are the same again";
}

TEST_F(Auth, ThePublishedKeysVerifyItsTokens) {
    const auto r = m_client->Get("/.well-known/jwks.json");
    ASSERT_TRUE(r);
    EXPECT_EQ(r->get_header_value("Content-Type"), "application/jwk-set+json");
    const auto keys = protocol::KeySet::fromJwks(json::parse(r->body));
    const auto v = protocol::verifyToken(freshToken(9), keys, protocol::unixNowS());
    EXPECT_EQ(v.fault, protocol::TokenFault::none);
    EXPECT_EQ(v.claims.user, 9u);
}

TEST_F(Auth, EveryAnswerCostsItsCoreTimeAndIsCounted) {
    m_server->collect();
    for (int i = 0; i < 10; ++i) introspect("x");
    freshToken(1);
    const auto n = m_server->collect().nodes.at("auth");
    EXPECT_EQ(n.arrived, 11u);
    EXPECT_EQ(n.completed, 11u);
    EXPECT_NEAR(n.busyCoreMs, 11 * 2, 1e-6);
    EXPECT_EQ(n.gauges.at("introspections"), 10);
    EXPECT_EQ(n.gauges.at("tokens_issued"), 1);
    EXPECT_EQ(n.cores, 1);
}

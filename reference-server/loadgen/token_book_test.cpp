// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/token_book.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "reference-server/protocol/identity.h"
#include "simulator/load/token_age.h"

using namespace tenfold;  // NOLINT: a test
using loadgen::TokenBook;
using protocol::TokenFault;

namespace {

/// Trades refresh tokens as the auth service does.
class Service {
public:
    Service() {
        m_server.Post("/token", [this](const httplib::Request& q, httplib::Response& r) {
            ++asked;
            const auto user = protocol::userOfRefreshToken(protocol::tokenKey(42),
                                                           q.get_param_value("refresh_token"));
            if (!user || q.get_param_value("grant_type") != "refresh_token") {
                r.status = 400;
                return;
            }
            const nlohmann::json answer = {{"access_token", protocol::accessToken(42, *user, 60)},
                                           {"expires_in", 60}};
            r.set_content(answer.dump(), "application/json");
        });
        port = m_server.bind_to_any_port("127.0.0.1");
        m_thread = std::thread([this] { m_server.listen_after_bind(); });
        while (!m_server.is_running()) std::this_thread::yield();
    }
    ~Service() {
        m_server.stop();
        m_thread.join();
    }
    std::atomic<int> asked{0};
    int port = 0;

private:
    httplib::Server m_server;
    std::thread m_thread;
};

class TokenBookTest : public testing::Test {
protected:
    protocol::Verified tokenOf(TokenBook& book, std::uint64_t user) {
        std::string token;
        book.withToken(user, [&](const std::string& t) { token = t; });
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (token.empty() && std::chrono::steady_clock::now() < limit)
            m_io.run_one_for(std::chrono::milliseconds(50));
        protocol::TokenIssuer issuer(42);
        const double nowS = protocol::unixNowS();
        return protocol::verifyToken(token, protocol::KeySet::fromJwks(issuer.jwks(nowS)), nowS);
    }
    boost::asio::io_context m_io{1};
};

}  // namespace

TEST_F(TokenBookTest, EverybodyHasATokenFromBeforeTheRunAndTheyEndOneAfterTheOther) {
    TokenBook book(m_io, {42, 600, 0});
    const double nowS = protocol::unixNowS();
    double least = 1e9, most = 0;
    for (std::uint64_t user = 1; user <= 200; ++user) {
        const auto v = tokenOf(book, user);
        if (v.fault == TokenFault::expired) continue;  // its last second was now
        ASSERT_EQ(v.fault, TokenFault::none);
        EXPECT_EQ(v.claims.user, user);
        const double leftS = static_cast<double>(v.claims.expiresAtS) - nowS;
        EXPECT_NEAR(leftS, 600 * (1 - load::tokenAgeOf(user)), 2);
        least = std::min(least, leftS);
        most = std::max(most, leftS);
    }
    EXPECT_LT(least, 30);
    EXPECT_GT(most, 570);
    EXPECT_EQ(book.refreshed() + book.notRefreshed(), 0u);
}

TEST_F(TokenBookTest, OneThatHasEndedIsTradedForTheNextOnceForAllWhoWait) {
    Service service;
    TokenBook book(m_io, {42, 0, service.port});
    int told = 0;
    for (int i = 0; i < 5; ++i) book.withToken(7, [&](const std::string&) { ++told; });
    EXPECT_EQ(told, 0);
    const auto v = tokenOf(book, 7);
    EXPECT_EQ(told, 5);
    EXPECT_EQ(v.fault, TokenFault::none);
    EXPECT_EQ(v.claims.user, 7u);
    EXPECT_EQ(service.asked, 1);
    tokenOf(book, 7);
    EXPECT_EQ(service.asked, 1) << "a new one is good for a while";
    EXPECT_EQ(book.refreshed(), 1u);
}

TEST_F(TokenBookTest, WithoutTheServiceTheOldOneIsSentAndTheNextRequestTriesAgain) {
    TokenBook book(m_io, {42, 0, 0});
    std::string token;
    book.withToken(7, [&](const std::string& t) { token = t; });
    EXPECT_FALSE(token.empty());
    EXPECT_EQ(book.notRefreshed(), 1u);
    Service service;
    book.setAuthPort(service.port);
    EXPECT_EQ(tokenOf(book, 7).fault, TokenFault::none);
}

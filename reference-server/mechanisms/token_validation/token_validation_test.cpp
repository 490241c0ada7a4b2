// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/token_validation/token_validation.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

using namespace tenfold;  // NOLINT: a test
using mechanisms::TokenValidation;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// An auth service that says what a test wants, on threads of its own.
class Service {
public:
    Service() {
        m_server.set_keep_alive_max_count(100'000);
        m_server.Post("/introspect", [this](const httplib::Request& q, httplib::Response& r) {
            ++introspected;
            authorization = q.get_header_value("Authorization");
            token = q.get_param_value("token");
            std::this_thread::sleep_for(delay.load());
            r.status = status;
            r.set_content(answer, "application/json");
        });
        m_server.Get("/.well-known/jwks.json",
                     [this](const httplib::Request&, httplib::Response& r) {
                         ++fetched;
                         r.set_content(jwks, "application/jwk-set+json");
                     });
        m_port = m_server.bind_to_any_port("127.0.0.1");
        m_thread = std::thread([this] { m_server.listen_after_bind(); });
        while (!m_server.is_running()) std::this_thread::yield();
    }
    ~Service() {
        m_server.stop();
        m_thread.join();
    }
    int port() const { return m_port; }

    std::atomic<int> introspected{0}, fetched{0}, status{200};
    std::atomic<std::chrono::milliseconds> delay{0ms};
    std::string answer = R"({"active":true,"sub":"17"})";
    std::string jwks, authorization, token;

private:
    httplib::Server m_server;
    std::thread m_thread;
    int m_port = 0;
};

std::string jwksOf(std::uint64_t seed) {
    return protocol::TokenIssuer(seed).jwks(protocol::unixNowS()).dump();
}

class TokenValidationTest : public testing::Test {
protected:
    void use(const char* value, int port, std::map<std::string, double> parameters = {}) {
        scenario::Design design;
        design.put("token_validation", {value, std::move(parameters)});
        m_validation.configure(design, port);
    }
    /// Asks for all of them at once and waits for every answer.
    std::vector<TokenValidation::Answer> validate(const std::vector<std::string>& tokens) {
        std::vector<TokenValidation::Answer> answers(tokens.size());
        std::size_t answered = 0;
        for (std::size_t i = 0; i < tokens.size(); ++i)
            m_validation.validate(tokens[i], [&, i](TokenValidation::Answer a) {
                answers[i] = std::move(a);
                ++answered;
            });
        const auto limit = std::chrono::steady_clock::now() + 10s;
        while (answered < tokens.size() && std::chrono::steady_clock::now() < limit)
            m_io.run_one_for(50ms);
        EXPECT_EQ(answered, tokens.size());
        return answers;
    }
    TokenValidation::Answer validate(const std::string& token) {
        return validate(std::vector<std::string>{token}).front();
    }

    Service m_service;
    boost::asio::io_context m_io{1};
    TokenValidation m_validation{m_io, "hop"};
};

}  // namespace

TEST_F(TokenValidationTest, CentralAsksForEveryTokenAndSaysWhoItIs) {
    use("central", m_service.port());
    for (int i = 0; i < 3; ++i) {
        const auto a = validate("a-token");
        EXPECT_EQ(a.status, 200);
        EXPECT_EQ(a.user, 17u);
        EXPECT_TRUE(a.wasAsked);
    }
    EXPECT_EQ(m_service.introspected, 3);
    EXPECT_EQ(m_service.authorization, "Bearer hop");
    EXPECT_EQ(m_service.token, "a-token");
}

TEST_F(TokenValidationTest, ATokenIsPassedOnAsItIsOrNotAtAll) {
    use("central", m_service.port());
    EXPECT_EQ(validate("a+b/c=").status, 200);
    EXPECT_EQ(m_service.token, "a+b/c=");
    for (const char* bad : {"", "a&active=true", "a b", "a\r\nX: y", "\xc3\xa4"}) {
        const auto a = validate(bad);
        EXPECT_EQ(a.status, 401) << bad;
        EXPECT_EQ(a.reason, "bad_token");
        EXPECT_FALSE(a.wasAsked);
    }
    EXPECT_EQ(m_service.introspected, 1);
}

TEST_F(TokenValidationTest, WhatTheServiceDoesNotVouchForIsRefusedWithTheReason) {
    use("central", m_service.port());
    const auto reasonFor = [&](const std::string& answer, int status = 200) {
        m_service.answer = answer;
        m_service.status = status;
        const auto a = validate("t");
        return std::to_string(a.status) + " " + a.reason;
    };
    EXPECT_EQ(reasonFor(R"({"active":false})"), "401 bad_token");
    EXPECT_EQ(reasonFor(R"({"active":true})"), "401 bad_token") << "of nobody";
    EXPECT_EQ(reasonFor(R"({"active":true,"sub":"admin"})"), "401 bad_token");
    EXPECT_EQ(reasonFor(R"({"active":"true","sub":"17"})"), "503 auth_error");
    EXPECT_EQ(reasonFor("not json"), "503 auth_error");
    EXPECT_EQ(reasonFor("{}"), "503 auth_error");
    EXPECT_EQ(reasonFor(R"({"active":true,"sub":"17"})", 500), "503 auth_error");
}

TEST_F(TokenValidationTest, WithoutTheServiceCentralLetsNobodyInAndSaysWhy) {
    use("central", 0);
    EXPECT_EQ(validate("t").reason, "auth_down");
    use("central", m_service.port(), {{"time_limit_ms", 50}});
    m_service.delay = 300ms;
    const auto late = validate("t");
    EXPECT_EQ(late.status, 503);
    EXPECT_EQ(late.reason, "auth_timeout");
}

TEST_F(TokenValidationTest, OnlySoManyAskAndWaitAtOnce) {
    use("central", m_service.port(), {{"connections", 2}, {"time_limit_ms", 9000}});
    m_service.delay = 20ms;
    const auto answers = validate(std::vector<std::string>(300, "t"));
    const auto count = [&](const std::string& reason) {
        return std::count_if(answers.begin(), answers.end(),
                             [&](const auto& a) { return a.reason == reason; });
    };
    EXPECT_EQ(count(""), 258);
    EXPECT_EQ(count("auth_queue_full"), 42);
}

TEST_F(TokenValidationTest, JwtFetchesTheKeysOnceAndAsksForNoToken) {
    m_service.jwks = jwksOf(42);
    use("jwt", m_service.port());
    std::vector<std::string> tokens;
    for (std::uint64_t user = 1; user <= 20; ++user)
        tokens.push_back(protocol::accessToken(42, user));
    // Before the keys are here: they wait.
    const auto answers = validate(tokens);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        EXPECT_EQ(answers[i].status, 200);
        EXPECT_EQ(answers[i].user, i + 1);
        EXPECT_FALSE(answers[i].wasAsked);
    }
    EXPECT_EQ(m_service.fetched, 1);
    EXPECT_EQ(m_service.introspected, 0);
    EXPECT_EQ(m_validation.takeWork().signatures, 20u);
}

TEST_F(TokenValidationTest, JwtGoesOnWithoutTheServiceOnceItHasTheKeys) {
    m_service.jwks = jwksOf(42);
    use("jwt", m_service.port());
    EXPECT_EQ(validate(protocol::accessToken(42, 1)).status, 200);
    use("jwt", 0);
    EXPECT_EQ(validate(protocol::accessToken(42, 2)).status, 200);
    EXPECT_EQ(validate(protocol::accessToken(42, 2, -5)).reason, "token_expired");
    EXPECT_EQ(validate(protocol::accessToken(43, 2)).reason, "bad_token") << "another run's";
}

TEST_F(TokenValidationTest, WithoutKeysNobodyCanTell) {
    use("jwt", 0);
    const auto a = validate(protocol::accessToken(42, 1));
    EXPECT_EQ(a.status, 503);
    EXPECT_EQ(a.reason, "auth_down");
}

TEST_F(TokenValidationTest, AnUnknownKeyIsFetchedButNotForEveryTokenThatNamesOne) {
    m_service.jwks = jwksOf(42);
    use("jwt", m_service.port());
    EXPECT_EQ(validate(protocol::accessToken(42, 1)).status, 200);
    // A token of a key that was published later. Its name differs by the period it signs in.
    protocol::TokenIssuer other(42, 10, 10);
    const auto nowS = static_cast<std::int64_t>(protocol::unixNowS());
    const auto later = other.issue(5, nowS, 60);
    EXPECT_EQ(validate(later).reason, "bad_token") << "just fetched: not again within a second";
    m_service.jwks = other.jwks(protocol::unixNowS()).dump();
    std::this_thread::sleep_for(1100ms);
    EXPECT_EQ(validate(later).user, 5u);
    EXPECT_EQ(m_service.fetched, 2);
    // Somebody invents names of keys, all at once and again: one fetch a second.
    std::vector<std::string> invented;
    for (int i = 0; i < 100; ++i)
        invented.push_back(protocol::TokenIssuer(42, 1000 + i, 10).issue(5, nowS, 60));
    for (int round = 0; round < 3; ++round)
        for (const auto& a : validate(invented)) EXPECT_EQ(a.reason, "bad_token");
    EXPECT_LE(m_service.fetched, 3);
}

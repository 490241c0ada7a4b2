// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/token_validation/token_validation.h"

#include <gtest/gtest.h>

#include "simulator/load/token_age.h"
#include "simulator/system/small_system.h"

namespace tenfold::mechanisms {
namespace {

using namespace system::small;  // NOLINT: its numbers are this test's
using measure::Outcome;
using measure::Stage;
using system::Nanos;

constexpr Nanos kSecond = 1'000'000'000;
constexpr double kExact = 1e-4;
/// From the gateway to the auth service and back.
constexpr double askingMs(double busyMs = kAuthMs) {
    return busyMs + kLinkMs + kGatewayMs;
}

scenario::Design lifetimeOf(double seconds) {
    scenario::Design d;
    d.put("token_validation", {"jwt", {{"token_lifetime_s", seconds}}});
    return d;
}

TEST(TokenValidation, TokensFromBeforeTheRunEndOneAfterTheOtherAndNewOnesLiveWhole) {
    TokenValidation tokens;
    tokens.configure(lifetimeOf(100));
    Nanos least = 1000 * kSecond, most = 0;
    for (std::uint32_t user = 1; user <= 1000; ++user) {
        const Nanos ends = tokens.endsAt(user);
        least = std::min(least, ends);
        most = std::max(most, ends);
        EXPECT_EQ(tokens.endsAt(user), ends);
    }
    EXPECT_LT(least, kSecond);
    EXPECT_GT(most, 99 * kSecond);
    tokens.issued(7, 5 * kSecond);
    EXPECT_EQ(tokens.endsAt(7), 105 * kSecond);
    // A shorter lifetime is that of the next ones.
    tokens.configure(lifetimeOf(10));
    EXPECT_EQ(tokens.endsAt(7), 105 * kSecond);
    tokens.issued(7, 5 * kSecond);
    EXPECT_EQ(tokens.endsAt(7), 15 * kSecond);
}

class TokenValidationInTheSystem : public SmallSystem {
protected:
    system::System& startWith(const char* value, std::map<std::string, double> parameters = {},
                              bool endsTokens = false) {
        set("token_validation", value, std::move(parameters));
        system::Mechanisms m;
        if (endsTokens) m.tokens = std::make_unique<TokenValidation>();
        return start(std::move(m));
    }
};

TEST_F(TokenValidationInTheSystem, CentralIsARoundTripMoreAndItIsTheStageAuth) {
    startWith("central");
    ask("orders.get");
    const auto s = run(1);
    const auto& e = of(s, "orders.get");
    EXPECT_NEAR(e.users.response.sumMs(),
                askingMs() + kInstanceMs + roundTripMs(kStatementMs) + restMs(), kExact);
    EXPECT_NEAR(e.where.of(Stage::auth), askingMs(), kExact);
    EXPECT_EQ(e.server.introspections, 1u);
    EXPECT_EQ(e.server.localValidations, 0u);
    EXPECT_NEAR(s.nodes.at("auth").busyCoreMs, kAuthMs, kExact);
    EXPECT_EQ(s.nodes.at("auth").completed, 1u);
    EXPECT_EQ(s.nodes.at("auth").cores, 1);
}

TEST_F(TokenValidationInTheSystem, JwtAsksNobody) {
    startWith("jwt");
    ask("orders.get", 3);
    const auto s = run(1);
    EXPECT_EQ(of(s, "orders.get").server.localValidations, 3u);
    EXPECT_EQ(of(s, "orders.get").server.introspections, 0u);
    EXPECT_EQ(of(s, "orders.get").where.of(Stage::auth), 0);
    EXPECT_EQ(s.nodes.at("auth").arrived, 0u);
}

TEST_F(TokenValidationInTheSystem, WhoComesTogetherWaitsForTheOneCore) {
    hardware()["slice_ms"] = 1000;  // one after the other
    startWith("central");
    ask("images.get", 3);
    const auto s = run(1);
    const auto& where = of(s, "images.get").where;
    EXPECT_NEAR(where.of(Stage::auth), (1 + 2 + 3) * kAuthMs + 3 * (kLinkMs + kGatewayMs), kExact);
}

TEST_F(TokenValidationInTheSystem, OneConnectionIsOneAtATimeWithTheWholeWay) {
    startWith("central", {{"connections", 1}});
    ask("images.get", 3);
    EXPECT_NEAR(of(run(1), "images.get").where.of(Stage::auth), (1 + 2 + 3) * askingMs(), kExact);
}

TEST_F(TokenValidationInTheSystem,
       WhoWaitsLongerThanTheLimitIsAnswered503AndTheCoreDoesItAllTheSame) {
    hardware()["auth_request_ms"] = 30;
    hardware()["slice_ms"] = 1000;
    startWith("central", {{"time_limit_ms", 50}});
    ask("images.get", 3);
    const auto s = run(1);
    EXPECT_EQ(of(s, "images.get").users.of(Outcome::ok), 1u);
    EXPECT_EQ(of(s, "images.get").users.of(Outcome::serverError), 2u);
    EXPECT_EQ(rejected(s, "gateway", "auth_timeout"), 2u);
    EXPECT_NEAR(s.nodes.at("auth").busyCoreMs, 90, kExact);
    EXPECT_NEAR(of(s, "images.get").where.of(Stage::auth), askingMs(30) + 2 * 50, kExact);
}

TEST_F(TokenValidationInTheSystem, TheLineIsBounded) {
    hardware()["gateway_queue"] = 1000;
    startWith("central", {{"connections", 1}, {"time_limit_ms", 10'000}});
    ask("images.get", 260);
    const auto s = run(3);
    EXPECT_EQ(rejected(s, "gateway", "auth_queue_full"), 3u);
    EXPECT_EQ(of(s, "images.get").users.of(Outcome::ok), 257u);
}

TEST_F(TokenValidationInTheSystem, WithoutTheServiceCentralStopsAndComesBack) {
    system::System& system = startWith("central");
    ask("images.get", 2);
    system.beginFault("auth_down", 1);  // while it is asked
    ask("images.get");
    auto s = run(0.5);
    EXPECT_EQ(rejected(s, "gateway", "auth_down"), 3u);
    EXPECT_EQ(of(s, "images.get").users.of(Outcome::serverError), 3u);
    EXPECT_FALSE(s.nodes.at("auth").alive);
    run(0.75);
    ask("images.get");
    s = run(0.5);
    EXPECT_EQ(of(s, "images.get").users.of(Outcome::ok), 1u);
    EXPECT_TRUE(s.nodes.at("auth").alive);
}

TEST_F(TokenValidationInTheSystem, JwtGoesOnWithoutTheServiceUntilTheTokenEnds) {
    // A token with half a second to go, and the leeway of clocks.
    const std::uint64_t user = 1;
    const double lifetimeS = 0.5 / (1 - load::tokenAgeOf(user));
    system::System& system = startWith("jwt", {{"token_lifetime_s", lifetimeS}}, true);
    system.beginFault("auth_down", 60);
    ask("images.get", 1, user);
    EXPECT_EQ(of(run(0.25), "images.get").users.of(Outcome::ok), 1u);
    run(0.5);  // 0.75 s: it has ended, no other is to be had, the gateway is patient
    ask("images.get", 1, user);
    EXPECT_EQ(of(run(0.25), "images.get").users.of(Outcome::ok), 1u);
    run(0.75);
    ask("images.get", 1, user);  // 1.75 s
    const auto late = run(0.25);
    EXPECT_EQ(of(late, "images.get").users.of(Outcome::clientError), 1u);
    EXPECT_EQ(rejected(late, "gateway", "token_expired"), 1u);
}

TEST_F(TokenValidationInTheSystem, AnEndedTokenIsTradedOnceForAllWhoWaitAndTheyWaitForIt) {
    const std::uint64_t user = 1;
    const double lifetimeS = 0.4 / (1 - load::tokenAgeOf(user));
    startWith("jwt", {{"token_lifetime_s", lifetimeS}}, true);
    run(0.5);
    ask("images.get", 2, user);
    const auto s = run(0.25);
    EXPECT_EQ(of(s, "images.get").users.of(Outcome::ok), 2u);
    EXPECT_EQ(s.nodes.at("auth").gauges.at("tokens_issued"), 1);
    EXPECT_NEAR(of(s, "images.get").users.response.sumMs(),
                2 * (askingMs() + kInstanceMs + restMs()), kExact);
    EXPECT_EQ(of(s, "images.get").where.of(Stage::auth), 0) << "its client's time, not ours";
}

}  // namespace
}  // namespace tenfold::mechanisms

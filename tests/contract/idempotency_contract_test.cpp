// SPDX-License-Identifier: GPL-3.0-or-later
// What a key of a POST promises, as the contract says it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/contract/api_contract.h"

using namespace tenfold;  // NOLINT: a test
using nlohmann::json;
using test::Answer;
using test::Asker;
using test::contractOf;
using test::kOrder;
using test::LiveSystem;
using test::RawConnection;
using test::shipped;
using test::validate;

namespace {

std::string keyed(const Asker& who, const std::string& path, const std::string& key,
                  const std::string& body) {
    return who.request("POST " + path,
                       "Content-Type: application/json\r\nIdempotency-Key: " + key +
                           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                       body);
}

}  // namespace

TEST(IdempotencyContract, AKeyIsCarriedOutOnceForItsUserAndItsRequest) {
    LiveSystem live(shipped("sound", {"rate_limiting=off", "idempotency=keys"}), true);
    ASSERT_TRUE(live.isUp());
    const json document = contractOf(live);
    const Asker me(live, 7), other(live, 8);
    std::vector<Answer> answers;
    const auto ask = [&](const Asker& who, const std::string& operation, const std::string& key,
                         const std::string& body, int status) {
        const std::string path = operation == "orders.create" ? "/v1/orders" : "/v1/payments";
        const auto a =
            who.ask(key.empty() ? who.withBody("POST " + path, body) : keyed(who, path, key, body));
        EXPECT_EQ(a.status, status) << key << ' ' << body << ": " << a.body;
        answers.push_back({operation, a});
        return a;
    };
    const auto reasonOf = [](const RawConnection::Answer& a) {
        return json::parse(a.body).value("reason", "");
    };
    const std::string pay = R"({"order_id":17,"amount_cents":500})";
    for (const auto& [operation, body] :
         {std::pair{std::string("orders.create"), kOrder}, {std::string("payments.create"), pay}}) {
        const std::string key = "\"" + operation + "-1\"";
        const auto first = ask(me, operation, key, body, 201);
        EXPECT_EQ(first.headers.count("idempotent-replayed"), 0u);
        for (const auto& again : {key, operation + "-1"}) {  // quoted or bare
            const auto a = ask(me, operation, again, body, 201);
            EXPECT_EQ(a.body, first.body);
            EXPECT_EQ(a.headers.at("idempotent-replayed"), "true");
            EXPECT_EQ(a.headers.count("location"), first.headers.count("location"));
        }
        // Another user's key is another key: nobody is told of somebody else's order.
        const auto theirs = ask(other, operation, key, body, 201);
        EXPECT_NE(theirs.body, first.body);
        EXPECT_EQ(theirs.headers.count("idempotent-replayed"), 0u);
        EXPECT_EQ(reasonOf(ask(me, operation, key, body + " ", 422)), "idempotency_key_reused");
        EXPECT_EQ(reasonOf(ask(me, operation, "", body, 400)), "idempotency_key_missing");
        ask(me, operation, "\"\"", body, 400);
        ask(me, operation, "two words", body, 400);
        ask(me, operation, std::string(256, 'k'), body, 400);
        // What is refused for its body leaves no key behind.
        ask(me, operation, operation + "-2", "{}", 422);
        ask(me, operation, operation + "-2", body, 201);
    }
    // A key is of one request: its path too.
    ask(me, "payments.create", "orders.create-1", pay, 422);
    const auto count = [&](const std::string& what) {
        return test::shell(
            "psql -XAt 'host=127.0.0.1 port=" + std::to_string(live.node("primary").port) +
            " user=shop dbname=shop' -c \"select count(*) from " + what + "\"");
    };
    EXPECT_EQ(count("orders where id > 1000000000"), "3\n");
    EXPECT_EQ(count("payments where id > 1000000000"), "3\n");
    EXPECT_EQ(count("idempotency_keys"), "6\n");
    EXPECT_EQ(validate(document, answers, false),
              std::to_string(answers.size()) + " answers are valid\n");

    // Not required, none is missed; off, none is looked at.
    live.set({"idempotency.required=false"});
    ask(me, "orders.create", "", kOrder, 201);
    live.set({"idempotency=off"});
    const auto once = ask(me, "orders.create", "a-key", kOrder, 201);
    EXPECT_NE(ask(me, "orders.create", "a-key", kOrder, 201).body, once.body);
    // What is older than it is kept is a new one.
    live.set({"idempotency=keys", "idempotency.ttl_s=1"});
    const auto old = ask(me, "orders.create", "short", kOrder, 201);
    EXPECT_EQ(ask(me, "orders.create", "short", kOrder, 201).body, old.body);
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    EXPECT_NE(ask(me, "orders.create", "short", kOrder, 201).body, old.body);
}

TEST(IdempotencyContract, WhileTheFirstGoesOnItsKeyIsAConflictAndAfterwardsItsAnswer) {
    LiveSystem live(shipped("sound", {"rate_limiting=off", "idempotency=keys",
                                      "side_effects=inline", "side_effects.timeout_s=2"}),
                    true);
    ASSERT_TRUE(live.isUp());
    live.apply(engine::FaultStart{"slow_email", 4});  // 5 s in place of a quarter
    const Asker me(live, 7);
    const auto order = [&] { return me.ask(keyed(me, "/v1/orders", "k", kOrder)); };
    RawConnection::Answer first;
    std::thread asking([&] { first = order(); });
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    const auto meanwhile = order();
    EXPECT_EQ(meanwhile.status, 409) << meanwhile.body;
    EXPECT_EQ(json::parse(meanwhile.body).value("reason", ""), "idempotency_in_progress");
    EXPECT_EQ(meanwhile.headers.count("retry-after"), 1u);
    asking.join();
    EXPECT_EQ(first.status, 504) << "it stands, its e-mail does not: " << first.body;
    live.waitForFlags(2);
    // The next attempt finds it left behind, and carries out what is missing.
    const auto finished = order();
    EXPECT_EQ(finished.status, 201) << finished.body;
    EXPECT_EQ(finished.headers.at("idempotent-replayed"), "true");
    EXPECT_EQ(order().body, finished.body);
    EXPECT_EQ(
        test::shell("psql -XAt 'host=127.0.0.1 port=" + std::to_string(live.node("primary").port) +
                    " user=shop dbname=shop' -c \"select count(*) from orders where id > "
                    "1000000000\""),
        "1\n");
}

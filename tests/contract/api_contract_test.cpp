// SPDX-License-Identifier: GPL-3.0-or-later
// The API says what its contract says: every answer is checked against the schema that
// /openapi.json gives for it, by an independent validator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "simulator/mechanisms/catalogue.h"
#include "tests/contract/api_contract.h"

using namespace tenfold;  // NOLINT: a test
using nlohmann::json;
using test::Answer;
using test::Asker;
using test::contractOf;
using test::kOrder;
using test::kReview;
using test::LiveSystem;
using test::RawConnection;
using test::shipped;
using test::validate;
using testing::HasSubstr;

TEST(ApiContract, EveryEndpointAnswersAsTheServedContractSaysUnderEveryDesign) {
    LiveSystem live(shipped("sound", {"rate_limiting=off"}), true);
    ASSERT_TRUE(live.isUp());
    const json document = contractOf(live);
    EXPECT_EQ(document["openapi"], "3.1.0");
    const Asker me(live, 7);
    std::vector<Answer> answers;
    for (const auto& design : std::vector<std::vector<std::string>>{
             {},
             {"query_shape=join", "pagination=offset", "in_process_cache=off", "shared_cache=off"},
             {"query_shape=n_plus_one", "read_replicas=0", "connection_pooler=off"},
             {"serialisation=full_graph", "query_shape=batched"},
             {"query_shape=join"}}) {
        if (!design.empty()) live.set(design);
        answers.push_back({"products.list", me.get("/v1/products?prefix=Am")});
        answers.push_back({"products.get", me.get("/v1/products/5")});
        answers.push_back({"images.get", me.get("/images/5")});
        answers.push_back({"orders.list", me.get("/v1/orders?limit=5")});
        answers.push_back({"orders.list", me.get("/v1/orders?customer=7")});
        answers.push_back({"orders.get", me.get("/v1/orders/17")});
        answers.push_back({"me.get", me.get("/v1/me")});
        answers.push_back({"orders.create", me.send("POST /v1/orders", kOrder)});
        // With the cookie of the write: without it a replica may be asked that has not got it yet.
        const auto& created = answers.back().answer.headers;
        const std::string cookie = created.count("set-cookie") ? created.at("set-cookie") : "";
        answers.push_back(
            {"orders.get",
             me.ask(me.request("GET " + created.at("location"),
                               "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n"))});
        answers.push_back({"payments.create",
                           me.send("POST /v1/payments", R"({"order_id":17,"amount_cents":5})")});
        answers.push_back({"reviews.create", me.send("POST /v1/reviews", kReview)});
        answers.push_back({"me.update", me.send("PATCH /v1/me", R"({"address":"Here é 1"})")});
        answers.push_back(
            {"products.update", me.send("PUT /v1/products/5", R"({"price_cents":99})")});
    }
    for (const auto& a : answers) EXPECT_LT(a.answer.status, 300) << a.operation << a.answer.body;
    EXPECT_EQ(validate(document, answers, true), "65 answers are valid\n");

    // And the check can fail: a field too many is found, and so is a status nobody announced.
    answers.front().answer.body.insert(1, R"("surprise":1,)");
    EXPECT_THAT(validate(document, answers, true), HasSubstr("surprise"));
    answers.front().answer.status = 202;
    EXPECT_THAT(validate(document, answers, true), HasSubstr("not in the contract"));
}

TEST(ApiContract, FieldsThatAreAskedForAreAllThatComes) {
    LiveSystem live(shipped("sound", {"rate_limiting=off", "read_replicas=0"}), true);
    ASSERT_TRUE(live.isUp());
    const json document = contractOf(live);
    const Asker me(live, 7);
    const auto namesOf = [](const json& object) {
        std::vector<std::string> names;
        for (const auto& [name, value] : object.items()) names.push_back(name);
        return names;
    };
    std::vector<Answer> answers;
    const auto ask = [&](const std::string& operation, const std::string& path) {
        answers.push_back({operation, me.get(path), true});
        const auto& a = answers.back().answer;
        EXPECT_EQ(a.status, 200) << path << a.body;
        return json::parse(a.body, nullptr, false);
    };
    for (const char* serialisation : {"explicit_fields", "full_graph"}) {
        live.set({std::string("serialisation=") + serialisation});
        const auto first = [](const json& list) { return list["items"][0]; };
        EXPECT_THAT(namesOf(first(ask("products.list", "/v1/products?prefix=Am&fields=name,id"))),
                    testing::ElementsAre("id", "name"));
        EXPECT_THAT(namesOf(ask("products.get", "/v1/products/5?fields=price_cents")),
                    testing::ElementsAre("price_cents"));
        EXPECT_EQ(answers.back().answer.headers.count("etag"), 1u);
        EXPECT_THAT(namesOf(first(ask("orders.list", "/v1/orders?fields=id,total_cents"))),
                    testing::ElementsAre("id", "total_cents"));
        EXPECT_THAT(namesOf(first(ask("orders.list", "/v1/orders?customer=7&fields=customer"))),
                    testing::ElementsAre("customer"));
        EXPECT_THAT(namesOf(ask("orders.get", "/v1/orders/17?fields=id,total_cents,id")),
                    testing::ElementsAre("id", "total_cents"));
        EXPECT_THAT(namesOf(ask("me.get", "/v1/me?fields=name,email")),
                    testing::ElementsAre("email", "name"));
    }
    EXPECT_EQ(validate(document, answers, false), "12 answers are valid\n");
    const auto wrong = me.get("/v1/orders/17?fields=id,e-mail");
    EXPECT_EQ(wrong.status, 400);
    EXPECT_THAT(wrong.body, HasSubstr("id, customer, status, note, total_cents"));
    EXPECT_EQ(validate(document, {{"orders.get", wrong}}, false), "1 answers are valid\n");
}

TEST(ApiContract, AWholeGraphHasTheFieldsOfTheContractAndNobodyElsesSecrets) {
    LiveSystem live(shipped("sound", {"rate_limiting=off", "read_replicas=0", "shared_cache=off",
                                      "in_process_cache=off"}),
                    true);
    ASSERT_TRUE(live.isUp());
    const Asker me(live, 7);
    const std::vector<std::string> paths{"/v1/products?prefix=Am", "/v1/products/1",
                                         "/v1/orders?limit=50",    "/v1/orders?customer=4597",
                                         "/v1/orders/1",           "/v1/me"};
    std::vector<json> listed;
    for (const auto& path : paths) listed.push_back(json::parse(me.get(path).body));
    for (const char* shape : {"n_plus_one", "batched", "join"}) {
        live.set({"serialisation=full_graph", std::string("query_shape=") + shape});
        for (std::size_t i = 0; i < paths.size(); ++i) {
            const auto text = me.get(paths[i]).body;
            const json whole = json::parse(text);
            // Lines of an order, and the customers' names, are more in the graph.
            const bool isList = whole.contains("items");
            const json a = isList ? whole["items"] : json::array({whole});
            const json b = isList ? listed[i]["items"] : json::array({listed[i]});
            ASSERT_EQ(a.size(), b.size()) << paths[i];
            for (std::size_t k = 0; k < a.size(); ++k)
                for (const auto& [name, value] : b[k].items())
                    if (value.is_primitive()) {
                        EXPECT_EQ(a[k].value(name, json()), value) << paths[i] << name;
                    } else {
                        EXPECT_TRUE(a[k].contains(name)) << paths[i] << name;
                    }
            if (paths[i] == "/v1/me") continue;
            for (const char* secret :
                 {"@example.org", "Street", "pay_", "\"email\"", "\"address\""})
                EXPECT_EQ(text.find(secret), std::string::npos) << paths[i] << secret;
        }
    }
}

TEST(ApiContract, EveryKindOfProblemIsAsTheContractSays) {
    LiveSystem live(
        shipped("sound", {"rate_limiting=per_user", "rate_limiting.user_rate_per_s=0.1",
                          "rate_limiting.user_burst=1000", "in_process_cache=off",
                          "shared_cache=off", "read_replicas=0", "connection_pooler=off"}),
        true);
    ASSERT_TRUE(live.isUp());
    const json document = contractOf(live);
    const Asker me(live, 7);
    const int instance = live.node("api-1").port;
    std::vector<Answer> answers;
    const auto expect = [&](int status, const std::string& operation,
                            const RawConnection::Answer& a) {
        EXPECT_EQ(a.status, status) << operation << ": " << a.body;
        answers.push_back({operation, a});
    };
    const auto list = [&](const std::string& query) { return me.get("/v1/orders?" + query); };
    const auto review = [&](const std::string& body) { return me.send("POST /v1/reviews", body); };

    for (const char* query :
         {"limit=0", "limit=-3", "limit=x", "limit=99999999999999999999", "cursor=zz", "cursor=%ff",
          "customer=", "customer=1.5", "customer=99999999999999999999"})
        expect(400, "orders.list", list(query));
    for (const char* query : {"prefix=%ff", "prefix=a%00b", "prefix=%ed%a0%80"})
        expect(400, "products.list", me.get(std::string("/v1/products?") + query));
    expect(400, "products.list", me.get("/v1/products?prefix=" + std::string(101, 'a')));
    for (const char* path : {"/v1/products?fields=", "/v1/products?fields=id,,name",
                             "/v1/products?fields=description", "/v1/products?fields=ID"})
        expect(400, "products.list", me.get(path));
    for (const char* path : {"/v1/products/5?fields=reviews", "/v1/products/5?fields=*"})
        expect(400, "products.get", me.get(path));
    for (const char* body : {"", "no json", "[]", "null", "{\"body\":\"\xff\"}"})
        expect(400, "reviews.create", review(body));
    const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
    expect(400, "orders.create", me.send("POST /v1/orders", "{\"lines\":[" + deep + "]}"));
    expect(400, "me.get", me.ask("GET /v1/me HTTP/1.1\r\n\r\n"));  // no Host
    expect(400, "orders.create", me.ask(me.request("POST /v1/orders", "Content-Length: x\r\n")));

    const std::string nobody = " HTTP/1.1\r\nHost: shop\r\n";
    expect(401, "me.get", me.ask("GET /v1/me" + nobody + "\r\n"));
    expect(401, "me.get", me.ask("GET /v1/me" + nobody + "Authorization: Bearer 7.00\r\n\r\n"));
    expect(401, "me.get", me.ask("GET /v1/me" + nobody + "X-Tenfold-User: 7\r\n\r\n", instance));

    for (const char* id :
         {"999999", "abc", "-5", "0", "5x", "99999999999999999999", "1%2F2", "5%00"})
        expect(404, "products.get", me.get(std::string("/v1/products/") + id));
    expect(404, "images.get", me.get("/images/-1"));
    expect(404, "orders.get", me.get("/v1/orders/9223372036854775807"));
    expect(404, "products.update", me.send("PUT /v1/products/999999", R"({"price_cents":9})"));
    const Asker stranger(live, 99'999'999);  // a token of this run, and no such customer
    expect(404, "me.get", stranger.get("/v1/me"));
    expect(404, "me.update", stranger.send("PATCH /v1/me", R"({"address":"x"})"));

    expect(405, "products.get", me.ask(me.request("DELETE /v1/products/5")));
    expect(405, "products.update", me.send("POST /v1/products/5", "{}"));
    EXPECT_EQ(answers.back().answer.headers["allow"], "GET, HEAD, PUT, OPTIONS");
    expect(411, "orders.create", me.ask(me.request("POST /v1/orders"), instance));
    expect(413, "orders.create", me.send("POST /v1/orders", std::string(1'100'000, ' ')));
    expect(414, "orders.get", me.get("/v1/orders/" + std::string(300, '1')));
    for (const char* type :
         {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
        expect(415, "orders.create", me.ask(me.withBody("POST /v1/orders", kOrder, type)));
    expect(415, "orders.create",
           me.ask(me.request("POST /v1/orders", "Content-Encoding: gzip\r\nContent-Length: 2\r\n",
                             "{}")));
    expect(417, "orders.create",
           me.ask(me.request("POST /v1/orders", "Expect: beer\r\nContent-Length: 2\r\n", "{}")));
    expect(422, "orders.create",
           me.send("POST /v1/orders",
                   R"({"lines":[{"product_id":0,"quantity":-2},7,{"quantity":1001}],"x":1})"));
    // Every problem at once, and where.
    EXPECT_EQ(json::parse(answers.back().answer.body)["errors"].size(), 6u);
    for (const char* body : {R"({"lines":[]})", R"({"lines":{}})", R"({})", R"({"lines":[{}]})",
                             R"({"lines":[{"product_id":18446744073709551615,"quantity":1e400}]})"})
        expect(std::string(body).find("e400") == std::string::npos ? 422 : 400, "orders.create",
               me.send("POST /v1/orders", body));
    for (const char* body :
         {R"({"product_id":1,"rating":9,"body":"fine"})", R"({"product_id":1,"rating":5})",
          R"({"product_id":1,"rating":5,"body":"a\u0000b"})", R"({"product_id":1.5,"rating":"5"})"})
        expect(422, "reviews.create", review(body));
    expect(422, "me.update",
           me.send("PATCH /v1/me", R"({"address":")" + std::string(501, 'a') + R"("})"));
    expect(422, "payments.create",
           me.send("POST /v1/payments", R"({"order_id":-1,"amount_cents":0})"));
    expect(422, "products.update", me.send("PUT /v1/products/5", R"({"price_cents":-99})"));
    expect(431, "me.get",
           me.ask(me.request("GET /v1/me", "A: " + std::string(9000, 'a') + "\r\n")));
    expect(501, "orders.create",
           me.ask(me.request("POST /v1/orders", "Transfer-Encoding: gzip, chunked\r\n")));

    live.set({"rate_limiting.user_burst=1"});
    const Asker eager(live, 8);
    EXPECT_EQ(eager.get("/v1/me").status, 200);
    expect(429, "me.get", eager.get("/v1/me"));
    live.set({"rate_limiting=off"});

    // What breaks behind the API: a table, an instance in the middle of a write, the database.
    const std::string psql = "psql -X 'host=127.0.0.1 user=shop dbname=shop port=" +
                             std::to_string(live.node("primary").port) + "' -c ";
    test::shell(psql + "'DROP TABLE reviews'");
    expect(500, "reviews.create", review(kReview));
    for (const char* id : {"api-1", "api-2"}) ::kill(live.node(id).pid, SIGSTOP);
    RawConnection held(me.port());
    held.send(me.withBody("POST /v1/orders", kOrder));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    for (const char* id : {"api-1", "api-2"}) ::kill(live.node(id).pid, SIGKILL);
    expect(502, "orders.create", held.read());
    // What is sent while both still die may be a 502 too; then nobody is up.
    auto gone = me.get("/v1/me");
    for (int i = 0; i < 50 && gone.status != 503; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        gone = me.get("/v1/me");
    }
    expect(503, "me.get", gone);
    EXPECT_EQ(validate(document, answers, false),
              std::to_string(answers.size()) + " answers are valid\n");
}

TEST(ApiContract, WithoutADatabaseTheAnswerIs503WithTheReason) {
    LiveSystem live(
        shipped("sound", {"in_process_cache=off", "shared_cache=off", "read_replicas=0"}), true);
    ASSERT_TRUE(live.isUp());
    const json document = contractOf(live);
    const Asker me(live, 7);
    EXPECT_EQ(me.get("/v1/me").status, 200);
    ::kill(live.node("primary").pid, SIGKILL);
    std::vector<Answer> answers;
    for (int i = 0; i < 3; ++i) answers.push_back({"me.get", me.get("/v1/me")});
    for (const auto& a : answers) EXPECT_EQ(a.answer.status, 503) << a.answer.body;
    EXPECT_EQ(validate(document, answers, false), "3 answers are valid\n");
}

TEST(ApiContract, AWriteThatFailsLeavesNobodyWaiting) {
    LiveSystem live(shipped("sound", {"in_process_cache=off", "shared_cache=off", "read_replicas=0",
                                      "rate_limiting=off", "connection_pooler=off"}),
                    true);
    ASSERT_TRUE(live.isUp());
    const Asker me(live, 7);
    test::shell("psql -X 'host=127.0.0.1 user=shop dbname=shop port=" +
                std::to_string(live.node("primary").port) + "' -c 'DROP TABLE reviews'");
    for (int i = 0; i < 40; ++i) {
        // Its transaction held the writer's token, on a connection that the next ones borrow.
        ASSERT_EQ(me.send("POST /v1/reviews", kReview).status, 500) << i;
        ASSERT_EQ(me.send("POST /v1/orders", kOrder).status, 201) << i;
        ASSERT_EQ(me.get("/v1/me").status, 200) << i;
    }
}

TEST(ApiContract, WhatAWriteRefersToMustExistAndAnOrdersTotalIsThatOfItsLines) {
    LiveSystem live(shipped("sound", {"rate_limiting=off"}), true);
    ASSERT_TRUE(live.isUp());
    const Asker me(live, 7);
    EXPECT_EQ(
        me.send("POST /v1/orders", R"({"lines":[{"product_id":999999,"quantity":1}]})").status,
        422);
    EXPECT_EQ(
        me.send("POST /v1/orders",
                R"({"lines":[{"product_id":1,"quantity":1},{"product_id":999999,"quantity":1}]})")
            .status,
        422);
    EXPECT_EQ(me.send("POST /v1/payments", R"({"order_id":999999999,"amount_cents":5})").status,
              422);
    EXPECT_EQ(
        me.send("POST /v1/reviews", R"({"product_id":999999,"rating":5,"body":"fine"})").status,
        422);

    auto created =
        me.send("POST /v1/orders",
                R"({"lines":[{"product_id":3,"quantity":2},{"product_id":4,"quantity":5}]})");
    ASSERT_EQ(created.status, 201) << created.body;
    const std::string cookie = created.headers["set-cookie"];
    const auto read = me.ask(me.request("GET " + created.headers["location"],
                                        "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n"));
    const json order = json::parse(read.body);
    ASSERT_EQ(order["lines"].size(), 2u) << read.body;
    std::int64_t total = 0;
    for (const auto& line : order["lines"])
        total += line["quantity"].get<std::int64_t>() * line["price_cents"].get<std::int64_t>();
    EXPECT_GT(total, 0);
    EXPECT_EQ(order["total_cents"], total);
}

TEST(ApiContract, WhatComesWithARequestIsNeverTakenForTheNextOne) {
    LiveSystem live(shipped("sound", {"rate_limiting=off"}), true);
    ASSERT_TRUE(live.isUp());
    const Asker me(live, 7);
    const std::string hidden = "GET /images/1 HTTP/1.1\r\nHost: shop\r\n\r\n";
    const std::string length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n";
    RawConnection c(me.port());
    RawConnection other(me.port());
    const auto expect = [&](const std::string& text, int status, bool isHead = false) {
        c.send(text);
        EXPECT_EQ(c.read(isHead).status, status) << text.substr(0, 60);
        // Both the same client and another one get the answers to what they ask.
        for (auto* next : {&c, &other}) {
            next->send(me.request("GET /v1/products/6"));
            EXPECT_THAT(next->read().body, HasSubstr("\"id\":6,")) << text.substr(0, 60);
        }
    };
    for (int i = 0; i < 5; ++i) {
        expect(me.request("GET /v1/products/5", length, hidden), 200);
        expect(me.request("HEAD /v1/products/5", length, hidden), 200, true);
        expect(me.request("OPTIONS /v1/products/5", length, hidden), 200);
        expect(me.request("DELETE /v1/products/5", length, hidden), 405);
        expect(me.request("POST /v1/orders", "Content-Type: text/plain\r\n" + length, hidden), 415);
        expect(me.request("POST /v1/" + std::string(300, 'a'), length, hidden), 414);
        expect(me.request("POST /v1/orders"), 400);  // no body, and no length either
        expect(me.request("PATCH /v1/me"), 400);
        expect(me.request("POST /v1/reviews",
                          "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                          "29\r\n" + kReview + "\r\n0\r\n\r\n"),
               201);
        expect(me.request("GET /images/5", "Range: bytes=99999-\r\n"), 200);
        expect(me.withBody("POST /v1/orders", "no json"), 400);
    }
    // "Go on" comes before the body, the answer after it.
    c.send(me.request("POST /v1/reviews",
                      "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
                          std::to_string(kReview.size()) + "\r\n"));
    EXPECT_EQ(c.read().status, 100);
    c.send(kReview);
    EXPECT_EQ(c.read().status, 201);
}

TEST(ApiContract, TheSameQuestionsGetTheSameAnswersUnderEveryQueryShapeAndPagination) {
    LiveSystem live(
        shipped("sound", {"in_process_cache=off", "shared_cache=off", "read_replicas=0"}), true);
    ASSERT_TRUE(live.isUp());
    auto client = live.client();
    const auto ask = [&](const char* path) {
        const auto r = client.Get(path, live.as(7));
        return r ? json::parse(r->body)["items"] : json();
    };
    const json orders = ask("/v1/orders?limit=20");
    const json products = ask("/v1/products?limit=20&prefix=Br");
    ASSERT_EQ(orders.size(), 20u);
    for (const char* value : {"query_shape=join", "query_shape=n_plus_one", "pagination=offset",
                              "indexes=off", "connection_pooler=off"}) {
        live.set({value});
        EXPECT_EQ(ask("/v1/orders?limit=20"), orders) << value;
        EXPECT_EQ(ask("/v1/products?limit=20&prefix=Br"), products) << value;
    }
}

TEST(ApiContract, ACursorIsForItsOwnListAndUnchanged) {
    LiveSystem live(shipped("sound", {"rate_limiting=off"}), true);
    ASSERT_TRUE(live.isUp());
    const Asker me(live, 3);
    const auto cursorOf = [&](const std::string& path) {
        return json::parse(me.get(path).body)["next_cursor"].get<std::string>();
    };
    const auto orders = cursorOf("/v1/orders");
    const auto products = cursorOf("/v1/products?prefix=Am");
    const auto statusOf = [&](const std::string& path) { return me.get(path).status; };
    EXPECT_EQ(statusOf("/v1/orders?cursor=" + orders), 200);
    EXPECT_EQ(statusOf("/v1/products?prefix=Am&cursor=" + products), 200);
    EXPECT_EQ(statusOf("/v1/products?prefix=Br&cursor=" + products), 400);
    EXPECT_EQ(statusOf("/v1/products?cursor=" + products), 400);
    EXPECT_EQ(statusOf("/v1/orders?cursor=" + products), 400);
    for (std::size_t i = 0; i < orders.size(); i += 7) {
        auto changed = orders;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(statusOf("/v1/orders?cursor=" + changed), 400) << i;
    }
}

TEST(ApiContract, CursorsWalkTheWholeListWithoutGapOrRepeat) {
    LiveSystem live(shipped("sound", {"in_process_cache=off", "shared_cache=off",
                                      "rate_limiting=off", "read_replicas=0"}),
                    true);
    ASSERT_TRUE(live.isUp());
    auto client = live.client();
    std::set<std::int64_t> seen;
    std::string path = "/v1/products?limit=100&prefix=Cl";
    for (int page = 0; page < 50; ++page) {
        const auto r = client.Get(path.c_str(), live.as(3));
        ASSERT_TRUE(r && r->status == 200);
        const json j = json::parse(r->body);
        for (const auto& item : j["items"])
            EXPECT_TRUE(seen.insert(item["id"].get<std::int64_t>()).second);
        if (!j.contains("next_cursor")) break;
        path = "/v1/products?limit=100&prefix=Cl&cursor=" + j["next_cursor"].get<std::string>();
    }
    const auto all = test::shell(
        "psql -At 'host=127.0.0.1 port=" + std::to_string(live.node("primary").port) +
        " user=shop dbname=shop' -c \"select count(*) from products where name like 'Cl%'\"");
    EXPECT_EQ(std::to_string(seen.size()) + "\n", all);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The API says what its contract says: every answer is checked against the schema that
// /openapi.json gives for it, by an independent validator.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/mechanisms/catalogue.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using nlohmann::json;
using test::LiveSystem;
using test::shipped;

namespace {

struct Answer {
    std::string operation;
    int status;
    std::string contentType;
    json body;
};

std::string validate(const json& contract, const std::vector<Answer>& answers) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("tenfold-contract-" + std::to_string(::getpid()) + ".json");
    json all = json::array();
    for (const auto& a : answers)
        all.push_back({{"operation", a.operation},
                       {"status", std::to_string(a.status)},
                       {"type", a.contentType},
                       {"body", a.body}});
    std::ofstream(file) << json{{"contract", contract}, {"answers", all}}.dump();
    const auto out = test::shell(
        "python3 " TENFOLD_SOURCE_DIR "/tests/contract/validate_answers.py " + file.string());
    std::filesystem::remove(file);
    return out;
}

}  // namespace

TEST(ApiContract, EveryAnswerValidatesAgainstTheServedContractUnderEveryDesign) {
    LiveSystem live(shipped("sound"), true);
    ASSERT_TRUE(live.isUp());
    auto client = live.client();
    auto instance = live.client("api-1");
    const auto contract = instance.Get("/openapi.json");
    ASSERT_TRUE(contract);
    const json document = json::parse(contract->body);
    EXPECT_EQ(document["openapi"], "3.1.0");

    std::vector<Answer> answers;
    const auto keep = [&](const char* operation, const httplib::Result& r) {
        ASSERT_TRUE(r) << operation;
        answers.push_back({operation, r->status, r->get_header_value("Content-Type"),
                           json::parse(r->body, nullptr, false)});
    };
    for (const auto& design : std::vector<std::vector<std::string>>{
             {},
             {"query_shape=join", "pagination=offset", "shared_cache=off"},
             {"query_shape=n_plus_one", "read_replicas=0", "connection_pooler=off"}}) {
        if (!design.empty()) live.set(design);
        const auto user = live.as(7);
        keep("products.list", client.Get("/v1/products?prefix=Am", user));
        keep("products.get", client.Get("/v1/products/5", user));
        keep("products.get", client.Get("/v1/products/999999", user));
        keep("products.get", client.Get("/v1/products/abc", user));
        keep("orders.list", client.Get("/v1/orders?limit=5", user));
        keep("orders.list", client.Get("/v1/orders?limit=0", user));
        keep("orders.list", client.Get("/v1/orders"));
        keep("orders.list", client.Get("/v1/orders?customer=7", user));
        keep("orders.get", client.Get("/v1/orders/17", user));
        keep("me.get", client.Get("/v1/me", user));
        keep("orders.create",
             client.Post("/v1/orders", user, R"({"lines":[{"product_id":1,"quantity":2}]})",
                         "application/json"));
        keep("orders.create",
             client.Post("/v1/orders", user, R"({"lines":[]})", "application/json"));
        keep("orders.create", client.Post("/v1/orders", user, "no json", "application/json"));
        keep("payments.create",
             client.Post("/v1/payments", user, R"({"order_id":17,"amount_cents":5})",
                         "application/json"));
        keep("reviews.create",
             client.Post("/v1/reviews", user, R"({"product_id":1,"rating":5,"body":"fine"})",
                         "application/json"));
        keep("reviews.create",
             client.Post("/v1/reviews", user, R"({"product_id":1,"rating":9,"body":"fine"})",
                         "application/json"));
        keep("me.update",
             client.Patch("/v1/me", user, R"({"address":"Here 1"})", "application/json"));
        keep("products.update",
             client.Put("/v1/products/5", user, R"({"price_cents":99})", "application/json"));
    }
    EXPECT_EQ(validate(document, answers), "54 answers are valid\n");

    // And the check can fail: a field too many is found.
    answers.front().body["surprise"] = 1;
    EXPECT_NE(validate(document, answers).find("surprise"), std::string::npos);
}

TEST(ApiContract, TheSameQuestionsGetTheSameAnswersUnderEveryQueryShapeAndPagination) {
    LiveSystem live(shipped("sound", {"shared_cache=off", "read_replicas=0"}), true);
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

TEST(ApiContract, CursorsWalkTheWholeListWithoutGapOrRepeat) {
    LiveSystem live(shipped("sound", {"shared_cache=off", "rate_limiting=off", "read_replicas=0"}),
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

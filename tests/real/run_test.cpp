// SPDX-License-Identifier: GPL-3.0-or-later
// The same API, the same switches, with the components themselves behind it.
#include <gmock/gmock.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "reference-server/data/statements.h"
#include "tests/real/real_system.h"
#include "tests/support/redis.h"

using namespace tenfold;  // NOLINT: a test
using nlohmann::json;
using test::kAll;
using test::LiveSystem;
using test::real;
using testing::HasSubstr;

namespace {

/// Asks as one user and keeps the answers for the check against the contract.
class Asker {
public:
    Asker(const LiveSystem& live, std::uint64_t user) : m_client(live.client()), m_live(live) {
        m_headers = live.as(user);
    }
    httplib::Result get(const std::string& operation, const std::string& path,
                        const std::string& cookie = "") {
        auto headers = m_headers;
        if (!cookie.empty()) headers.emplace("Cookie", cookie);
        return note(operation, m_client.Get(path, headers));
    }
    httplib::Result send(const std::string& operation, const std::string& method,
                         const std::string& path, const std::string& body) {
        const char* type = "application/json";
        if (method == "POST") return note(operation, m_client.Post(path, m_headers, body, type));
        if (method == "PUT") return note(operation, m_client.Put(path, m_headers, body, type));
        return note(operation, m_client.Patch(path, m_headers, body, type));
    }
    /// What an independent validator says of every answer so far.
    std::string validated() {
        const auto contract = m_client.Get("/openapi.json");
        const auto file = std::filesystem::temp_directory_path() /
                          ("tenfold-real-contract-" + std::to_string(::getpid()) + ".json");
        std::ofstream(file) << json{
            {"contract", json::parse(contract->body)},
            {"answers", m_answers},
            {"isComplete", true}}.dump(-1, ' ', false, json::error_handler_t::replace);
        const auto out = test::shell(
            "python3 " TENFOLD_SOURCE_DIR "/tests/contract/validate_answers.py " + file.string());
        std::filesystem::remove(file);
        return out;
    }
    std::size_t count() const { return m_answers.size(); }

private:
    httplib::Result note(const std::string& operation, httplib::Result result) {
        EXPECT_TRUE(result) << operation;
        if (!result) return result;
        EXPECT_LT(result->status, 300) << operation << ": " << result->body;
        json headers = json::object();
        for (const auto& [name, value] : result->headers) headers[name] = value;
        json body = json::parse(result->body, nullptr, false);
        if (body.is_discarded()) body = std::string(result->body.size(), 'x');  // a picture
        m_answers.push_back({{"operation", operation},
                             {"status", std::to_string(result->status)},
                             {"headers", headers},
                             {"body", body}});
        return result;
    }

    httplib::Client m_client;
    const LiveSystem& m_live;
    httplib::Headers m_headers;
    json m_answers = json::array();
};

std::string cookieOf(const httplib::Result& result) {
    const auto cookie = result->get_header_value("Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
}

std::string psql(const LiveSystem& live, const std::string& node, const std::string& sql,
                 const std::string& database = "shop") {
    const auto file = std::filesystem::temp_directory_path() /
                      ("tenfold-real-" + std::to_string(::getpid()) + ".sql");
    std::ofstream(file) << sql << ";\n";
    const auto said =
        test::shell("psql -X -A -t 'host=127.0.0.1 user=shop dbname=" + database +
                    " port=" + std::to_string(live.node(node).port) + "' -f " + file.string());
    std::filesystem::remove(file);
    return said;
}

}  // namespace

TEST(RealComponents, EveryEndpointAnswersAsTheContractSaysUnderEveryDesign) {
    LiveSystem live(real(kAll, {"rate_limiting=off", "read_replicas=1"}), true);
    ASSERT_TRUE(live.isUp());
    EXPECT_THAT(live.node("primary").program, HasSubstr("PostgreSQL "));
    EXPECT_THAT(live.node("replica-1").program, HasSubstr("PostgreSQL "));
    EXPECT_THAT(live.node("pooler").program, HasSubstr("PgBouncer "));
    EXPECT_THAT(live.node("cache").program, HasSubstr("Redis "));
    EXPECT_EQ(live.node("gateway").program, "");
    // The command lines that the list of nodes gives work.
    EXPECT_THAT(test::shell(live.node("primary").tryIt + " -X -c 'SELECT version()'"),
                HasSubstr("PostgreSQL"));
    EXPECT_THAT(test::shell(live.node("pooler").tryIt + " -X -c 'SELECT count(*) FROM orders'"),
                HasSubstr("80000"));
    EXPECT_THAT(psql(live, "pooler", "SHOW POOLS", "pgbouncer"), HasSubstr("shop_replica_1"));
    EXPECT_THAT(test::shell(live.node("cache").tryIt + " INFO server"), Not(HasSubstr("tenfold")));
    EXPECT_THAT(test::shell("redis-cli -h 127.0.0.1 -p " + std::to_string(live.node("cache").port) +
                            " CONFIG GET maxmemory-policy"),
                HasSubstr("allkeys-lru"));
    // Nobody is the superuser by loopback, and as many may come as the hardware says.
    EXPECT_THAT(test::shell("psql -X 'host=127.0.0.1 user=postgres dbname=shop port=" +
                            std::to_string(live.node("primary").port) + "' -c 'SELECT 1'"),
                HasSubstr("no pg_hba.conf entry"));
    EXPECT_EQ(psql(live, "primary", "SHOW max_connections"), "100\n");
    EXPECT_EQ(psql(live, "primary", "SHOW fsync"), "on\n");

    // Every statement of the API is one of PostgreSQL's too, with types it can infer.
    std::string script;
    int prepared = 0;
    for (const auto& [shape, text] : data::allShapes())
        if (!data::isForTransactions(shape))
            script += "PREPARE s" + std::to_string(++prepared) + " AS " + text + ";";
    const auto said = psql(live, "primary", script);
    EXPECT_THAT(said, Not(HasSubstr("ERROR")));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), prepared) << said;

    Asker me(live, 7);
    for (const auto& design : std::vector<std::vector<std::string>>{
             {},
             {"query_shape=join", "pagination=offset", "in_process_cache=off", "shared_cache=off"},
             {"query_shape=n_plus_one", "indexes=off", "connection_pooler=off"},
             {"indexes=on", "query_shape=batched", "read_replicas=0"},
             {"serialisation=full_graph"},
             {"query_shape=join"}}) {
        if (!design.empty()) live.set(design);
        me.get("products.list", "/v1/products?prefix=Am");
        me.get("products.get", "/v1/products/5");
        me.get("images.get", "/images/5");
        me.get("orders.list", "/v1/orders?limit=5");
        me.get("orders.list", "/v1/orders?customer=7");
        me.get("orders.get", "/v1/orders/17");
        me.get("me.get", "/v1/me");
        const auto created =
            me.send("orders.create", "POST", "/v1/orders",
                    R"({"lines":[{"product_id":9,"quantity":2},{"product_id":3,"quantity":1}]})");
        ASSERT_TRUE(created);
        const auto order =
            me.get("orders.get", created->get_header_value("Location"), cookieOf(created));
        ASSERT_TRUE(order);
        const auto lines = json::parse(order->body).at("lines");
        ASSERT_EQ(lines.size(), 2u) << order->body;
        EXPECT_EQ(lines[0]["product_id"], 9);
        me.send("payments.create", "POST", "/v1/payments", R"({"order_id":17,"amount_cents":5})");
        me.send("reviews.create", "POST", "/v1/reviews",
                R"({"product_id":1,"rating":5,"body":"fine"})");
        me.send("me.update", "PATCH", "/v1/me", R"({"address":"Here é 1"})");
        me.send("products.update", "PUT", "/v1/products/5", R"({"price_cents":99})");
    }
    EXPECT_EQ(me.validated(), std::to_string(me.count()) + " answers are valid\n");

    // What refers to nothing is refused with the same status as by our own database.
    auto client = live.client();
    for (const auto& [path, body] : std::vector<std::pair<const char*, const char*>>{
             {"/v1/payments", R"({"order_id":999999999,"amount_cents":5})"},
             {"/v1/reviews", R"({"product_id":999999,"rating":5,"body":"fine"})"},
             {"/v1/orders", R"({"lines":[{"product_id":999999,"quantity":1}]})"}}) {
        const auto r = client.Post(path, live.as(7), body, "application/json");
        ASSERT_TRUE(r);
        EXPECT_EQ(r->status, 422) << r->body;
    }
}

TEST(RealComponents, SwitchesUnderLoadLoseNothing) {
    LiveSystem live(real(kAll, {"rate_limiting=off"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(1);
    for (const auto& change : std::vector<std::vector<std::string>>{
             {"indexes=off"},
             {"indexes=on", "query_shape=join"},
             {"pagination=offset", "query_shape=n_plus_one"},
             {"connection_pooler=off"},
             {"connection_pooler=transaction", "connection_pooler.size=3"},
             {"shared_cache=off"},
             {"shared_cache=ttl", "read_replicas=1"},
             {"read_replicas=2", "read_replicas.lag_ms=300"}}) {
        live.set(change);
        live.runFor(0.75);
    }
    const auto slots = live.timeline().lastSlot();
    live.runFor(2);
    live.stop();
    // The parts of a slot came: real components are looked after like our own.
    const auto last = live.timeline().window(slots, live.timeline().lastSlot());
    const auto& primary = last.nodes.at("primary");
    EXPECT_EQ(primary.capacity, 97);
    EXPECT_GT(primary.inUse, 0);
    EXPECT_GT(primary.hostCpuMs, 0);
    EXPECT_GT(primary.completed, 0u);
    EXPECT_EQ(primary.cores, 0);                     // not emulated
    EXPECT_EQ(last.nodes.at("pooler").capacity, 9);  // three databases, three connections each
    EXPECT_GT(last.nodes.at("pooler").completed, 0u);
    EXPECT_GT(last.nodes.at("cache").completed, 0u);
    EXPECT_GT(last.nodes.at("cache").gauges.at("keys"), 0);

    std::string details;
    for (const auto& e : live.timeline().events()) details += e.text + ": " + e.detail + "\n";
    EXPECT_THAT(details, HasSubstr("Index Only Scan using order_lines_order on order_lines → Seq "
                                   "Scan on order_lines"));
    EXPECT_THAT(details, HasSubstr("Seq Scan on order_lines → Index Only Scan"));
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total();
    EXPECT_GT(all.users.offered, 100u);
    EXPECT_EQ(all.users.ended(), all.users.offered) << details;
    EXPECT_EQ(all.users.failed(), 0u) << details;
}

TEST(RealComponents, ReplicasStreamAndWritersReadWhatTheyWrote) {
    LiveSystem live(
        real({"database"}, {"read_replicas=2", "read_replicas.lag_ms=20000", "in_process_cache=off",
                            "shared_cache=off", "rate_limiting=off"}),
        true);
    ASSERT_TRUE(live.isUp());
    EXPECT_EQ(psql(live, "primary", "SELECT count(*) FROM pg_stat_replication"), "2\n");
    EXPECT_EQ(psql(live, "replica-2", "SELECT pg_is_in_recovery()"), "t\n");
    auto client = live.client();
    const auto addressOf = [&](const std::string& cookie) {
        auto headers = live.as(9);
        if (!cookie.empty()) headers.emplace("Cookie", cookie);
        const auto r = client.Get("/v1/me", headers);
        return r ? json::parse(r->body)["address"].get<std::string>() : "";
    };
    const std::string before = addressOf("");
    const auto written =
        client.Patch("/v1/me", live.as(9), R"({"address":"new"})", "application/json");
    ASSERT_TRUE(written);
    const std::string cookie = cookieOf(written);
    ASSERT_THAT(cookie, HasSubstr("lsn="));
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(addressOf(cookie), "new");
        EXPECT_EQ(addressOf(""), before);  // whoever carries no cookie is told by a replica
    }
    const auto lagNow = [&] {
        live.runFor(0.5);
        return live.timeline().samples().back().nodes.at("replica-1").gauges.at("lag_ms");
    };
    // The replica is asked beside its work: on a busy host the answer comes slots later.
    double lag = lagNow();
    for (int i = 0; i < 20 && lag <= 100; ++i) lag = lagNow();
    EXPECT_GT(lag, 100);
    EXPECT_LE(lag, 20'000 + 1000);
    // A delay that is under way ends with the setting: nobody waits the twenty seconds out.
    live.set({"read_replicas.lag_ms=0"});
    for (int i = 0; i < 200 && addressOf("") != "new"; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(addressOf(""), "new");
    EXPECT_EQ(addressOf(""), "new");  // by the other one
}

TEST(RealComponents, AKilledReplicaIsReplacedAndAKilledInstanceToo) {
    LiveSystem live(real({"database"}, {"read_replicas=1"}));
    ASSERT_TRUE(live.isUp());
    const auto victim = test::familyOf(test::parentOf(live.node("replica-1").pid));
    live.apply(engine::FaultStart{"kill_replica", 0.5});
    live.waitForFlags(2);
    EXPECT_EQ(test::leftOf(victim), 0);
    EXPECT_THAT(live.node("replica-2").program, HasSubstr("PostgreSQL"));
    EXPECT_EQ(psql(live, "replica-2", "SELECT pg_is_in_recovery()"), "t\n");
    live.apply(engine::FaultStart{"kill_instance", 0.5});
    live.waitForFlags(4);
    live.runFor(0.5);
    auto client = live.client();
    EXPECT_EQ(client.Get("/v1/me", live.as(3))->status, 200);
    EXPECT_EQ(live.recorder().phase(), engine::Phase::running);
}

TEST(RealComponents, NewsOfAChangeIsInRedisAndEndsTheOldAnswer) {
    LiveSystem live(real({"database", "cache"},
                         {"shared_cache=ttl_and_events", "shared_cache.ttl_s=3600",
                          "in_process_cache=off", "read_replicas=0", "rate_limiting=off"}),
                    true);
    ASSERT_TRUE(live.isUp());
    test::Redis redis(live.node("cache").port);
    auto client = live.client();
    const auto price = [&] {
        const auto r = client.Get("/v1/products/5");
        return r ? json::parse(r->body)["price_cents"].get<std::int64_t>() : -1;
    };
    const auto before = price();
    const auto kept = redis.text({"GET", "product:5"});
    EXPECT_THAT(kept, HasSubstr("price_cents"));
    const auto written = client.Put("/v1/products/5", live.as(7),
                                    json{{"price_cents", before + 11}}.dump(), "application/json");
    ASSERT_TRUE(written && written->status == 200) << (written ? written->body : "no answer");
    ASSERT_TRUE(redis.waitFor({"GET", "product:5:changed"}, "2"));
    EXPECT_EQ(price(), before + 11);
    redis.text({"SET", "product:5", kept, "PX", "100000"});
    EXPECT_EQ(price(), before + 11) << "what was read before the change is stored after the news";
    EXPECT_EQ(psql(live, "primary", "SELECT count(*) FROM outbox"), "0\n");
}

TEST(RealComponents, AKilledRedisCostsNobodyAnAnswerAndAnotherOneTakesItsPlace) {
    LiveSystem live(real({"cache"}, {"in_process_cache=off"}));
    ASSERT_TRUE(live.isUp());
    live.runFor(2);
    const auto victim = test::familyOf(test::parentOf(live.node("cache").pid));
    live.apply(engine::FaultStart{"kill_cache", 1.5});
    live.waitForFlags(2);
    EXPECT_EQ(test::leftOf(victim), 0);
    EXPECT_THAT(live.node("cache").program, HasSubstr("Redis "));
    live.runFor(3);
    EXPECT_GT(live.sinceChange().total().server.cacheHits, 0u) << "it is used";
    test::Redis redis(live.node("cache").port);
    EXPECT_NE(redis.text({"DBSIZE"}), "0");
    live.apply(engine::FaultStart{"flush_cache", 0.5});
    live.waitForFlags(4);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.of(measure::Outcome::ok));
}

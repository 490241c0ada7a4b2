// SPDX-License-Identifier: GPL-3.0-or-later
// Each mechanism, switched on the running system: the counts change as its card says, and nobody's
// request is lost.
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "simulator/mechanisms/catalogue.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using measure::Outcome;
using test::LiveSystem;
using test::shipped;

namespace {

/// Only one endpoint is asked, at a rate that leaves the machine in peace, and no instance answers
/// from its own memory.
scenario::Scenario focused(const std::string& endpoint, double rateHz,
                           std::vector<std::string> set) {
    set.insert(set.begin(), "in_process_cache=off");
    auto s = shipped("sound", set);
    for (const char* id : {"products.list", "products.get", "images.get", "orders.list",
                           "orders.by_customer", "orders.get", "me.get", "orders.create",
                           "payments.create", "reviews.create", "me.update", "products.update"})
        s.workload.mix[id] = endpoint == id ? 1 : 0;
    s.workload.requestsPerUserPerDay = rateHz * 86'400 / 4 / s.workload.dailyActiveUsers;
    return s;
}

double perRequest(const measure::EndpointSample& e, std::uint64_t measure::ServerCounts::*field) {
    return e.server.requests
               ? static_cast<double>(e.server.*field) / static_cast<double>(e.server.requests)
               : -1;
}

std::string outcomesOf(const measure::ClientCounts& c) {
    std::string out;
    for (int i = 0; i < measure::kOutcomes; ++i)
        if (const auto o = static_cast<Outcome>(i); c.of(o) > 0)
            out += " " + std::string(measure::toString(o)) + " " + std::to_string(c.of(o));
    return out;
}

void expectNothingLost(LiveSystem& live) {
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total();
    EXPECT_EQ(all.users.offered, all.users.ended());
    EXPECT_EQ(all.users.failed(), 0u) << "switching must lose no request" << outcomesOf(all.users);
    EXPECT_GT(all.users.offered, 0u);
}

const std::vector<std::string> kPlain{"in_process_cache=off", "shared_cache=off", "read_replicas=0",
                                      "connection_pooler=off"};

std::vector<std::string> plain(std::vector<std::string> more) {
    auto all = kPlain;
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace

TEST(MechanismsLive, QueryShapeTakes41Then3Then1StatementsForAPageOf20) {
    LiveSystem live(focused("orders.list", 20, plain({"query_shape=n_plus_one"})));
    ASSERT_TRUE(live.isUp());
    for (const auto& [value, statements] : std::vector<std::pair<std::string, double>>{
             {"n_plus_one", 41}, {"batched", 3}, {"join", 1}}) {
        live.set({"query_shape=" + value, "pagination.page_size=20"});
        live.runFor(3);
        const auto e = live.sinceChange(4).endpoints.at("orders.list");
        EXPECT_GT(e.server.requests, 10u);
        EXPECT_DOUBLE_EQ(perRequest(e, &measure::ServerCounts::statements), statements) << value;
    }
    expectNothingLost(live);
}

TEST(MechanismsLive, IndexesTurnAScanOfHalfAMillionRowsIntoALookUp) {
    LiveSystem live(focused("orders.get", 4, plain({"indexes=off"})));
    ASSERT_TRUE(live.isUp());
    live.runFor(4);
    const auto before = live.sinceChange(0).endpoints.at("orders.get");
    EXPECT_DOUBLE_EQ(perRequest(before, &measure::ServerCounts::fullScanSteps), 499'999)
        << "one statement scans every line, the other goes by key";
    live.set({"indexes=on"});
    live.runFor(3);
    const auto after = live.sinceChange(4).endpoints.at("orders.get");
    EXPECT_GT(after.server.requests, 3u);
    EXPECT_DOUBLE_EQ(perRequest(after, &measure::ServerCounts::fullScanSteps), 0);
    live.set({"indexes=off"});
    live.runFor(3);
    EXPECT_GT(perRequest(live.sinceChange(4).endpoints.at("orders.get"),
                         &measure::ServerCounts::fullScanSteps),
              400'000);
    expectNothingLost(live);
    bool hasPlan = false;
    for (const auto& e : live.timeline().events())
        hasPlan = hasPlan || (e.detail.find("SCAN order_lines") != std::string::npos &&
                              e.detail.find("SEARCH order_lines") != std::string::npos);
    EXPECT_TRUE(hasPlan) << "the flag tells the plan before and after";
}

TEST(MechanismsLive, WithIndexesAPageOfOrdersScansNoMoreRowsThanItShows) {
    LiveSystem live(focused("orders.list", 6, plain({"indexes=off", "pagination=keyset"})));
    ASSERT_TRUE(live.isUp());
    live.runFor(4);
    const auto before = live.sinceChange(0).endpoints.at("orders.list");
    EXPECT_DOUBLE_EQ(perRequest(before, &measure::ServerCounts::fullScanSteps), 79'999 + 499'999)
        << "all orders to sort them, all lines to count them";
    for (const char* shape : {"n_plus_one", "batched", "join"})
        for (const char* pages : {"keyset", "offset"}) {
            live.set({"indexes=on", std::string("query_shape=") + shape,
                      std::string("pagination=") + pages, "pagination.page_size=20"});
            live.runFor(2.5);
            const auto e = live.sinceChange(4).endpoints.at("orders.list");
            EXPECT_GT(e.server.requests, 2u);
            // The join puts its page and its counts, 20 rows each, side by side in memory.
            // An offset also walks the rows that it skips, of the few pages people turn.
            const double most = (std::string(shape) == "join" ? 20 + 20 * 20 : 20) +
                                (std::string(pages) == "offset" ? 5 * 20 : 0);
            EXPECT_LE(perRequest(e, &measure::ServerCounts::fullScanSteps), most)
                << shape << ' ' << pages;
            EXPECT_LE(perRequest(e, &measure::ServerCounts::rows), 20 * 3) << shape;
        }
    live.stop();
}

TEST(MechanismsLive, PaginationBoundsTheRowsOfAList) {
    LiveSystem live(focused("products.list", 8, plain({"pagination=none"})));
    ASSERT_TRUE(live.isUp());
    live.runFor(3);
    const auto none = live.sinceChange(0).endpoints.at("products.list");
    EXPECT_GT(perRequest(none, &measure::ServerCounts::rows), 600);
    for (const char* value : {"offset", "keyset"}) {
        live.set({std::string("pagination=") + value, "pagination.page_size=20"});
        live.runFor(2);
        const auto e = live.sinceChange(4).endpoints.at("products.list");
        EXPECT_GT(e.server.requests, 3u);
        EXPECT_LE(perRequest(e, &measure::ServerCounts::rows), 20) << value;
        EXPECT_GT(perRequest(e, &measure::ServerCounts::rows), 10) << value;
    }
    expectNothingLost(live);
}

TEST(MechanismsLive, TheSharedCacheAnswersWhatItHasAndOneRequestRecomputes) {
    LiveSystem live(focused("products.list", 60, plain({})));
    ASSERT_TRUE(live.isUp());
    live.runFor(2);
    EXPECT_DOUBLE_EQ(perRequest(live.sinceChange(2).endpoints.at("products.list"),
                                &measure::ServerCounts::statements),
                     1);
    live.set({"shared_cache=ttl", "shared_cache.ttl_s=3600"});
    live.runFor(5);
    const auto e = live.sinceChange(0).endpoints.at("products.list");
    EXPECT_EQ(e.server.statements, e.server.recomputes);
    // Without a cursor every list is one of nine first pages: each is computed once and never
    // again.
    EXPECT_LE(e.server.recomputes, 9u);
    EXPECT_GT(e.server.cacheHits, 100u);
    live.set({"shared_cache=off"});
    live.runFor(2);
    EXPECT_EQ(live.sinceChange(2).endpoints.at("products.list").server.cacheHits, 0u);
    expectNothingLost(live);
}

namespace {

/// Asks for one list again and again from many threads, which both instances answer, and watches
/// its key in the cache meanwhile: each time its time to live is longer than it was, it was filled.
struct Stampede {
    int fills = 0;
    int failures = 0;
};
Stampede stampede(LiveSystem& live, double seconds) {
    const int port = live.node("cache").port;
    std::unique_ptr<redisContext, decltype(&redisFree)> cache(::redisConnect("127.0.0.1", port),
                                                              &redisFree);
    const auto number = [&](const std::string& command) {
        std::unique_ptr<redisReply, void (*)(redisReply*)> reply(
            static_cast<redisReply*>(::redisCommand(cache.get(), command.c_str())),
            [](redisReply* r) { freeReplyObject(r); });
        return reply && reply->type == REDIS_REPLY_INTEGER ? reply->integer : -3;
    };
    std::atomic<bool> isOver{false};
    std::atomic<int> failures{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 12; ++i)
        clients.emplace_back([&] {
            auto client = live.client();
            client.set_keep_alive(true);
            while (!isOver) {
                const auto r = client.Get("/v1/products?prefix=Am");
                failures += !r || r->status != 200;
            }
        });
    Stampede out;
    long long before = -2;
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::milliseconds(static_cast<long>(seconds * 1000));
    while (std::chrono::steady_clock::now() < end) {
        const auto left = number("PTTL products:2:20:0:0:0::Am");
        if (left > before && left > 0) ++out.fills;
        before = left;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    isOver = true;
    for (auto& c : clients) c.join();
    out.failures = failures;
    return out;
}

measure::ServerCounts listCounts(const LiveSystem& live, std::int64_t fromSlot) {
    const auto w = live.timeline().window(fromSlot, live.timeline().lastSlot());
    const auto it = w.endpoints.find("products.list");
    return it == w.endpoints.end() ? measure::ServerCounts{} : it->second.server;
}

}  // namespace

TEST(MechanismsLive, EachExpiryIsRecomputedExactlyOnceAcrossAndInsideInstances) {
    // A list without its index takes long enough for others to come meanwhile.
    LiveSystem live(
        shipped("sound", {"in_process_cache=off", "shared_cache=ttl", "shared_cache.ttl_s=1",
                          "indexes=off", "read_replicas=0", "rate_limiting=off"}),
        true);
    ASSERT_TRUE(live.isUp());
    live.runFor(0.5);
    auto from = live.timeline().lastSlot() + 1;
    const auto one = stampede(live, 5.3);
    live.runFor(6.5);  // most of it has passed already and is only read now
    const auto single = listCounts(live, from);
    EXPECT_EQ(one.failures, 0);
    EXPECT_GE(one.fills, 4) << "the run crosses several expiries";
    EXPECT_EQ(single.recomputes, static_cast<std::uint64_t>(one.fills));
    EXPECT_EQ(single.statements, single.recomputes);
    EXPECT_EQ(single.overlappingRecomputes, 0u);
    EXPECT_EQ(single.earlyRecomputes, 0u);
    EXPECT_GT(single.cacheMisses, single.recomputes) << "others came meanwhile, and waited";
    EXPECT_EQ(single.cacheHits + single.cacheMisses, single.requests);

    live.set({"shared_cache.stampede=none"});
    from = live.timeline().lastSlot() + 1;
    EXPECT_EQ(stampede(live, 5.3).failures, 0);
    live.runFor(6.5);
    const auto many = listCounts(live, from);
    EXPECT_EQ(many.recomputes, many.cacheMisses);
    EXPECT_GT(many.recomputes, 2 * single.recomputes) << "a stampede";
    EXPECT_GT(many.overlappingRecomputes, 0u);
    EXPECT_EQ(many.earlyRecomputes, 0u);

    live.set({"shared_cache.stampede=xfetch"});
    from = live.timeline().lastSlot() + 1;
    EXPECT_EQ(stampede(live, 5.3).failures, 0);
    live.runFor(6.5);
    const auto early = listCounts(live, from);
    EXPECT_EQ(early.recomputes, early.cacheMisses);
    // A dozen who ask are too few for it to save anything: stampede_test has the crowd.
    EXPECT_GT(early.earlyRecomputes, 0u);
    EXPECT_LE(early.earlyRecomputes, early.recomputes);
}

TEST(MechanismsLive, ACacheThatHangsOrDiesCostsNobodyAnAnswer) {
    for (const int signal : {SIGSTOP, SIGKILL}) {
        LiveSystem live(focused("products.list", 30, {"read_replicas=0", "rate_limiting=off"}));
        ASSERT_TRUE(live.isUp());
        live.runFor(2);
        ::kill(live.node("cache").pid, signal);
        live.runFor(4);
        const auto after = live.timeline()
                               .window(live.timeline().lastSlot() - 4, live.timeline().lastSlot())
                               .endpoints.at("products.list");
        EXPECT_GT(after.server.requests, 15u);
        EXPECT_EQ(after.server.cacheHits, 0u);
        EXPECT_EQ(after.server.statements, after.server.requests) << "the database answers";
        ::kill(live.node("cache").pid, SIGCONT);
        expectNothingLost(live);
    }
}

TEST(MechanismsLive, NobodyWaitsForAnAnswerThatDoesNotExist) {
    LiveSystem live(shipped("sound", {"rate_limiting=off", "read_replicas=0"}), true);
    ASSERT_TRUE(live.isUp());
    std::vector<std::future<double>> crowd;
    for (int i = 0; i < 12; ++i)
        crowd.push_back(std::async(std::launch::async, [&live] {
            auto client = live.client();
            const auto r = client.Get("/v1/products/987654");
            EXPECT_TRUE(r && r->status == 404);
            const auto timing = r ? r->get_header_value("Server-Timing") : "";
            const auto at = timing.find("cache;dur=");
            return at == std::string::npos ? 0 : std::stod(timing.substr(at + 10));
        }));
    // The lock runs out after two seconds: nobody may have waited for that.
    for (auto& c : crowd) EXPECT_LT(c.get(), 1900);
}

TEST(MechanismsLive, AnotherReplicaLeavesTheConnectionsToThePrimaryAlone) {
    // 4 × 20 = 80 of 97: opened anew for each change, they would for a while want 160.
    auto s = shipped(
        "sound",
        {"in_process_cache=off", "shared_cache=off", "connection_pooler=off", "read_replicas=0"},
        "100k");
    s.workload.requestsPerUserPerDay = 2;
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    for (const char* count : {"1", "2", "1", "0"}) {
        live.set({std::string("read_replicas=") + count});
        live.runFor(1);
    }
    const auto whole = live.timeline().window(0, live.timeline().lastSlot());
    EXPECT_EQ(whole.nodes.at("primary").rejected.count("too_many_connections"), 0u);
    expectNothingLost(live);
}

TEST(MechanismsLive, WithoutAPoolerTheDemandBeyond97IsRefusedAndWithOneNothingIs) {
    // A worker would have one of the connections.
    auto s = shipped("sound", plain({"side_effects=inline"}), "100k");
    s.machines.instanceFactor = 2;  // 8 × 20 = 160 connections wanted
    s.workload.requestsPerUserPerDay = 1;
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    live.runFor(4);
    const auto window =
        live.timeline().window(live.timeline().lastSlot() - 4, live.timeline().lastSlot());
    double open = 0;
    for (const auto& [id, n] : window.nodes)
        if (n.role == "instance") open += n.gauges.at("connections_open");
    EXPECT_DOUBLE_EQ(open, 97);
    EXPECT_DOUBLE_EQ(window.nodes.at("primary").inUse, 97);
    const auto whole = live.timeline().window(0, live.timeline().lastSlot());
    EXPECT_GE(whole.nodes.at("primary").rejected.at("too_many_connections"), 160u - 97u);

    live.set({"connection_pooler=transaction", "connection_pooler.size=25"});
    live.runFor(3);
    const auto after = live.sinceChange(4);
    EXPECT_EQ(after.nodes.at("primary").rejected.count("too_many_connections"), 0u);
    EXPECT_LE(after.nodes.at("primary").inUse, 97);
    live.stop();
    const auto all = live.timeline().window(0, live.timeline().lastSlot()).total();
    EXPECT_EQ(all.users.offered, all.users.ended());
}

TEST(MechanismsLive, RateLimitsAdmitAnAbuserAtMostBurstPlusRateTimesTime) {
    auto s = shipped("sound", {"rate_limiting=off", "read_replicas=0"});
    s.workload.abuserFactor = 6;
    LiveSystem live(s);
    ASSERT_TRUE(live.isUp());
    live.apply(engine::FaultStart{"abusive_client", 30});
    live.runFor(3);
    EXPECT_EQ(live.sinceChange(1).total().abuser.of(Outcome::rateLimited), 0u);
    live.set({"rate_limiting=per_user", "rate_limiting.user_rate_per_s=10",
              "rate_limiting.user_burst=20"});
    live.runFor(5);
    const auto w = live.sinceChange(1);
    const auto all = w.total();
    EXPECT_LE(static_cast<double>(all.abuser.of(Outcome::ok)), 20 + 10 * w.spanMs() / 1000 + 3);
    EXPECT_GT(all.abuser.of(Outcome::rateLimited), 100u);
    EXPECT_EQ(all.users.of(Outcome::rateLimited), 0u) << "nobody else is hit";
}

TEST(MechanismsLive, ReadYourWritesHoldsAtHalfASecondOfLagAndBreaksWithoutIt) {
    auto s = shipped("sound", {"read_replicas=2", "read_replicas.lag_ms=500",
                               "read_replicas.read_your_writes=true", "rate_limiting=off",
                               "in_process_cache=off", "shared_cache=off"});
    LiveSystem live(s, true);
    ASSERT_TRUE(live.isUp());
    const auto staleReads = [&](std::uint64_t firstUser) {
        auto client = live.client();
        int stale = 0;
        for (std::uint64_t user = firstUser; user < firstUser + 12; ++user) {
            auto headers = live.as(user);
            const auto created =
                client.Post("/v1/orders", headers, R"({"lines":[{"product_id":3,"quantity":1}]})",
                            "application/json");
            EXPECT_TRUE(created && created->status == 201)
                << (created ? created->body : "no answer");
            if (!created) return -1;
            const std::string cookie = created->get_header_value("Set-Cookie");
            headers.emplace("Cookie", cookie.substr(0, cookie.find(';')));
            const auto read = client.Get(created->get_header_value("Location").c_str(), headers);
            EXPECT_TRUE(read);
            stale += read && read->status == 404;
        }
        return stale;
    };
    const auto counted = [&] {
        live.runFor(4);  // much of it has passed already and is only read now
        const auto w = live.timeline().window(0, live.timeline().lastSlot());
        const auto it = w.endpoints.find("orders.get");
        return it == w.endpoints.end() ? 0u : it->second.server.staleOwnReads;
    };
    EXPECT_EQ(staleReads(100), 0);
    EXPECT_EQ(counted(), 0u);
    live.set({"read_replicas.read_your_writes=false"});
    EXPECT_EQ(staleReads(200), 12) << "half a second is longer than any of these round trips";
    EXPECT_EQ(counted(), 12u) << "and the API has counted them";
    live.set({"read_replicas.lag_ms=0"});
    live.stop();
}

TEST(MechanismsLive, EverySwitchFlippedOneAfterTheOtherUnderLoadLosesNothing) {
    LiveSystem live(shipped("sound"));
    ASSERT_TRUE(live.isUp());
    for (const auto& spec : mechanisms::catalogue().specs()) {
        // The database would be a bottleneck without indexes; the test of that is above.
        const std::string other = spec.id == "indexes" ? "on" : spec.values.front().id;
        live.set({spec.id + "=" + other});
        live.runFor(0.7);
        live.set({spec.id + "=" + spec.sound});
        live.runFor(0.7);
    }
    expectNothingLost(live);
}

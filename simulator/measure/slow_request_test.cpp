// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/slow_request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "simulator/measure/statement_book.h"

using namespace tenfold::measure;  // NOLINT: a test

namespace {

Question count(std::uint64_t rows = 1) {
    return {"primary", {"orders.count"}, 1, rows, 40, 499'999};
}

/// A request of `ms` through these nodes.
SlowRequest request(double ms, std::vector<std::string> nodes) {
    SlowRequest r;
    r.endpoint = "orders.list";
    r.nodes = std::move(nodes);
    r.log.add(Stage::serialisation, ms);
    return r;
}

}  // namespace

TEST(RequestLog, StretchesFollowEachOtherAndAddUp) {
    RequestLog log;
    log.add(Stage::gatewayQueue, 3);
    log.add(Stage::connection, 0.0002);
    log.begin(count());
    log.add(Stage::lock, 0);
    log.add(Stage::database, 33);
    log.add(Stage::link, 0.5);
    log.end();
    log.add(Stage::serialisation, 5);
    ASSERT_EQ(log.spans().size(), 4u) << "what nobody could see is left out";
    EXPECT_EQ(log.spans()[1], (Span{Stage::database, 33, 0}));
    EXPECT_EQ(log.spans()[3], (Span{Stage::serialisation, 5, -1}));
    EXPECT_DOUBLE_EQ(log.totalMs(), 41.5);
    EXPECT_DOUBLE_EQ(log.of(Stage::database), 33);
}

TEST(RequestLog, LooksAtTheCacheInARowAreOneStretch) {
    RequestLog log;
    for (int i = 0; i < 500; ++i) log.add(Stage::cache, 4);
    log.add(Stage::serialisation, 5);
    log.add(Stage::cache, 1);
    ASSERT_EQ(log.spans().size(), 3u);
    EXPECT_DOUBLE_EQ(log.spans()[0].ms, 2000);
    EXPECT_DOUBLE_EQ(log.spans()[2].ms, 1) << "a later one stands in its own place";
}

TEST(RequestLog, OfManyStatementsTheLaterOnesAreOne) {
    RequestLog log;
    for (int i = 0; i < 10'000; ++i) {
        log.add(Stage::connection, 0.1);
        log.begin(count(2));
        log.add(Stage::database, 1);
        log.add(Stage::link, 0.5);
        log.end();
    }
    log.add(Stage::serialisation, 5);
    EXPECT_LE(log.spans().size(), RequestLog::kMostSpans + kStages);
    ASSERT_EQ(log.questions().size(), RequestLog::kMostQuestions + 1);
    EXPECT_EQ(log.questions().back().statements, 10'000 - RequestLog::kMostQuestions);
    EXPECT_EQ(log.questions().back().rows, 2 * (10'000 - RequestLog::kMostQuestions));
    EXPECT_TRUE(log.questions().back().shapes.empty());
    EXPECT_NEAR(log.totalMs(), 16'005, 1e-6) << "no time is lost";
    EXPECT_EQ(log.spans().back().stage, Stage::serialisation);
}

TEST(SlowRequest, NamesEachNodeThatItPassedOnce) {
    const std::string instance = "api-2";
    RequestLog log;
    EXPECT_EQ(nodesPassed(log, {instance, true, false, true}),
              (std::vector<std::string>{"api-2", "gateway"}))
        << "no statement, no pooler";
    for (int i = 0; i < 2; ++i) log.begin(count());
    log.end();
    log.add(Stage::cache, 1);
    EXPECT_EQ(nodesPassed(log, {instance, true, true, true}),
              (std::vector<std::string>{"api-2", "gateway", "auth", "pooler", "primary", "cache"}));
    log.add(Stage::sideEffects, 250);
    EXPECT_EQ(nodesPassed(log, {instance, false, false, false}),
              (std::vector<std::string>{"api-2", "primary", "cache", "sink"}));
}

TEST(SlowRequest, ComesBackFromJsonAsItWas) {
    SlowRequest r = request(5, {"gateway", "api-1", "primary"});
    r.request = "GET /v1/orders?limit=20";
    r.status = 503;
    r.endedMs = 1234.5;
    r.log.begin({"primary", {"begin", "me.update", "commit"}, 3, 0, 12, 0});
    r.log.add(Stage::database, 1.25);
    r.log.end();
    EXPECT_EQ(slowRequestFromJson(toJson(r)), r);
    auto j = toJson(r);
    j["spans"][1][2] = 7;
    EXPECT_THROW(slowRequestFromJson(j), std::exception) << "a stretch of no question";
    j["spans"][1] = {"somewhere", 1};
    EXPECT_THROW(slowRequestFromJson(j), std::exception);
}

TEST(SlowestRequests, KeepTheSlowestThroughEachNodeOnce) {
    SlowestRequests slowest;
    for (const auto& [ms, nodes] :
         std::vector<std::pair<double, std::vector<std::string>>>{{5, {"api-1", "primary"}},
                                                                  {9, {"api-1", "cache"}},
                                                                  {7, {"api-1", "primary"}},
                                                                  {3, {"api-1", "replica-1"}},
                                                                  {1, {"api-1", "primary"}}}) {
        const bool isWanted = slowest.wants(ms, nodes);
        EXPECT_EQ(isWanted, ms != 1);
        if (isWanted) slowest.keep(request(ms, nodes));
    }
    const auto kept = slowest.take().requests;
    ASSERT_EQ(kept.size(), 3u) << "one may be the slowest of two nodes";
    EXPECT_DOUBLE_EQ(kept[0].log.totalMs(), 9);
    EXPECT_DOUBLE_EQ(kept[1].log.totalMs(), 7);
    EXPECT_DOUBLE_EQ(kept[2].log.totalMs(), 3);
    EXPECT_TRUE(slowest.take().requests.empty());
    EXPECT_TRUE(slowest.wants(0.1, {"primary"})) << "it starts afresh";
}

TEST(SlowestRequests, AreBounded) {
    SlowestRequests slowest;
    for (int i = 0; i < 1000; ++i) slowest.keep(request(i, {"api-1", "node-" + std::to_string(i)}));
    const auto kept = slowest.take().requests;
    EXPECT_LE(kept.size(), SlowestRequests::kMostNodes);
    EXPECT_DOUBLE_EQ(kept.back().log.totalMs(), 999) << "the slowest of all is among them";
}

TEST(StatementBook, ComesBackFromJsonAsItWas) {
    StatementBook book;
    book.byShape["orders.count"] = {"SELECT count(*) …", "SCAN order_lines"};
    book.byShape["commit"] = {"COMMIT", ""};
    EXPECT_EQ(statementBookFromJson(toJson(book)), book);
}

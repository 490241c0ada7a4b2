// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/request_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference-server/nodes/database/test_database.h"
#include "reference-server/profiler/combinations.h"
#include "simulator/load/endpoints.h"

namespace tenfold::profiler {
namespace {

using testing::Each;
using testing::Field;

/// A shop of 200 customers, 50 products, 800 orders, 5,000 lines.
class RequestRecorderTest : public testing::Test {
protected:
    RequestRecorderTest() : m_recorder(madeShop(), m_isOver) {}

    static Combination of(const char* endpoint, const char* indexes,
                          std::optional<std::string> queryShape = {},
                          std::optional<std::string> pagination = {},
                          const char* serialisation = "explicit_fields") {
        Combination c;
        c.serialisation = serialisation;
        c.endpoint = load::endpointIndex(endpoint).value();
        c.indexes = indexes;
        c.queryShape = std::move(queryShape);
        c.pagination = std::move(pagination);
        return c;
    }
    static load::RequestPlan planFor(const Combination& c) {
        load::RequestPlan plan;
        plan.endpoint = c.endpoint;
        return plan;
    }
    Recorded ask(const Combination& c) {
        m_recorder.setIndexes(c.indexes == "on");
        return m_recorder.ask(planFor(c), c.design());
    }
    static std::vector<CountedStatement> ofShape(const Recorded& r, std::string_view shape) {
        std::vector<CountedStatement> out;
        for (const auto& s : r.statements)
            if (s.shape == shape) out.push_back(s);
        return out;
    }

    nodes::test::ScratchFolder m_folder;
    std::atomic<bool> m_isOver{false};

private:
    std::filesystem::path madeShop() {
        nodes::test::makeShop(m_folder / "shop.db");
        return m_folder / "shop.db";
    }

protected:
    RequestRecorder m_recorder;
};

TEST_F(RequestRecorderTest, APageOfOrdersTakesAsManyStatementsAsItsQueryShapeSays) {
    const auto oneByOne = ask(of("orders.list", "on", "n_plus_one", "offset"));
    EXPECT_EQ(oneByOne.statements.size(), 41u);
    EXPECT_EQ(oneByOne.rows, 20u);
    EXPECT_EQ(oneByOne.status, 200);
    const auto batched = ask(of("orders.list", "on", "batched", "offset"));
    EXPECT_EQ(batched.statements.size(), 3u);
    const auto joined = ask(of("orders.list", "on", "join", "offset"));
    EXPECT_EQ(joined.statements.size(), 1u);
    EXPECT_EQ(batched.bytes, oneByOne.bytes) << "the answer is the same";
    EXPECT_EQ(joined.bytes, oneByOne.bytes);
}

TEST_F(RequestRecorderTest, WithoutIndexesEachCountReadsAllLines) {
    const auto without = ask(of("orders.list", "off", "n_plus_one", "keyset"));
    const auto counts = ofShape(without, "orders.count");
    ASSERT_EQ(counts.size(), 20u);
    EXPECT_THAT(counts, Each(Field(&CountedStatement::fullScanSteps, 4'999u)));
    EXPECT_THAT(counts, Each(Field(&CountedStatement::vmSteps, testing::Ge(4'999u))));
    const auto with = ask(of("orders.list", "on", "n_plus_one", "keyset"));
    EXPECT_THAT(ofShape(with, "orders.count"), Each(Field(&CountedStatement::fullScanSteps, 0u)));
}

TEST_F(RequestRecorderTest, AWriteIsItsWholePipeline) {
    auto c = of("orders.create", "off");
    const auto without = ask(c);
    std::vector<std::string> shapes;
    for (const auto& s : without.statements) shapes.push_back(s.shape);
    EXPECT_THAT(shapes, testing::ElementsAre("begin", "orders.insert", "products.take_stock",
                                             "order_lines.insert", "commit"));
    EXPECT_EQ(without.status, 201);
    c.indexes = "on";
    EXPECT_GT(ofShape(ask(c), "orders.insert")[0].vmSteps,
              ofShape(without, "orders.insert")[0].vmSteps)
        << "two indexes more are kept up to date";
}

TEST_F(RequestRecorderTest, AHitTakesNoStatementAndTheSameBytes) {
    auto c = of("products.list", "on", {}, "keyset");
    const auto miss = ask(c);
    c.isHit = true;
    const auto hit = m_recorder.askCached(planFor(c), c.design());
    EXPECT_TRUE(hit.statements.empty());
    EXPECT_EQ(hit.rows, 0u);
    EXPECT_EQ(hit.bytes, miss.bytes);
    EXPECT_EQ(hit.status, 200);
}

TEST_F(RequestRecorderTest, UnderAKeyTheSecondTimeNothingIsCarriedOut) {
    auto c = of("orders.create", "on");
    c.idempotency = "keys";
    c.isHit = true;
    const auto again = m_recorder.askAgain(planFor(c), c.design());
    EXPECT_TRUE(ofShape(again, "orders.insert").empty());
    ASSERT_FALSE(again.statements.empty());
    EXPECT_EQ(again.statements.back().shape, "keys.find");
    EXPECT_EQ(again.statements.back().rows, 1u);
    EXPECT_EQ(again.status, 201);
    c.idempotency = "off";
    c.isHit = false;
    EXPECT_THROW(m_recorder.askAgain(planFor(c), c.design()), std::runtime_error);
}

TEST_F(RequestRecorderTest, ALongListIsCutAfterSoManyStatements) {
    const auto c = of("orders.list", "off", "n_plus_one", "none");
    const auto cut = m_recorder.ask(planFor(c), c.design(), 11);
    EXPECT_TRUE(cut.isCut);
    EXPECT_EQ(cut.statements.size(), 11u);
    EXPECT_EQ(cut.statements[0].rows, 800u);
    EXPECT_FALSE(ask(of("orders.get", "off")).isCut) << "the connection is as good as before";
}

TEST_F(RequestRecorderTest, WhatIsRecordedOnceIsTheSameUnderEverySwitch) {
    for (const auto& d : dependences()) {
        const auto check = [&](const char* serialisation) {
            const auto with = [&](const char* indexes, const char* shape, const char* pagination) {
                return ask(of(d.endpoint.data(), indexes, shape, pagination, serialisation))
                    .statements;
            };
            const auto first = with("off", "n_plus_one", "none");
            const auto recorded = [&](bool isDependedOn,
                                      const std::vector<CountedStatement>& other) {
                EXPECT_TRUE(isDependedOn || other == first) << d.endpoint << serialisation;
            };
            recorded(d.onIndexes, with("on", "n_plus_one", "none"));
            recorded(d.onQueryShape, with("off", "join", "none"));
            recorded(d.onPagination, with("off", "n_plus_one", "keyset"));
            return first;
        };
        const auto listed = check("explicit_fields");
        const auto whole = check("full_graph");
        EXPECT_TRUE(d.onSerialisation || listed == whole) << d.endpoint;
    }
}

TEST_F(RequestRecorderTest, WholeRowsTakeTheSameStatementsForAListAndMoreForOneOrder) {
    const auto with = [&](const char* endpoint, const char* shape, const char* serialisation) {
        return ask(of(endpoint, "on", shape, "keyset", serialisation));
    };
    for (const char* shape : {"n_plus_one", "batched", "join"}) {
        const auto listed = with("orders.list", shape, "explicit_fields");
        const auto whole = with("orders.list", shape, "full_graph");
        EXPECT_EQ(whole.statements.size(), listed.statements.size()) << shape;
        EXPECT_EQ(whole.rows, 2 * listed.rows) << "each with its customer";
        EXPECT_EQ(whole.bytes, with("orders.list", "batched", "full_graph").bytes) << shape;
        EXPECT_GT(whole.bytes, listed.bytes);
    }
    EXPECT_EQ(with("orders.get", "join", "explicit_fields").statements.size(), 2u);
    EXPECT_EQ(with("orders.get", "join", "full_graph").statements.size(), 5u);
}

TEST_F(RequestRecorderTest, TheBytesOfAStatementAreThoseOfItsValues) {
    const auto one = ask(of("orders.list", "on", "n_plus_one", "keyset"));
    for (const auto& count : ofShape(one, "orders.count")) {
        EXPECT_GE(count.bytes, 1u) << "the digits of a number";
        EXPECT_LE(count.bytes, 3u);
    }
    EXPECT_GT(one.statements[0].bytes, 20 * 20u);
}

TEST_F(RequestRecorderTest, EndsSoonAfterItIsOver) {
    m_isOver = true;
    EXPECT_THROW(ask(of("orders.get", "off")), std::runtime_error);
}

TEST_F(RequestRecorderTest, WhatTheApiRefusesIsAnErrorWithItsRequest) {
    auto plan = planFor(of("orders.get", "off"));
    plan.order = 999'999'999;
    EXPECT_THAT([&] { m_recorder.ask(plan, of("orders.get", "off").design()); },
                testing::ThrowsMessage<std::runtime_error>(
                    testing::HasSubstr("GET /v1/orders/999999999: 404")));
}

}  // namespace
}  // namespace tenfold::profiler

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/waterfall.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QTest>

#include "app/run/slow_request_store.h"
#include "simulator/mechanisms/catalogue.h"
#include "tests/app/fake_slow.h"

using namespace tenfold;  // NOLINT: a test
using measure::Stage;

namespace {

measure::SlowRequest listWith(const char* shape) {
    auto design = scenario::Design::naive(mechanisms::catalogue());
    design.put("query_shape", {shape, {}});
    return fake::slowOrdersList(design, 1000);
}

}  // namespace

TEST(WaterfallRows, FortyOneStatementsAreThreeRows) {
    const auto request = listWith("n_plus_one");
    const auto rows = app::waterfallRows(request.log);
    QStringList labels;
    for (const auto& row : rows) labels << row.label;
    EXPECT_EQ(labels, (QStringList{"gateway queue", "thread", "connection", "orders.list",
                                   "orders.customer", "orders.count", "API CPU"}));
    EXPECT_EQ(rows[5].times, 20u);
    EXPECT_EQ(rows[5].rows, 20u);
    EXPECT_EQ(rows[5].scanned, 20u * 499'999);
    EXPECT_EQ(rows[5].bars.size(), 40u) << "each with its way there and back";
    EXPECT_EQ(app::longestRow(rows), 5u);
    double sum = 0;
    for (const auto& row : rows) sum += row.ms;
    EXPECT_NEAR(sum, request.log.totalMs(), 1e-9);
}

TEST(WaterfallRows, EachBarBeginsWhereTheOneBeforeHasEnded) {
    const auto request = listWith("batched");
    const auto rows = app::waterfallRows(request.log);
    std::vector<app::WaterfallRow::Bar> bars;
    for (const auto& row : rows) bars.insert(bars.end(), row.bars.begin(), row.bars.end());
    std::sort(bars.begin(), bars.end(),
              [](const auto& a, const auto& b) { return a.startMs < b.startMs; });
    double at = 0;
    for (const auto& bar : bars) {
        EXPECT_NEAR(bar.startMs, at, 1e-9);
        at += bar.ms;
    }
    EXPECT_EQ(bars.size(), request.log.spans().size());
}

TEST(WaterfallRows, ATransactionIsCalledByWhatItDoes) {
    measure::RequestLog log;
    log.begin({"primary", {"begin", "orders.insert", "order_lines.insert", "commit"}, 4, 0, 0, 0});
    log.add(Stage::database, 2);
    log.end();
    const auto rows = app::waterfallRows(log);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].label, "orders.insert + 3");
    EXPECT_EQ(rows[0].times, 1u);
}

TEST(WaterfallRows, StatementsThatWereNotKeptAreOneRow) {
    measure::RequestLog log;
    for (int i = 0; i < 1000; ++i) {
        log.begin({"primary", {"orders.count"}, 1, 1, 0, 0});
        log.add(Stage::database, 1);
        log.end();
    }
    const auto rows = app::waterfallRows(log);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1].label, "later statements");
    EXPECT_EQ(rows[0].times + rows[1].times, 1000u);
    EXPECT_EQ(app::longestRow(rows), 1u);
}

TEST(Waterfall, BeginsWithTheLongestRowAndFollowsKeysAndMouse) {
    app::ThemeSource theme("light");
    app::Waterfall waterfall(theme);
    QSignalSpy chosen(&waterfall, &app::Waterfall::rowChosen);
    waterfall.show(app::waterfallRows(listWith("n_plus_one").log));
    EXPECT_EQ(waterfall.chosen(), 5u);
    QTest::keyClick(&waterfall, Qt::Key_Down);
    EXPECT_EQ(waterfall.chosen(), 6u);
    QTest::keyClick(&waterfall, Qt::Key_Down);
    EXPECT_EQ(waterfall.chosen(), 6u) << "the last one";
    for (int i = 0; i < 9; ++i) QTest::keyClick(&waterfall, Qt::Key_Up);
    EXPECT_EQ(waterfall.chosen(), 0u);
    waterfall.resize(waterfall.sizeHint());
    QTest::mouseClick(&waterfall, Qt::LeftButton, {}, {20, waterfall.height() / 2});
    EXPECT_GT(waterfall.chosen(), 0u);
    EXPECT_GE(chosen.count(), 5);
    EXPECT_FALSE(waterfall.grab().isNull());
}

TEST(SlowRequestStore, ANewOneTakesThePlaceOfASlowerOneOnlyWhenThatIsNoNews) {
    app::SlowRequestStore store;
    const auto add = [&store](double ms, double endedMs) {
        measure::SlowRequest r;
        r.nodes = {"primary"};
        r.endedMs = endedMs;
        r.log.add(Stage::database, ms);
        store.add({{r}});
        return store.of("primary")->log.totalMs();
    };
    EXPECT_EQ(store.of("primary"), nullptr);
    EXPECT_EQ(add(50, 1'000), 50);
    EXPECT_EQ(add(20, 5'000), 50);
    EXPECT_EQ(add(80, 6'000), 80);
    EXPECT_EQ(add(20, 16'500), 20);
    EXPECT_EQ(store.of("cache"), nullptr);
    store.clear();
    EXPECT_EQ(store.of("primary"), nullptr);
}

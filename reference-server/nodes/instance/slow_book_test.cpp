// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/slow_book.h"

#include <gtest/gtest.h>

using namespace tenfold;  // NOLINT: a test
using measure::Stage;
using nodes::SlowBook;

namespace {

const std::string kInstance = "api-2";

SlowBook::Ended ended() {
    return {{kInstance, true, false, true}, "orders.get", "GET", "/v1/orders/7", 200, 1500};
}

api::Trace traceOf(double databaseMs, const char* node) {
    api::Trace trace;
    trace.log.begin({node, {"orders.get"}, 1, 1, 12, 0});
    trace.add(Stage::database, databaseMs);
    trace.log.end();
    trace.add(Stage::serialisation, 5);
    return trace;
}

}  // namespace

TEST(SlowBook, KeepsTheSlowestThroughEachNodeItPassed) {
    SlowBook book;
    book.ended(ended(), traceOf(1, "replica-1"));
    book.ended(ended(), traceOf(9, "primary"));
    book.ended(ended(), traceOf(2, "primary"));
    const auto kept = book.take().requests;
    ASSERT_EQ(kept.size(), 2u);
    EXPECT_EQ(kept[0].nodes, (std::vector<std::string>{"api-2", "gateway", "pooler", "replica-1"}));
    EXPECT_EQ(kept[1].nodes, (std::vector<std::string>{"api-2", "gateway", "pooler", "primary"}));
    EXPECT_EQ(kept[1].request, "GET /v1/orders/7");
    EXPECT_DOUBLE_EQ(kept[1].log.totalMs(), 14);
    EXPECT_TRUE(book.take().requests.empty());
}

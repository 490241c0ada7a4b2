// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/statement_plans.h"

#include <gtest/gtest.h>

#include <fstream>

#include "simulator/mechanisms/catalogue.h"
#include "simulator/system/operation_profile.h"

using namespace tenfold;  // NOLINT: a test
using system::StatementPlans;

namespace {

scenario::Design designWith(const char* indexes) {
    auto design = scenario::Design::naive(mechanisms::catalogue());
    design.put("indexes", {indexes, {}});
    return design;
}

}  // namespace

TEST(StatementPlans, EachStatementThatWasRecordedHasItsText) {
    const auto plans = StatementPlans::shipped();
    const auto& book = plans.under(designWith("on")).byShape;
    const system::OperationProfile profile(system::OperationProfile::shippedFile());
    for (const auto& s : profile.statements())
        EXPECT_TRUE(book.count(s.shape) && !book.at(s.shape).text.empty())
            << s.shape
            << ": tenfold-cli profile --only operations --folder assets/profiles records it";
}

TEST(StatementPlans, FollowTheIndexes) {
    const auto plans = StatementPlans::shipped();
    EXPECT_EQ(plans.under(designWith("off")).byShape.at("orders.count").plan, "SCAN order_lines");
    EXPECT_TRUE(
        plans.under(designWith("on")).byShape.at("orders.count").plan.starts_with("SEARCH "));
}

TEST(StatementPlans, ABadFileIsNamed) {
    const auto file = std::filesystem::path(testing::TempDir()) / "plans.json";
    std::ofstream(file) << R"({"format":"tenfold.plans/1","statements":{"a":{}}})";
    try {
        StatementPlans plans(file);
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("plans.json"), std::string::npos) << e.what();
    }
    std::filesystem::remove(file);
}

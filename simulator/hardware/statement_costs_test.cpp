// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/statement_costs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace tenfold::hardware;  // NOLINT: a test

TEST(StatementCosts, AScanGrowsWithTheDataAndALookUpDoesNot) {
    const auto costs = StatementCosts::shipped();
    const auto look = costs.costNs("orders.count", 30, 0, 1);
    EXPECT_EQ(look, costs.costNs("orders.count", 30, 0, 100));
    const auto scan = costs.costNs("orders.count", 1'500'000, 499'999, 1);
    const auto scan10 = costs.costNs("orders.count", 1'500'000, 499'999, 10);
    EXPECT_NEAR(static_cast<double>(scan10) / static_cast<double>(scan), 10, 0.2);
}

TEST(StatementCosts, APageInTheOrderOfAnIndexStopsEarlyAndDoesNotGrow) {
    const auto costs = StatementCosts::shipped();
    EXPECT_EQ(costs.costNs("orders.list", 213, 19, 1), costs.costNs("orders.list", 213, 19, 100));
    EXPECT_GT(costs.costNs("orders.list", 1'040'134, 79'999, 100),
              90 * costs.costNs("orders.list", 1'040'134, 79'999, 1));
}

TEST(StatementCosts, AFullScanOfHalfAMillionLinesIsOfTheOrderTheDesignStates) {
    const auto costs = StatementCosts::shipped();
    const double ms =
        static_cast<double>(costs.costNs("orders.count", 1'500'000, 499'999, 1)) / 1e6;
    EXPECT_GT(ms, 10);
    EXPECT_LT(ms, 70);
}

TEST(StatementCosts, UnknownShapesTakeTheDefault) {
    const auto costs = StatementCosts::shipped();
    EXPECT_EQ(costs.costNs("nobody", 100, 0, 1), costs.costNs("default", 100, 0, 1));
}

TEST(StatementCosts, TheShapeIsReadFromTheLeadingComment) {
    EXPECT_EQ(shapeOf("/*shape='orders.count'*/SELECT 1"), "orders.count");
    EXPECT_EQ(shapeOf("SELECT 1"), "default");
    EXPECT_EQ(shapeOf("SELECT '/*shape=''x''*/' FROM y"), "default");
    EXPECT_EQ(shapeOf("/*shape='x"), "default");
}

TEST(StatementCosts, ABrokenFileIsNamedWithItsKey) {
    const auto file = std::filesystem::temp_directory_path() / "tenfold-costs-test.json";
    std::ofstream(file)
        << R"({"format":"tenfold.statements/1","shapes":{"default":{"base_us":-1}}})";
    try {
        StatementCosts costs(file);
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("$.shapes.default.base_us"), std::string::npos);
    }
    std::filesystem::remove(file);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/query_plans.h"

#include <gtest/gtest.h>

#include "reference-server/data/statements.h"

using namespace tenfold::data;  // NOLINT: a test

TEST(QueryPlans, FollowTheIndexes) {
    const auto without = plansOfSchema(false);
    const auto with = plansOfSchema(true);
    EXPECT_EQ(without.byShape.size(), allShapes().size());
    EXPECT_EQ(without.byShape.at("orders.count").text,
              "SELECT count(*) FROM order_lines WHERE order_id = $1");
    EXPECT_EQ(without.byShape.at("orders.count").plan, "SCAN order_lines");
    EXPECT_TRUE(with.byShape.at("orders.count").plan.starts_with("SEARCH order_lines USING "));
    EXPECT_TRUE(with.byShape.at("commit").plan.empty());
}

TEST(QueryPlans, AreIndentedBelowTheStepTheyBelongTo) {
    const auto plan = plansOfSchema(false).byShape.at("orders.joined").plan;
    EXPECT_NE(plan.find("\n  "), std::string::npos) << plan;
    EXPECT_EQ(plan.find("\n\n"), std::string::npos);
}

TEST(QueryPlans, OnlyTheCommentInFrontIsTakenAway) {
    EXPECT_EQ(withoutShape("/*shape='x'*/SELECT 1 /* two */"), "SELECT 1 /* two */");
    EXPECT_EQ(withoutShape("SELECT 1"), "SELECT 1");
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/request_key.h"

#include <gtest/gtest.h>

#include "simulator/load/endpoints.h"

namespace tenfold::load {
namespace {

scenario::Design paginated(const char* how) {
    scenario::Design design;
    design.put("pagination", {how, {}});
    return design;
}

TEST(RequestKey, IsWhatTheCostDependsOn) {
    const auto offset = paginated("offset");
    const auto keyset = paginated("keyset");
    const auto none = paginated("none");
    RequestPlan plan;
    plan.endpoint = *endpointIndex("products.list");
    plan.prefix = "Am";
    plan.page = 3;
    RequestPlan first = plan;
    first.page = 1;
    EXPECT_NE(keyOf(plan, offset), keyOf(first, offset));
    EXPECT_EQ(keyOf(plan, keyset), keyOf(first, keyset));
    EXPECT_EQ(keyOf(plan, none), keyOf(first, none));
    RequestPlan other = first;
    other.prefix = "Br";
    EXPECT_NE(keyOf(other, none), keyOf(first, none));
    other.prefix = "";
    EXPECT_NE(keyOf(other, none), keyOf(first, none));
    plan.product = 77;
    plan.endpoint = *endpointIndex("products.get");
    EXPECT_EQ(keyOf(plan, none), 77u);
    plan.endpoint = *endpointIndex("orders.create");
    EXPECT_EQ(keyOf(plan, none), 0u);
}

}  // namespace
}  // namespace tenfold::load

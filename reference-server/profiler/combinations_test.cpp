// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/combinations.h"

#include <gtest/gtest.h>

#include <set>

#include "simulator/load/endpoints.h"

namespace tenfold::profiler {
namespace {

TEST(Combinations, EveryEndpointIsThereAndNothingTwice) {
    ASSERT_EQ(dependences().size(), load::endpoints().size());
    for (std::size_t i = 0; i < load::endpoints().size(); ++i)
        EXPECT_EQ(dependences()[i].endpoint, load::endpoints()[i].id);
    std::set<std::string> texts;
    std::set<std::size_t> endpoints;
    for (const auto& c : combinations(20, false)) {
        EXPECT_TRUE(texts.insert(c.text()).second) << c.text();
        endpoints.insert(c.endpoint);
    }
    EXPECT_EQ(endpoints.size(), load::endpoints().size());
    // 2 × indexes, 3 × query shape, 3 × pagination, 2 × serialisation of the list of orders, and
    // so on.
    EXPECT_EQ(texts.size(), 2 * (6u + 3 + 2 + 1 + 18 + 6 + 2 + 2) + 1 + 9 + 9 + 5 + 1 + 3);
}

TEST(Combinations, AnotherPageSizeConcernsPagedListsOnly) {
    const auto paged = combinations(50, true);
    EXPECT_EQ(paged.size(), 2 * (4u + 2 + 12 + 4));
    for (const auto& c : paged) {
        EXPECT_EQ(c.pageSize, 50);
        EXPECT_EQ(c.design().parameter("pagination", "page_size"), 50);
    }
}

TEST(Combinations, ADesignIsWhatItsCombinationSays) {
    Combination c;
    c.indexes = "on";
    c.queryShape = "join";
    c.pagination = "keyset";
    c.pageSize = 7;
    EXPECT_TRUE(c.design().is("indexes", "on"));
    EXPECT_TRUE(c.design().is("query_shape", "join"));
    EXPECT_TRUE(c.design().is("shared_cache", "off"));
    EXPECT_TRUE(c.design().is("side_effects", "inline"));
    c.sideEffects = "queued";
    EXPECT_TRUE(c.design().is("side_effects", "queued"));
    c.serialisation = "explicit_fields";
    EXPECT_TRUE(c.design().is("serialisation", "explicit_fields"));
    c.sharedCache = "ttl_and_events";
    EXPECT_TRUE(c.design().is("shared_cache", "ttl_and_events"));
    c.isHit = true;
    EXPECT_TRUE(c.design().is("shared_cache", "ttl"));
    c.pageSize = 1000;
    EXPECT_THROW(c.design(), scenario::InputError);
}

}  // namespace
}  // namespace tenfold::profiler

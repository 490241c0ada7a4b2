// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/pagination/page.h"

#include <gtest/gtest.h>

#include "simulator/mechanisms/catalogue.h"

using namespace tenfold;  // NOLINT: a test
using mechanisms::CursorKey;
using mechanisms::Page;

namespace {

using Query = std::multimap<std::string, std::string>;
const CursorKey kOrders{"secret", "orders"};

scenario::Design design(const std::string& value) {
    auto d = scenario::Design::naive(mechanisms::catalogue());
    scenario::Problems none;
    d.set("pagination=" + value, mechanisms::catalogue(), none);
    return d;
}

Page page(const Query& query, const std::string& value, const CursorKey& key = kOrders) {
    std::vector<api::Shortfall> shortfalls;
    const auto p = mechanisms::pageFrom(query, design(value), key, shortfalls);
    EXPECT_TRUE(shortfalls.empty());
    return p;
}

std::size_t wrongs(const Query& query, const std::string& value, const CursorKey& key = kOrders) {
    std::vector<api::Shortfall> shortfalls;
    mechanisms::pageFrom(query, design(value), key, shortfalls);
    return shortfalls.size();
}

}  // namespace

TEST(Page, WithoutPaginationEverythingIsAskedFor) {
    EXPECT_EQ(page({{"page", "3"}}, "none").mode, Page::Mode::all);
}

TEST(Page, OffsetsFollowFromPageAndSizeAndAHundredIsTheMost) {
    const auto p = page({{"page", "3"}, {"limit", "500"}}, "offset");
    EXPECT_EQ(p.size, 100);
    EXPECT_EQ(p.offset, 200);
    EXPECT_EQ(page({}, "offset").size, 20);
    EXPECT_EQ(page({{"limit", "9223372036854775807"}}, "keyset").size, 100);
}

TEST(Page, ACursorComesBackAsItWasMadeAndFitsIntoAUrl) {
    for (const std::string text : {"Bright | lamp é", "", "x", "xy", "xyz"}) {
        const auto cursor = mechanisms::cursorFor(kOrders, text, 77);
        EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                           "0123456789-_"),
                  std::string::npos);
        const auto p = page({{"cursor", cursor}}, "keyset");
        EXPECT_EQ(p.afterText, text);
        EXPECT_EQ(p.afterId, 77);
        EXPECT_FALSE(p.isFirst());
    }
    EXPECT_TRUE(page({}, "keyset").isFirst());
}

TEST(Page, ACursorThatWasChangedOrIsAnotherListsIsNotOneOfOurs) {
    const auto cursor = mechanisms::cursorFor(kOrders, "1700000000000", 77);
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto changed = cursor;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(wrongs({{"cursor", changed}}, "keyset"), 1u) << i;
        EXPECT_EQ(wrongs({{"cursor", cursor.substr(0, i)}}, "keyset"), i == 0 ? 0u : 1u) << i;
    }
    EXPECT_EQ(wrongs({{"cursor", cursor}}, "keyset", {"secret", "products:"}), 1u);
    EXPECT_EQ(wrongs({{"cursor", cursor}}, "keyset", {"another", "orders"}), 1u);
    for (const char* bad : {"zz", "abc", "=", "%", "7c", "\xff"})
        EXPECT_EQ(wrongs({{"cursor", bad}}, "keyset"), 1u) << bad;
}

TEST(Page, NonsenseIsToldAllAtOnce) {
    EXPECT_EQ(wrongs({{"page", "0"}}, "offset"), 1u);
    EXPECT_EQ(wrongs({{"page", "-1"}, {"limit", "1e3"}}, "offset"), 2u);
    EXPECT_EQ(wrongs({{"page", "1 "}, {"limit", "99999999999999999999"}}, "offset"), 2u);
    EXPECT_EQ(wrongs({{"cursor", "x"}, {"limit", ""}}, "keyset"), 2u);
}

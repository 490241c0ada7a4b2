// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/pagination/page.h"

#include <gtest/gtest.h>

#include "reference-server/api/problem.h"
#include "simulator/mechanisms/catalogue.h"

using namespace tenfold;  // NOLINT: a test
using mechanisms::Page;

namespace {
scenario::Design design(const std::string& value) {
    auto d = scenario::Design::naive(mechanisms::catalogue());
    scenario::Problems none;
    d.set("pagination=" + value, mechanisms::catalogue(), none);
    return d;
}
}  // namespace

TEST(Page, WithoutPaginationEverythingIsAskedFor) {
    EXPECT_EQ(mechanisms::pageFrom({{"page", "3"}}, design("none")).mode, Page::Mode::all);
}

TEST(Page, OffsetsFollowFromPageAndSizeAndAHundredIsTheMost) {
    const auto page = mechanisms::pageFrom({{"page", "3"}, {"limit", "500"}}, design("offset"));
    EXPECT_EQ(page.size, 100);
    EXPECT_EQ(page.offset, 200);
    EXPECT_EQ(mechanisms::pageFrom({}, design("offset")).size, 20);
}

TEST(Page, ACursorComesBackAsItWasMade) {
    const auto cursor = mechanisms::cursorFor("Bright | lamp é", 77);
    const auto page = mechanisms::pageFrom({{"cursor", cursor}}, design("keyset"));
    EXPECT_EQ(page.afterText, "Bright | lamp é");
    EXPECT_EQ(page.afterId, 77);
    EXPECT_TRUE(mechanisms::pageFrom({}, design("keyset")).isFirst());
}

TEST(Page, NonsenseIsABadRequest) {
    EXPECT_THROW(mechanisms::pageFrom({{"page", "0"}}, design("offset")), api::Problem);
    EXPECT_THROW(mechanisms::pageFrom({{"page", "x"}}, design("offset")), api::Problem);
    for (const char* bad : {"zz", "abc", "31", "7c"})
        EXPECT_THROW(mechanisms::pageFrom({{"cursor", bad}}, design("keyset")), api::Problem)
            << bad;
}

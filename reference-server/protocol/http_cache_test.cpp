// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/http_cache.h"

#include <gtest/gtest.h>

using namespace tenfold::protocol;  // NOLINT: a test

namespace {
std::optional<Freshness> of(std::string_view cacheControl, AnswerHead head = {}) {
    if (head.status == 0) head.status = 200;
    head.cacheControl = cacheControl;
    return freshnessOf(head);
}
AnswerHead authorized() {
    AnswerHead head;
    head.answersAuthorized = true;
    return head;
}
}  // namespace

TEST(HttpCache, DirectivesAreReadWithoutCaseAndWithQuotes) {
    const auto c = cacheControlFrom(
        R"(Public , MAX-AGE=60,s-maxage="120", private="set-cookie, x", stale-while-revalidate=30)");
    EXPECT_TRUE(c.isPublic);
    EXPECT_TRUE(c.isPrivate);
    EXPECT_EQ(c.maxAgeS, 60);
    EXPECT_EQ(c.sharedMaxAgeS, 120);
    EXPECT_EQ(c.staleWhileRevalidateS, 30);
    EXPECT_FALSE(c.noStore);
}

TEST(HttpCache, AnAgeThatIsNoneOrSaidTwiceIsOver) {
    EXPECT_EQ(cacheControlFrom("max-age=soon").maxAgeS, 0);
    EXPECT_EQ(cacheControlFrom("max-age=-1").maxAgeS, 0);
    EXPECT_EQ(cacheControlFrom("max-age=60, max-age=70").maxAgeS, 0);
    EXPECT_EQ(cacheControlFrom("max-age=99999999999999999999").maxAgeS, 2'147'483'648);
}

TEST(HttpCache, OnlyWhatSaysHowLongItIsFreshIsKept) {
    EXPECT_FALSE(of(""));
    EXPECT_FALSE(of("public"));
    EXPECT_FALSE(of("no-store, max-age=60"));
    EXPECT_FALSE(of("private, max-age=60"));
    EXPECT_EQ(of("max-age=60")->freshS, 60);
    EXPECT_EQ(of("max-age=60, s-maxage=5")->freshS, 5) << "that one is for shared caches";
    EXPECT_LE(of("no-cache, max-age=60")->freshS, 0);
}

TEST(HttpCache, StatusesThatArePartsOrErrorsAreNot) {
    for (const int status : {201, 206, 304, 401, 403, 429, 500, 503}) {
        AnswerHead head;
        head.status = status;
        EXPECT_FALSE(of("public, max-age=60", head)) << status;
    }
}

TEST(HttpCache, WhatAnswersSomebodyIsKeptOnlyIfItSaysForAll) {
    EXPECT_FALSE(of("max-age=60", authorized()));
    for (const char* c : {"public, max-age=60", "s-maxage=60", "must-revalidate, max-age=60"})
        EXPECT_TRUE(of(c, authorized())) << c;
    EXPECT_FALSE(of("max-age=60")->isForAll);
    EXPECT_TRUE(of("public, max-age=60")->isForAll);
}

TEST(HttpCache, ACookieIsSomebodys) {
    AnswerHead head;
    head.setsCookie = true;
    EXPECT_FALSE(of("public, max-age=60", head));
}

TEST(HttpCache, StaleIsServedOnlyWhereNothingForbidsIt) {
    EXPECT_EQ(of("max-age=60, stale-while-revalidate=30")->staleS, 30);
    for (const char* c : {"s-maxage=60", "max-age=60, must-revalidate",
                          "max-age=60, proxy-revalidate", "max-age=60, no-cache"})
        EXPECT_EQ(of(std::string(c) + ", stale-while-revalidate=30")->staleS, 0) << c;
}

TEST(HttpCache, WhatCameWithAnAgeHasLessLeft) {
    AnswerHead head;
    head.age = "20";
    EXPECT_EQ(of("max-age=60", head)->freshS, 40);
    EXPECT_EQ(of("max-age=60", head)->ageS, 20);
}

TEST(HttpCache, ExpiresCountsFromDate) {
    AnswerHead head;
    head.date = "Sun, 06 Nov 1994 08:49:37 GMT";
    head.expires = "Sun, 06 Nov 1994 08:50:37 GMT";
    EXPECT_EQ(of("", head)->freshS, 60);
    EXPECT_EQ(of("max-age=5", head)->freshS, 5);
    head.expires = "0";
    EXPECT_EQ(of("", head)->freshS, 0);
    EXPECT_EQ(httpDate("Sun, 06 Nov 1994 08:49:37 GMT"), 784'111'777);
}

TEST(HttpCache, WhatVariesByEverythingIsNobodyElses) {
    AnswerHead head;
    head.vary = "Accept, *";
    EXPECT_FALSE(of("public, max-age=60", head));
    EXPECT_EQ(variesBy("Accept-Language , accept,ACCEPT"),
              (std::vector<std::string>{"accept", "accept-language"}));
}

TEST(HttpCache, EntityTagsAreComparedWeakly) {
    EXPECT_TRUE(matchesNoneOf(R"("a", W/"7-3")", R"("7-3")"));
    EXPECT_TRUE(matchesNoneOf(R"("7-3")", R"(W/"7-3")"));
    EXPECT_TRUE(matchesNoneOf("*", R"("7-3")"));
    EXPECT_FALSE(matchesNoneOf(R"("7-4")", R"("7-3")"));
    EXPECT_FALSE(matchesNoneOf("", R"("7-3")"));
    EXPECT_FALSE(matchesNoneOf("*", ""));
    EXPECT_NE(entityTagOf("a"), entityTagOf("b"));
    EXPECT_EQ(entityTagOf("a").size(), 26u);
}

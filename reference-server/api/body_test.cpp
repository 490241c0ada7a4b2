// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/body.h"

#include <gtest/gtest.h>

#include "reference-server/api/text.h"

using tenfold::api::Body;
using tenfold::api::charactersOf;
using tenfold::api::Problem;

namespace {

int statusOf(const std::string& text) {
    try {
        const Body body(text);
        return 200;
    } catch (const Problem& p) {
        return p.status();
    }
}

}  // namespace

TEST(Body, EverythingThatIsWrongIsToldAtOnceAndWhere) {
    Body body(R"({"lines":[{"product_id":-1,"quantity":"2"},3,{"product_id":1,"quantity":1}],
                  "note/x":1})");
    for (const auto& [line, at] : body.objects(body.root(), "", "lines", 50)) {
        body.integer(line, at, "product_id", 1, 9);
        body.integer(line, at, "quantity", 1, 9);
    }
    body.text(body.root(), "", "address", 5);
    body.noOthers(body.root(), "", {"lines"});
    try {
        body.check();
        FAIL();
    } catch (const Problem& p) {
        EXPECT_EQ(p.status(), 422);
        const auto j = nlohmann::json::parse(p.toJson());
        EXPECT_EQ(j["title"], "Unprocessable Content");
        std::vector<std::string> where;
        for (const auto& e : j["errors"]) where.push_back(e["pointer"]);
        EXPECT_EQ(where,
                  (std::vector<std::string>{"#/lines/1", "#/lines/0/product_id",
                                            "#/lines/0/quantity", "#/address", "#/note~1x"}));
    }
}

TEST(Body, WhatIsNoObjectOrNoJsonIsABadRequest) {
    for (const char* bad : {"", "no json", "[]", "3", "null", "{", "{\"a\":\"\xff\"}", "{} {}"})
        EXPECT_EQ(statusOf(bad), 400) << bad;
    EXPECT_EQ(statusOf("{}"), 200);
}

TEST(Body, HalfAMillionBracketsAreRefusedAndNotFollowed) {
    const std::string deep(500'000, '[');
    const std::string closed = deep + std::string(500'000, ']');
    EXPECT_EQ(statusOf("{\"lines\":" + closed + "}"), 400);
    EXPECT_EQ(statusOf("{\"lines\":[" + closed + "]}"), 400);
    EXPECT_EQ(statusOf(deep), 400);
}

TEST(Body, NumbersThatNoColumnHoldsAreWrongNotWrapped) {
    for (const char* number : {"18446744073709551615", "18446744073709551616",
                               "9223372036854775808", "1e3", "-1", "0", "null", "true", "\"1\""}) {
        Body body(std::string("{\"a\":") + number + "}");
        body.integer(body.root(), "", "a", 1, INT64_MAX);
        EXPECT_THROW(body.check(), Problem) << number;
    }
}

TEST(Text, IsCountedInCharactersAndMustBeUtf8WithoutNul) {
    EXPECT_EQ(charactersOf(""), 0u);
    EXPECT_EQ(charactersOf("abc"), 3u);
    EXPECT_EQ(charactersOf("é€😀"), 3u);
    EXPECT_EQ(charactersOf(std::string("a\0b", 3)), std::nullopt);
    for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80",
                            "\xe2\x82", "\xf0\x80\x80\x80"})
        EXPECT_EQ(charactersOf(bad), std::nullopt);
}

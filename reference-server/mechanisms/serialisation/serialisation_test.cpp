// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/serialisation/serialisation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference-server/mechanisms/serialisation/json_writer.h"

namespace tenfold::mechanisms {
namespace {

using api::Rows;
using api::Shortfall;
using graph::Json;
using testing::HasSubstr;
using Query = std::multimap<std::string, std::string>;

struct Column {
    const char* name;
    bool isWhole;
};
constexpr Oid kInt8 = 20, kText = 25;

/// Rows as libpq would have them.
Rows rowsOf(const std::vector<Column>& columns, const std::vector<std::vector<const char*>>& rows) {
    PGresult* result = ::PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    std::vector<PGresAttDesc> all(columns.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].name = const_cast<char*>(columns[i].name);
        all[i].typid = columns[i].isWhole ? kInt8 : kText;
    }
    ::PQsetResultAttrs(result, static_cast<int>(all.size()), all.data());
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t c = 0; c < rows[r].size(); ++c)
            ::PQsetvalue(result, static_cast<int>(r), static_cast<int>(c),
                         const_cast<char*>(rows[r][c]),
                         static_cast<int>(std::string_view(rows[r][c]).size()));
    return Rows(result);
}

const std::vector<Column> kCustomer{
    {"id", true}, {"email", false}, {"name", false}, {"address", false}, {"created_at", true}};
const std::vector<Column> kOrder{{"id", true},    {"customer_id", true}, {"status", false},
                                 {"note", false}, {"total_cents", true}, {"created_at", true}};
const std::vector<Column> kProduct{{"id", true},          {"name", false}, {"description", false},
                                   {"price_cents", true}, {"stock", true}, {"version", true},
                                   {"updated_at", true}};

OrderRows anOrder() {
    return {rowsOf(kOrder, {{"7178654321098765432", "5", "paid", "at \"night\"\n", "900", "1"}}),
            rowsOf({{"id", true},
                    {"product_id", true},
                    {"quantity", true},
                    {"price_cents", true},
                    {"comment", false}},
                   {{"11", "3", "2", "450", "blue"}}),
            rowsOf(kCustomer, {{"5", "user5@example.org", "User 5", "1 Long Street", "7"}}),
            rowsOf(kProduct, {{"3", "Lamp", "a lamp", "450", "9", "1", "2"}}),
            rowsOf({{"id", true}, {"order_id", true}, {"provider_ref", false}},
                   {{"8", "7178654321098765432", "pay_77"}})};
}

Fieldset fields(const std::string& text, std::span<const std::string_view> known,
                std::vector<Shortfall>& shortfalls) {
    return fieldsFrom(Query{{"fields", text}}, known, shortfalls);
}

TEST(Fieldset, EveryWayToNameTheSameFieldsIsOneKey) {
    std::vector<Shortfall> none;
    const auto one = fields("id,total_cents", kOrderFields, none);
    for (const char* text : {"total_cents,id", "id,total_cents,id"})
        EXPECT_EQ(fields(text, kOrderFields, none).key(), one.key());
    EXPECT_EQ(one.key(), "id,total_cents");
    EXPECT_TRUE(one.has("id"));
    EXPECT_FALSE(one.has("note"));
    const Fieldset whole(kOrderFields);
    EXPECT_TRUE(whole.isWhole());
    EXPECT_EQ(whole.key(), "");
    EXPECT_EQ(
        fields("lines,created_at,total_cents,note,status,customer,id", kOrderFields, none).key(),
        "")
        << "all of them is the same as none said";
    EXPECT_TRUE(none.empty());
}

TEST(Fieldset, AFieldThatDoesNotExistIsAnsweredWithThoseThatDo) {
    for (const char* text : {"", "id,", "e-mail", "id,,note", "ID", "reviews"}) {
        std::vector<Shortfall> shortfalls;
        fields(text, kOrderFields, shortfalls);
        ASSERT_EQ(shortfalls.size(), 1u) << text;
        EXPECT_EQ(shortfalls[0].where, "fields");
        EXPECT_THAT(shortfalls[0].detail, HasSubstr("id, customer, status, note, total_cents"));
    }
    std::vector<Shortfall> shortfalls;
    fields(std::string(100'000, 'x'), kOrderFields, shortfalls);
    EXPECT_LT(shortfalls.at(0).detail.size(), 300u);
}

TEST(JsonWriter, WritesWhatAParserReadsBack) {
    const std::string nasty = "a\"b\\c\n\t\x01\x1f/ é 東 \U0001F600";
    JsonWriter w;
    const std::string text = w.beginObject()
                                 .field("text", nasty)
                                 .field("number", INT64_MIN)
                                 .name("list")
                                 .beginArray()
                                 .beginObject()
                                 .endObject()
                                 .beginObject()
                                 .field("a", 1)
                                 .field("b", "")
                                 .endObject()
                                 .endArray()
                                 .field("last", 2)
                                 .endObject()
                                 .take();
    const Json read = Json::parse(text);
    EXPECT_EQ(read["text"], nasty);
    EXPECT_EQ(read["number"], INT64_MIN);
    EXPECT_EQ(read["list"], Json::parse(R"([{},{"a":1,"b":""}])"));
    EXPECT_EQ(read["last"], 2);
}

TEST(JsonWriter, WhatIsNoUtf8IsReplaced) {
    JsonWriter w;
    const auto text =
        w.beginObject().field("a", std::string_view("x\xff\0y", 4)).endObject().take();
    EXPECT_EQ(Json::parse(text)["a"], std::string("x\xEF\xBF\xBD\0y", 6));
}

TEST(Serialisation, BothWaysSayTheSameOfEveryFieldOfTheContract) {
    const auto rows = anOrder();
    const Fieldset whole(kOrderFields);
    const Json written = Json::parse(writtenOrder(rows.order, rows.lines, whole));
    const Json asGraph = Json::parse(graphOfOrder(rows, whole));
    for (const auto field : kOrderFields) ASSERT_TRUE(written.contains(field)) << field;
    EXPECT_EQ(written.size(), kOrderFields.size());
    for (const char* field : {"id", "status", "note", "total_cents", "created_at"})
        EXPECT_EQ(written[field], asGraph[field]) << field;
    EXPECT_EQ(written["customer"]["id"], asGraph["customer"]["id"]);
    for (const auto& [name, value] : written["lines"][0].items())
        EXPECT_EQ(asGraph["lines"][0][name], value) << name;
    EXPECT_EQ(asGraph["lines"][0]["product"]["name"], "Lamp") << "and all it refers to";
}

TEST(Serialisation, WhatIsPrivateStaysSo) {
    const auto rows = anOrder();
    const auto text = graphOfOrder(rows, Fieldset(kOrderFields));
    for (const char* secret : {"example.org", "Long Street", "pay_77"})
        EXPECT_EQ(text.find(secret), std::string::npos) << secret;
    const auto reviews =
        rowsOf({{"id", true}, {"customer_id", true}, {"body", false}}, {{"1", "4711", "fine"}});
    const auto product = graphOfProduct(rows.products, reviews, Fieldset(kProductFields));
    EXPECT_THAT(product, HasSubstr("fine"));
    EXPECT_EQ(product.find("4711"), std::string::npos);
    const auto mine =
        graphOfOrdersOfCustomer(rows.order, rows.customer, Fieldset(kCustomersOrderFields));
    EXPECT_THAT(mine, HasSubstr("User 5"));
    EXPECT_EQ(mine.find("example.org"), std::string::npos);
}

TEST(Serialisation, WhatWasNotAskedForIsLeftOut) {
    const auto rows = anOrder();
    std::vector<Shortfall> none;
    const auto some = fields("total_cents,id", kOrderFields, none);
    const Json expected = Json::parse(R"({"id":7178654321098765432,"total_cents":900})");
    EXPECT_EQ(Json::parse(writtenOrder(rows.order, std::nullopt, some)), expected);
    EXPECT_EQ(Json::parse(graphOfOrder(rows, some)), expected);
    const auto named = fields("name", kListedProductFields, none);
    EXPECT_EQ(graphOfProducts(rows.products, named, "next"),
              R"({"items":[{"name":"Lamp"}],"next_cursor":"next"})");
}

TEST(Serialisation, ARowThatIsNullIsSaidToBe) {
    PGresult* result = ::PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    PGresAttDesc one{};
    one.name = const_cast<char*>("note");
    one.typid = kText;
    ::PQsetResultAttrs(result, 1, &one);
    ::PQsetvalue(result, 0, 0, nullptr, -1);
    const Rows rows(result);
    EXPECT_EQ(graph::objectOf(rows, 0).dump(), R"({"note":null})");
    EXPECT_EQ(rows.bytes(), 0u);
}

}  // namespace
}  // namespace tenfold::mechanisms

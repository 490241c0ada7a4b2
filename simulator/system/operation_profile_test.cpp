// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/operation_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/load/endpoints.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/system/operation_profile_file.h"

namespace tenfold::system {
namespace {

using nlohmann::json;
using scenario::Design;
using testing::AllOf;
using testing::HasSubstr;

std::size_t endpoint(std::string_view id) {
    return load::endpointIndex(id).value();
}

Design designWith(const std::vector<std::string>& switches) {
    Design design = Design::naive(mechanisms::catalogue());
    scenario::Problems problems;
    for (const auto& s : switches) design.set(s, mechanisms::catalogue(), problems);
    EXPECT_TRUE(problems.empty()) << problems.joined();
    return design;
}

json operation(const char* id, json pageSize, json traces) {
    return {{"endpoint", id},         {"cache", "miss"},
            {"indexes", "on"},        {"query_shape", "*"},
            {"pagination", "offset"}, {"page_size", pageSize},
            {"side_effects", "*"},    {"serialisation", "*"},
            {"shared_cache", "*"},    {"traces", std::move(traces)}};
}

json smallProfile() {
    return {{"format", "tenfold.operations/2"},
            {"sqlite", "3.40.1"},
            {"checksum", "0123456789abcdef"},
            {"statements",
             {{"orders.list", 300, 19, 20, 900},
              {"orders.customer", 13, 0, 1, 8},
              {"orders.count", 40, 0, 1, 1}}},
            {"operations",
             {operation("orders.list", 20,
                        {{2, 5, 200, 20, 3000, {0, 1, 2}, 2, 20}, {1, 15, 200, 20, 3001, {0}}})}}};
}

class OperationProfileTest : public testing::Test {
protected:
    OperationProfileTest()
        : m_file(std::filesystem::temp_directory_path() /
                 ("tenfold-profile-" + std::to_string(::getpid()) + ".json")) {}
    ~OperationProfileTest() override {
        std::error_code ignored;
        std::filesystem::remove(m_file, ignored);
    }
    OperationProfile load(const json& j) {
        std::ofstream(m_file) << j.dump();
        return OperationProfile(m_file);
    }
    std::string whyNot(const json& j) {
        try {
            load(j);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "it was read";
    }

    std::filesystem::path m_file;
};

TEST_F(OperationProfileTest, TracesComeByKeyAndInProportionToTheirDraws) {
    const auto profile = load(smallProfile());
    const auto& traces = profile.traces(
        endpoint("orders.list"),
        designWith({"indexes=on", "pagination=offset", "query_shape=batched"}), false);
    ASSERT_EQ(traces.size(), 4u);
    EXPECT_EQ(OperationProfile::ofKey(traces, 1).size(), 3u);
    EXPECT_EQ(OperationProfile::ofKey(traces, 3).size(), 0u);
    const auto second = OperationProfile::ofKey(traces, 2);
    ASSERT_EQ(second.size(), 1u);
    EXPECT_EQ(second.front().statementCount(), 41u);
    EXPECT_EQ(profile.statements()[second.front().statements[1]].shape, "orders.customer");
    EXPECT_EQ(second.front().bytes, 3000u);
}

TEST_F(OperationProfileTest, WhatIsNotRecordedIsSaidWithTheCommandThatRecordsIt) {
    const auto profile = load(smallProfile());
    const auto message = [&](const Design& design, bool isHit) -> std::string {
        try {
            profile.traces(endpoint("orders.list"), design, isHit);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "it was found";
    };
    const auto larger = designWith({"indexes=on", "pagination=offset", "pagination.page_size=50"});
    EXPECT_THAT(
        message(larger, false),
        AllOf(HasSubstr(m_file.string()), HasSubstr("orders.list"), HasSubstr("page size 50"),
              HasSubstr("tenfold-cli profile --set pagination.page_size=50")));
    const auto recorded = designWith({"indexes=on", "pagination=offset"});
    EXPECT_EQ(message(recorded, false), "it was found");
    EXPECT_THAT(message(recorded, true), HasSubstr("answered by the shared cache"));
    EXPECT_THAT(message(designWith({"indexes=off", "pagination=offset"}), false),
                HasSubstr("indexes=off"));
}

TEST_F(OperationProfileTest, ABadFileIsNamedWithItsKey) {
    const auto changed = [](const char* pointer, json value) {
        json j = smallProfile();
        j[json::json_pointer(pointer)] = std::move(value);
        return j;
    };
    const std::pair<json, const char*> cases[] = {
        {changed("/format", "tenfold.run/1"), "$.format must be tenfold.operations/2"},
        {changed("/checksum", 7), "$.checksum must be a text"},
        {changed("/statements/1", json::array({"orders.customer", 13})), "$.statements[1]"},
        {changed("/statements/2/1", -4), "$.statements[2][1]"},
        {changed("/operations/0/endpoint", "orders.burn"), "$.operations[0].endpoint"},
        {changed("/operations/0/cache", "maybe"), "$.operations[0].cache"},
        {changed("/operations/0/page_size", "many"), "$.operations[0].page_size"},
        {changed("/operations/0/traces", json::array()), "$.operations[0].traces"},
        {changed("/operations/0/traces/1/5/0", 3), "$.operations[0].traces[1][5][0]"},
        {changed("/operations/0/traces/0/6", 4), "$.operations[0].traces[0][6]"},
        {changed("/operations/0/traces/0/1", 0), "$.operations[0].traces[0][1]"},
        {changed("/operations", json::array()), "$.operations"}};
    for (const auto& [bad, key] : cases)
        EXPECT_THAT(whyNot(bad), AllOf(HasSubstr(m_file.string()), HasSubstr(key)));
    json without = smallProfile();
    without["operations"][0].erase("indexes");
    EXPECT_THAT(whyNot(without), HasSubstr("$.operations[0].indexes is missing"));
    EXPECT_EQ(whyNot(smallProfile()), "it was read");
}

TEST_F(OperationProfileTest, AFileThatIsNotThereOrNoJsonIsNamed) {
    EXPECT_THAT([&] { OperationProfile missing(m_file); },
                testing::ThrowsMessage<std::runtime_error>(
                    AllOf(HasSubstr(m_file.string()), HasSubstr("cannot be read"))));
    std::ofstream(m_file) << "{\"format\":";
    EXPECT_THAT([&] { OperationProfile half(m_file); },
                testing::ThrowsMessage<std::runtime_error>(HasSubstr("is not JSON")));
}

TEST_F(OperationProfileTest, MergingAddsAndReplacesOperations) {
    json added = smallProfile();
    added["statements"] = {{"orders.count", 41, 0, 1, 1}, {"orders.list", 300, 19, 20, 900}};
    added["operations"] = {operation("orders.list", 20, {{1, 1, 200, 20, 9, {1, 0}}}),
                           operation("orders.list", 50, {{1, 1, 200, 50, 9, {0}}})};
    const auto profile = load(OperationProfileFile::merged(smallProfile(), added));
    ASSERT_EQ(profile.statements().size(), 4u);
    const auto& replaced = profile.traces(endpoint("orders.list"),
                                          designWith({"indexes=on", "pagination=offset"}), false);
    ASSERT_EQ(replaced.size(), 1u);
    EXPECT_EQ(profile.statements()[replaced[0].statements[0]].shape, "orders.list");
    EXPECT_EQ(profile.statements()[replaced[0].statements[1]].vmSteps, 41u);
    EXPECT_NO_THROW(profile.traces(
        endpoint("orders.list"),
        designWith({"indexes=on", "pagination=offset", "pagination.page_size=50"}), false));

    added["checksum"] = "another";
    EXPECT_EQ(OperationProfileFile::merged(smallProfile(), added), added)
        << "counts of two datasets do not go together";
}

TEST_F(OperationProfileTest, WhatIsWrittenIsWhatWasThere) {
    EXPECT_EQ(json::parse(OperationProfileFile::textOf(smallProfile())), smallProfile());
}

/// What is known of the shop from elsewhere.
class ShippedProfile : public testing::Test {
protected:
    std::vector<StatementTrace> statementsOf(const char* id, const Design& design) {
        const auto& traces = m_profile.traces(endpoint(id), design, false);
        std::vector<StatementTrace> out;
        for (const auto s : traces.front().statements) out.push_back(m_profile.statements()[s]);
        return out;
    }
    OperationProfile m_profile{OperationProfile::shippedFile()};
};

TEST_F(ShippedProfile, HasEveryEndpointUnderEveryDesign) {
    const auto valuesOf = [](const char* id) { return mechanisms::catalogue().find(id)->values; };
    const auto check = [&](const Design& design) {
        for (std::size_t e = 0; e < load::endpoints().size(); ++e) {
            EXPECT_FALSE(m_profile.traces(e, design, false).empty());
            for (const auto& t : m_profile.traces(e, design, false))
                EXPECT_EQ(t.isWrite, !load::endpoints()[e].isRead);
        }
        for (const char* cached : {"products.list", "products.get"})
            for (const auto& t : m_profile.traces(endpoint(cached), design, true)) {
                EXPECT_TRUE(t.statements.empty());
                EXPECT_GT(t.bytes, 100u);
            }
    };
    for (const auto& indexes : valuesOf("indexes"))
        for (const auto& shape : valuesOf("query_shape"))
            for (const auto& pagination : valuesOf("pagination"))
                for (const auto& serialisation : valuesOf("serialisation"))
                    check(designWith({"indexes=" + indexes.id, "query_shape=" + shape.id,
                                      "pagination=" + pagination.id,
                                      "serialisation=" + serialisation.id}));
}

TEST_F(ShippedProfile, APageOfOrdersTakesAsManyStatementsAsItsQueryShapeSays) {
    const std::pair<const char*, std::size_t> cases[] = {
        {"query_shape=n_plus_one", 41}, {"query_shape=batched", 3}, {"query_shape=join", 1}};
    for (const auto& [shape, count] : cases)
        for (const char* pagination : {"pagination=offset", "pagination=keyset"})
            EXPECT_EQ(statementsOf("orders.list", designWith({shape, pagination})).size(), count);
    const auto design = designWith({"query_shape=n_plus_one", "pagination=none"});
    EXPECT_EQ(m_profile.traces(endpoint("orders.list"), design, false)[0].statementCount(),
              1u + 2 * 80'000);
}

TEST_F(ShippedProfile, TheNewsOfAChangeIsAStatementMoreInItsCommit) {
    for (const auto& [value, count] : std::vector<std::pair<std::string, std::size_t>>{
             {"off", 3}, {"ttl", 3}, {"ttl_and_events", 4}}) {
        const auto statements =
            statementsOf("products.update", designWith({"shared_cache=" + value}));
        ASSERT_EQ(statements.size(), count) << value;
        EXPECT_EQ(statements[count - 2].shape,
                  count == 4 ? "outbox.insert_change" : "products.update");
    }
}

TEST_F(ShippedProfile, WithoutIndexesACountReadsAllLines) {
    const auto without = designWith({"indexes=off", "pagination=offset"});
    const auto with = designWith({"indexes=on", "pagination=offset"});
    const auto scanned = [&](const Design& design) {
        std::uint64_t steps = 0;
        for (const auto& s : statementsOf("orders.list", design))
            if (s.shape == "orders.count") steps += s.fullScanSteps;
        return steps;
    };
    EXPECT_EQ(scanned(without), 20 * 499'999u);
    EXPECT_EQ(scanned(with), 0u);
    EXPECT_EQ(statementsOf("orders.get", without)[1].fullScanSteps, 499'999u);
}

TEST_F(ShippedProfile, WholeRowsAreMoreOfEverythingThanTheContractNeeds) {
    struct Sum {
        double databaseBytes = 0, bytes = 0, rows = 0;
    };
    for (const char* id : {"products.list", "products.get", "orders.list", "orders.by_customer",
                           "orders.get", "me.get"}) {
        const auto sumOf = [&](const char* serialisation) {
            Sum sum;
            const auto& traces = m_profile.traces(
                endpoint(id),
                designWith({"indexes=on", "query_shape=batched", "pagination=keyset",
                            std::string("serialisation=") + serialisation}),
                false);
            for (const auto& t : traces) {
                sum.bytes += static_cast<double>(t.bytes);
                sum.rows += t.rows;
                for (const auto s : t.statements)
                    sum.databaseBytes += static_cast<double>(m_profile.statements()[s].bytes);
            }
            return sum;
        };
        const Sum whole = sumOf("full_graph"), listed = sumOf("explicit_fields");
        EXPECT_GT(listed.databaseBytes, 0) << id;
        EXPECT_GT(whole.databaseBytes, 1.3 * listed.databaseBytes) << id;
        EXPECT_GT(whole.bytes, 1.3 * listed.bytes) << id;
        EXPECT_GE(whole.rows, listed.rows) << id;
    }
}

TEST_F(ShippedProfile, AKeyIsTwoStatementsMoreAndWhatIsKeptThreeRoundTrips) {
    for (const char* id : {"orders.create", "payments.create", "reviews.create"})
        for (const std::string effects : {"side_effects=queued", "side_effects=inline"}) {
            const auto traceOf = [&](const char* idempotency, bool isHit) {
                return m_profile
                    .traces(endpoint(id), designWith({"indexes=on", effects, idempotency}), isHit)
                    .front();
            };
            const auto off = traceOf("idempotency=off", false);
            const auto with = traceOf("idempotency=keys", false);
            // Inline it is written down that the call was made: BEGIN, UPDATE, COMMIT.
            const bool isCalled =
                effects == "side_effects=inline" && std::string(id) != "reviews.create";
            EXPECT_EQ(with.statementCount(), off.statementCount() + 2 + (isCalled ? 3 : 0)) << id;
            EXPECT_EQ(off.ends, std::vector{off.statementCount()});
            EXPECT_EQ(with.ends.size(), isCalled ? 2u : 1u) << id;
            EXPECT_EQ(with.roundTrip(0), off.statementCount() + 2);
            EXPECT_EQ(with.bytes, off.bytes);
            const auto kept = traceOf("idempotency=keys", true);
            ASSERT_EQ(kept.ends.size(), 3u);
            EXPECT_EQ(m_profile.statements()[kept.statements.back()].shape, "keys.find");
            EXPECT_EQ(kept.bytes, off.bytes) << "the same answer";
            EXPECT_EQ(kept.status, 201);
        }
}

TEST_F(ShippedProfile, HasManyCustomersAndTheirOrdersAsTheyAre) {
    const auto design =
        designWith({"indexes=on", "pagination=keyset", "serialisation=explicit_fields"});
    const auto& traces = m_profile.traces(endpoint("orders.by_customer"), design, false);
    EXPECT_GE(traces.size(), 200u);
    double rows = 0;
    for (const auto& t : traces) rows += t.rows;
    // 80,000 orders of 20,000 customers, some of whom have more than a page.
    EXPECT_NEAR(rows / static_cast<double>(traces.size()), 4, 1);
}

}  // namespace
}  // namespace tenfold::system

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "reference-server/nodes/database/test_database.h"
#include "simulator/hardware/assets.h"
#include "simulator/load/endpoints.h"

namespace tenfold::profiler {
namespace {

using nlohmann::json;

const Operation& operationOf(const std::vector<Operation>& all, const std::string& text) {
    for (const auto& o : all)
        if (o.combination.text() == text) return o;
    throw std::out_of_range("nothing recorded of " + text);
}

class RecordingTest : public testing::Test {
protected:
    RecordingTest() {
        m_settings.dataset = m_folder / "built.db";
        data::buildShop(m_settings.dataset, 0.01);
        m_settings.scratch = (m_folder / "x").parent_path();
        m_settings.rows = data::ShopRows{}.scaled(0.01);
        m_settings.draws = 60;
        m_settings.most = 20;
    }
    std::vector<Operation> record() {
        return recordAll(m_settings, m_isOver, [](std::size_t, std::size_t, const std::string&) {});
    }

    nodes::test::ScratchFolder m_folder;
    RecordingSettings m_settings;
    std::atomic<bool> m_isOver{false};
};

TEST_F(RecordingTest, TheSameSeedGivesTheSameBytes) {
    const auto first = toJson(record(), m_settings).dump();
    EXPECT_EQ(toJson(record(), m_settings).dump(), first);
    m_settings.seed = 2;
    EXPECT_NE(toJson(record(), m_settings).dump(), first);
}

TEST_F(RecordingTest, EveryDrawIsCountedUntilEnoughRequestsWereMade) {
    const auto all = record();
    EXPECT_EQ(all.size(), combinations(20, false).size());
    for (const auto& o : all) {
        std::uint64_t draws = 0;
        for (const auto& t : o.traces) draws += t.draws;
        EXPECT_GE(draws, 20u) << o.combination.text();
        EXPECT_LE(draws, 60u) << o.combination.text();
        EXPECT_LE(o.traces.size(), 20u) << o.combination.text();
    }
    // Nothing about it depends on what is asked for: one request says all.
    const auto& first = operationOf(
        all, "orders.list, indexes on, query_shape join, pagination keyset of 20, explicit_fields");
    ASSERT_EQ(first.traces.size(), 1u);
    EXPECT_EQ(first.traces[0].draws, 60u);
}

TEST_F(RecordingTest, AListCutShortSaysHowManyStatementsThereAre) {
    const auto all = record();
    const auto check = [&](const std::string& indexes, const std::string& form, unsigned each) {
        const std::string list = "orders.list, indexes " + indexes + ", query_shape ";
        const std::string unpaged = "pagination none, " + form;
        const auto& cut = operationOf(all, list + "n_plus_one, " + unpaged).traces.at(0);
        EXPECT_EQ(cut.recorded.statements.size() + cut.repeatLast * (cut.repeatTimes - 1),
                  1u + 2 * 800);
        EXPECT_EQ(cut.recorded.statements.size(), 401u);
        const auto& whole = operationOf(all, list + "batched, " + unpaged).traces.at(0);
        EXPECT_EQ(cut.recorded.rows, 800u * each);
        EXPECT_EQ(cut.recorded.bytes, whole.recorded.bytes);
    };
    for (const char* indexes : {"off", "on"}) {
        check(indexes, "explicit_fields", 1);
        check(indexes, "full_graph", 2);  // each order with its customer
    }
}

TEST_F(RecordingTest, WhatIsExtrapolatedIsWhatItWouldBeInFull) {
    RequestRecorder requests(
        [&] {
            data::copyForRun(m_settings.dataset, m_folder / "copy.db");
            return m_folder / "copy.db";
        }(),
        m_isOver);
    OperationRecorder recorder(requests, m_settings.rows, 1, 20, 20);
    Combination c;
    c.endpoint = *load::endpointIndex("orders.list");
    c.indexes = "off";
    c.queryShape = "join";
    c.pagination = "none";
    c.serialisation = "full_graph";
    EXPECT_FALSE(recorder.takesForever(c)) << "of so few orders";
    const auto full = recorder.record(c).traces.at(0).recorded;
    const auto guessed = recorder.extrapolate(c).traces.at(0).recorded;
    ASSERT_EQ(guessed.statements.size(), 1u);
    const auto steps = static_cast<double>(full.statements[0].vmSteps);
    EXPECT_NEAR(static_cast<double>(guessed.statements[0].vmSteps), steps, 0.001 * steps);
    EXPECT_EQ(guessed.statements[0].fullScanSteps, full.statements[0].fullScanSteps);
    EXPECT_EQ(guessed.statements[0].rows, full.statements[0].rows);
    const auto bytes = static_cast<double>(full.statements[0].bytes);
    EXPECT_NEAR(static_cast<double>(guessed.statements[0].bytes), bytes, 0.05 * bytes);
    EXPECT_EQ(guessed.bytes, full.bytes);
}

TEST_F(RecordingTest, TheFileHasEachStatementOnce) {
    m_settings.onlyPaged = true;
    m_settings.pageSize = 5;
    const json j = toJson(record(), m_settings);
    EXPECT_EQ(j.at("format"), "tenfold.operations/2");
    std::set<json> distinct(j.at("statements").begin(), j.at("statements").end());
    EXPECT_EQ(distinct.size(), j.at("statements").size());
    for (const auto& o : j.at("operations")) EXPECT_EQ(o.at("page_size"), 5);
}

TEST(ShippedRecording, IsOfTheDatasetThatIsBuilt) {
    std::ifstream in(hardware::assetsDir() / "profiles" / "shop.json");
    const json j = json::parse(in);
    EXPECT_EQ(j.at("checksum"), data::kDatasetChecksum)
        << "record it again: tenfold-cli profile --only operations --folder assets/profiles";
    EXPECT_EQ(j.at("operations").size(), combinations(20, false).size());
}

TEST(Plans, ThoseShippedAreOfThisSchemaAndTheseStatements) {
    std::ifstream in(hardware::assetsDir() / "profiles" / "plans.json");
    EXPECT_EQ(json::parse(in, nullptr, false), plansJson())
        << "tenfold-cli profile --only operations --folder assets/profiles records them";
}

}  // namespace
}  // namespace tenfold::profiler

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/summary.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "simulator/cli/output_file.h"
#include "simulator/cli/progress.h"

using namespace tenfold;  // NOLINT: a test

namespace {
measure::Timeline eightSlots() {
    measure::Timeline timeline;
    for (int i = 0; i < 8; ++i) {
        measure::Sample s;
        s.slot = i;
        auto& e = s.endpoints["orders.list"];
        e.users.offered = 10;
        e.users.of(measure::Outcome::ok) = 9;
        e.users.of(measure::Outcome::timeout) = 1;
        e.users.response.recordMs(12, 9);
        e.users.response.recordMs(5000, 1);
        e.server.requests = 10;
        e.server.statements = 30;
        s.nodes["primary"].role = "database";
        s.nodes["generator"].role = "generator";
        s.nodes["api-1"].role = "instance";
        timeline.add(s);
    }
    return timeline;
}

std::set<std::string> keysOf(const nlohmann::json& j) {
    std::set<std::string> keys;
    for (const auto& [key, value] : j.items()) keys.insert(key);
    return keys;
}

std::string lineOf(const std::string& csv, int n) {
    std::istringstream in(csv);
    std::string line;
    for (int i = 0; i <= n; ++i) std::getline(in, line);
    return line;
}
}  // namespace

TEST(Summary, HasTheKeysThatRunJsonPromisesNoOthersAndItsSumsAgree) {
    const auto timeline = eightSlots();
    const auto window = timeline.steadyWindow();
    const auto verdict = judge::judge(window, {}, "10k", "primary.cpu");
    const auto j = cli::summaryOf(timeline, window, verdict);
    EXPECT_EQ(keysOf(j),
              (std::set<std::string>{"offered_per_s", "answered_per_s", "failed_ratio", "p50_ms",
                                     "p95_ms", "p99_ms", "samples", "statements_per_request",
                                     "outcomes", "by_endpoint", "nodes", "where", "overrun_p99_ms",
                                     "generator_lag_p99_ms", "host_cpu", "tried_again", "verdict",
                                     "confidence"}));
    EXPECT_EQ(keysOf(j["verdict"]), (std::set<std::string>{"holds", "first_to_break", "withheld"}));
    cli::RunResult run;
    run.timeline = timeline;
    run.summary = j;
    EXPECT_EQ(
        keysOf(cli::runJson(run, scenario::Scenario())),
        (std::set<std::string>{"format", "scenario", "engine", "summary", "events", "samples"}));
    EXPECT_DOUBLE_EQ(j["offered_per_s"], 40);
    EXPECT_DOUBLE_EQ(j["failed_ratio"], 0.1);
    EXPECT_DOUBLE_EQ(j["statements_per_request"], 3);
    EXPECT_EQ(j["verdict"]["holds"], false);
    const auto& users = j["confidence"]["whole_run"]["users"];
    EXPECT_EQ(users["offered"], users["ended"]);
    EXPECT_EQ(j["outcomes"].size(), 8u);
    EXPECT_FALSE(cli::summaryText(j, verdict).empty());
}

TEST(Summary, IntervalsAreOfTheSlotsAndMissingWhereThereIsTooLittle) {
    measure::Timeline timeline;
    for (int i = 0; i < 40; ++i) {
        measure::Sample s;
        s.slot = i;
        auto& users = s.endpoints["orders.list"].users;
        users.of(measure::Outcome::ok) = 10;
        // Slow and fast by turns: half of all on either side of the median.
        for (int r = 0; r < 10; ++r) users.response.recordMs(i % 2 == 0 ? 10 + r : 20 + r);
        timeline.add(s);
    }
    const auto window = timeline.window(0, 39);
    const auto verdict = judge::judge(window, {}, "10k", std::nullopt);
    const auto j = cli::summaryOf(timeline, window, verdict, cli::slotsOf(timeline, 0, 39));
    const auto& all = j["confidence"]["intervals"];
    EXPECT_EQ(j["confidence"]["level"], 0.9);
    EXPECT_EQ(all.size(), 6u);
    EXPECT_GE(all["p50_ms"]["batches"], 10);
    EXPECT_GT(all["p50_ms"]["half_width"], 0.1);
    EXPECT_LT(all["p50_ms"]["half_width"], 5);
    EXPECT_LE(all["p50_ms"]["order_statistics"][0], j["p50_ms"]);
    EXPECT_GE(all["p50_ms"]["order_statistics"][1], j["p50_ms"]);
    EXPECT_EQ(all["failed_ratio"]["half_width"], 0);
    EXPECT_TRUE(all["statements_per_request"]["half_width"].is_null());
    const auto few = cli::summaryOf(timeline, window, verdict, cli::slotsOf(timeline, 3, 20));
    EXPECT_TRUE(few["confidence"]["intervals"]["p99_ms"]["half_width"].is_null());
    EXPECT_TRUE(cli::slotsOf(timeline, 50, 60).empty());
    EXPECT_EQ(cli::slotsOf(timeline, 38, 60).size(), 2u);
}

TEST(Summary, WhatNobodyMeasuredIsNullNotZero) {
    const measure::Timeline nothing;
    const auto window = nothing.window(0, 10);
    const auto j = cli::summaryOf(nothing, window, judge::judge(window, {}, "10k", std::nullopt));
    for (const char* key :
         {"offered_per_s", "answered_per_s", "failed_ratio", "p99_ms", "statements_per_request"})
        EXPECT_TRUE(j[key].is_null()) << key;
    EXPECT_NE(cli::summaryText(j, {}).find("–"), std::string::npos);
}

TEST(Csv, APartThatWasNotReportedIsAnEmptyCell) {
    auto timeline = eightSlots();
    measure::Sample s = timeline.samples().back();
    s.slot = 8;
    s.endpoints.clear();
    s.nodes.erase("generator");
    s.nodes.erase("api-1");
    s.missing = {"generator", "api-1"};
    timeline.add(s);
    const auto csv = cli::csvOf(timeline);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 10);
    EXPECT_EQ(lineOf(csv, 1), "0.00,0,10,9,0,0,0,0,1,0,0,11.968,5000.000,5000.000,30,10,0.000");
    EXPECT_EQ(lineOf(csv, 9), "2.00,0,,,,,,,,,,,,,,,0.000");
}

TEST(JudgedSlots, LeaveOutWarmUpAndChangesButNotTheFaultsOfTheScenario) {
    auto timeline = eightSlots();
    timeline.add(measure::Event{measure::EventKind::faultEnded, 1500, 3, 2, "ended", ""});
    scenario::Scenario calm;
    EXPECT_EQ(cli::firstJudgedSlot(timeline, calm, 0, 40), 8);
    EXPECT_EQ(cli::firstJudgedSlot(timeline, calm, 0, 8), 6) << "after the change";
    scenario::Scenario stormy;
    stormy.faults = {{"flash_crowd", 1, 0.5}};
    EXPECT_EQ(cli::firstJudgedSlot(timeline, stormy, 0, 8), 2) << "only the warm-up goes";
}

TEST(Progress, IsALineForEachTenthWhereThereIsNoTerminal) {
    cli::Progress lines(cli::Progress::Kind::lines);
    int n = 0;
    for (int i = 0; i <= 1000; ++i) n += !lines.textOf(i / 1000.0, "so far").empty();
    EXPECT_EQ(n, 11);
    EXPECT_EQ(cli::Progress(cli::Progress::Kind::none).textOf(0.5, "so far"), "");
    EXPECT_NE(cli::Progress(cli::Progress::Kind::bar).textOf(0.5, "so far").find("###"),
              std::string::npos);
}

TEST(OutputFile, IsFoundUnwritableBeforehandAndLeavesNothing) {
    namespace fs = std::filesystem;
    const auto folder =
        fs::temp_directory_path() / ("tenfold-output-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    EXPECT_EQ(cli::whyNotWritable(folder / "run.json"), "");
    EXPECT_TRUE(fs::is_empty(folder)) << "asking writes nothing";
    EXPECT_EQ(cli::whyNotWritable(folder), "it is a folder");
    EXPECT_EQ(cli::whyNotWritable(folder / "no" / "run.json"), "No such file or directory");
    EXPECT_EQ(cli::writeFile(folder / "run.json", "{}"), "");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "no draft is left";
    EXPECT_EQ(cli::writeFile("/dev/full", "{}"), "No space left on device");
    fs::remove_all(folder);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/mechanisms/catalogue.h"

using namespace tenfold::scenario;  // NOLINT: a test
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
const Catalogue& catalogue() {
    return tenfold::mechanisms::catalogue();
}

std::vector<std::string> problemsOf(const nlohmann::json& j) {
    try {
        scenarioFromJson(j, catalogue(), "test.json");
    } catch (const InputError& e) {
        return e.messages();
    }
    return {};
}
}  // namespace

TEST(Scenario, EveryFieldSurvivesJson) {
    Scenario s;
    s.name = "round trip";
    s.design = Design::sound(catalogue());
    s.workload.dailyActiveUsers = 640'000;
    s.workload.mix["orders.list"] = 12;
    s.machines = {2, 4};
    s.faults = {{"flash_crowd", 10, 20}};
    s.seed = 7;
    s.durationS = 12.5;
    EXPECT_EQ(scenarioFromJson(toJson(s), catalogue(), "x"), s);
}

TEST(Scenario, ReportsEveryProblemAtOnceWithPathFoundAndAllowed) {
    const auto problems =
        problemsOf({{"format", "tenfold.scenario/1"},
                    {"sead", 3},
                    {"duration_s", "long"},
                    {"workload", {{"daily_active_users", -5}}},
                    {"design", {{"indexes", "yes"}, {"teleport", "on"}}},
                    {"faults", {{{"name", "meteor"}, {"at_s", 1}, {"duration_s", 5}}}}});
    EXPECT_THAT(
        problems,
        testing::UnorderedElementsAre(
            testing::AllOf(HasSubstr("test.json: $.sead"), HasSubstr("unknown key")),
            HasSubstr("$.duration_s: found \"long\"; allowed: a number from 1 to 86400"),
            HasSubstr("$.workload.daily_active_users: found -5"),
            HasSubstr("$.design.indexes: found \"yes\"; allowed: off, on"),
            HasSubstr("$.design.teleport"), HasSubstr("$.faults[0].name: found \"meteor\"")));
}

TEST(Scenario, AFileOfANewerFormatSaysSo) {
    EXPECT_THAT(problemsOf({{"format", "tenfold.scenario/9"}, {"anything", 1}}),
                ElementsAre(HasSubstr("another version of Tenfold")));
}

TEST(Scenario, AMissingOrBrokenFileIsAnInputErrorThatNamesIt) {
    EXPECT_THROW(loadScenario("/nonexistent/x.json", catalogue()), InputError);
    const auto file = std::filesystem::temp_directory_path() / "tenfold-broken.json";
    std::ofstream(file) << "{ \"format\": ";
    try {
        loadScenario(file, catalogue());
        FAIL();
    } catch (const InputError& e) {
        EXPECT_THAT(e.what(), HasSubstr("tenfold-broken.json: is not JSON, at byte"));
    }
    std::filesystem::remove(file);
}

TEST(Scenario, AFileThatWouldBringTheProgramDownIsAnInputErrorToo) {
    const auto file = std::filesystem::temp_directory_path() / "tenfold-hostile.json";
    const auto problemOf = [&](const std::string& text) -> std::string {
        std::ofstream(file) << text;
        try {
            loadScenario(file, catalogue());
        } catch (const InputError& e) {
            return e.what();
        }
        return "";
    };
    EXPECT_THAT(problemOf("{\"format\": " + std::string(400'000, '[')), HasSubstr("nested"));
    EXPECT_THAT(problemOf("{\"format\": \"tenfold.scenario/1\", \"duration_s\": 1e999}"),
                HasSubstr("tenfold-hostile.json: cannot be read"));
    std::filesystem::remove(file);
    EXPECT_THAT(problemOf(std::string((1 << 20) + 1, ' ')), HasSubstr("allowed: at most"));
    std::filesystem::remove(file);
}

TEST(Scenario, NumbersThatAreSoundAloneMustBeSoundTogether) {
    EXPECT_THAT(problemsOf({{"format", "tenfold.scenario/1"},
                            {"workload",
                             {{"daily_active_users", 1e8},
                              {"requests_per_user_per_day", 1e5},
                              {"peak_factor", 100}}}}),
                ElementsAre(HasSubstr("$.workload: found 1.16e+10 requests a second")));
    nlohmann::json zeros;
    for (const char* id : {"products.list", "products.get", "images.get", "orders.list",
                           "orders.get", "me.get", "orders.by_customer", "orders.create",
                           "me.update", "payments.create", "reviews.create", "products.update"})
        zeros[id] = 0;
    EXPECT_THAT(problemsOf({{"format", "tenfold.scenario/1"}, {"workload", {{"mix", zeros}}}}),
                ElementsAre(HasSubstr("$.workload.mix: found only zeros")));
}

TEST(Scenario, AFaultNeedsItsLengthAndASwitchIsYesOrNo) {
    EXPECT_THAT(problemsOf({{"format", "tenfold.scenario/1"},
                            {"faults", {{{"name", "flash_crowd"}, {"at_s", 1}}}}}),
                ElementsAre(HasSubstr("$.faults[0].duration_s: found nothing")));
    EXPECT_THAT(
        problemsOf({{"format", "tenfold.scenario/1"},
                    {"design", {{"read_replicas", {{"value", "2"}, {"read_your_writes", 0.5}}}}}}),
        ElementsAre(HasSubstr("read_your_writes: found 0.5; allowed: true, false")));
}

TEST(Scenario, WhatAMessageShowsIsNotCutWithinACharacter) {
    std::string text;
    for (int i = 0; i < 30; ++i) text += "ä";
    const auto problems = problemsOf({{"format", "tenfold.scenario/1"}, {"seed", text}});
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_NO_THROW(nlohmann::json(problems[0]).dump()) << problems[0];
}

TEST(Scenario, RatesFollowFromTheWorkload) {
    EXPECT_NEAR(rateOf(10'000, 50, 4).peakHz, 23.15, 0.01);
    EXPECT_NEAR(rateOf(100'000, 50, 4).peakHz, 231.5, 0.1);
    EXPECT_NEAR(rateOf(1'000'000, 50, 4).peakHz, 2314.8, 0.1);
    EXPECT_NEAR(honestRange(10'000).lowHz, 1.97, 0.01);
    EXPECT_NEAR(honestRange(10'000).highHz, 92.6, 0.1);
}

TEST(Scenario, UsersAreReadAsPeopleWriteThem) {
    EXPECT_EQ(usersFromText("10k"), 10'000);
    EXPECT_EQ(usersFromText("1M"), 1'000'000);
    EXPECT_EQ(usersFromText("25000"), 25'000);
    for (const char* bad : {"", "k", "ten", "-5", "1e99", "10kk", "nan"})
        EXPECT_FALSE(usersFromText(bad)) << bad;
}

TEST(Design, FlagsAreCheckedAgainstTheSpec) {
    Design d = Design::naive(catalogue());
    Problems good;
    d.set("indexes=on", catalogue(), good);
    d.set("read_replicas=2", catalogue(), good);
    d.set("read_replicas.lag_ms=500", catalogue(), good);
    d.set("read_replicas.read_your_writes=false", catalogue(), good);
    d.set("rate_limiting=per_ip+per_user", catalogue(), good);
    EXPECT_TRUE(good.empty()) << good.joined();
    EXPECT_TRUE(d.is("rate_limiting", "per_user"));
    EXPECT_EQ(d.parameter("read_replicas", "lag_ms"), 500);

    const Design before = d;
    Problems bad;
    for (const char* flag : {"indexes", "indexes=maybe", "nope=on", "read_replicas.lag_ms=-1",
                             "read_replicas.speed=1", "rate_limiting=off+per_ip", "indexes=on+off"})
        d.set(flag, catalogue(), bad);
    EXPECT_EQ(bad.messages().size(), 7u) << bad.joined();
    EXPECT_EQ(d, before) << "a refused flag must change nothing";
}

TEST(Design, DifferencesAreNamedInOrder) {
    Design a = Design::naive(catalogue());
    Design b = a;
    Problems none;
    b.set("indexes=on", catalogue(), none);
    b.set("read_replicas.lag_ms=250", catalogue(), none);
    EXPECT_EQ(differences(a, b).size(), 2u);
    EXPECT_EQ(differences(a, b)[0], "indexes off → on");
    EXPECT_TRUE(differences(a, a).empty());
}

TEST(Fault, IsReadFromTheCommandLineForm) {
    const auto f = faultFromText("kill_instance@10s+20s");
    ASSERT_TRUE(f);
    EXPECT_EQ(*f, (Fault{"kill_instance", 10, 20}));
    for (const char* bad : {"kill_instance", "x@10s", "x@10+5s", "@1s+1s", "x@1s+0s", "x@1s+0.1s",
                            "x@1s+1e9s", "x@1e9s+1s", "x@nans+1s"})
        EXPECT_FALSE(faultFromText(bad)) << bad;
}

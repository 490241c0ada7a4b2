// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/recorded_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "simulator/cli/inputs.h"
#include "simulator/cli/sim_run.h"
#include "simulator/cli/summary.h"

namespace tenfold::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RecordedRunTest : public testing::Test {
protected:
    RecordedRunTest()
        : m_file(std::filesystem::temp_directory_path() /
                 ("tenfold-recorded-" + std::to_string(::getpid()) + ".json")) {}
    ~RecordedRunTest() override { std::filesystem::remove(m_file); }
    void write(const nlohmann::json& j) { std::ofstream(m_file) << j.dump(); }
    std::string whyNot() {
        try {
            return recordedRunFrom(m_file) ? "it was read" : "it is no run";
        } catch (const scenario::InputError& e) {
            return e.what();
        }
    }
    std::filesystem::path m_file;
};

scenario::Scenario soundForTenSeconds() {
    ScenarioFlags flags;
    flags.tier = "10k";
    flags.duration = "10s";
    return scenarioFrom(flags);
}

TEST_F(RecordedRunTest, ARunComesBackAsItWasWritten) {
    const auto scenario = soundForTenSeconds();
    const auto run = runSimulated(scenario, Progress::Kind::none);
    ASSERT_EQ(run.failure, "");
    EXPECT_EQ(run.engine, EngineKind::sim);
    EXPECT_TRUE(run.summary["host_cpu"].is_null());
    EXPECT_EQ(run.fromSlot, 8);
    EXPECT_EQ(run.toSlot, 39);
    const auto& users = run.summary["confidence"]["whole_run"]["users"];
    EXPECT_EQ(users["offered"], users["ended"]);
    write(runJson(run, scenario));
    const auto again = recordedRunFrom(m_file);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->scenario, scenario);
    EXPECT_EQ(again->run.engine, EngineKind::sim);
    EXPECT_EQ(again->run.summary, run.summary);
    EXPECT_EQ(runJson(again->run, again->scenario), runJson(run, scenario));
}

TEST_F(RecordedRunTest, WhatIsNoRunIsLeftToOthersAndABadRunIsNamed) {
    EXPECT_EQ(whyNot(), "it is no run") << "there is no such file";
    std::ofstream(m_file) << "not JSON";
    EXPECT_EQ(whyNot(), "it is no run");
    write({{"format", "tenfold.scenario/1"}});
    EXPECT_EQ(whyNot(), "it is no run");
    write({{"format", "tenfold.run/7"}});
    EXPECT_THAT(whyNot(), AllOf(HasSubstr(m_file.string()), HasSubstr("tenfold.run/7")));
    auto run = nlohmann::json{{"format", "tenfold.run/1"},
                              {"engine", "dream"},
                              {"scenario", scenario::toJson(soundForTenSeconds())}};
    write(run);
    EXPECT_THAT(whyNot(), AllOf(HasSubstr("$.engine"), HasSubstr("dream")));
    run["engine"] = "live";
    run["samples"] = {{{"slot", "first"}}};
    run["events"] = nlohmann::json::array();
    write(run);
    EXPECT_THAT(whyNot(), AllOf(HasSubstr(m_file.string()), HasSubstr("$.samples")));
    run["samples"] = nlohmann::json::array();
    write(run);
    EXPECT_THAT(whyNot(), HasSubstr("no request"));
}

TEST(SimRun, WhatTheTwinCannotDoIsTheFailure) {
    auto s = soundForTenSeconds();
    s.hardware = "native";
    EXPECT_THAT(runSimulated(s, Progress::Kind::none).failure, HasSubstr("native"));
    s = soundForTenSeconds();
    s.real = {"cache"};
    EXPECT_THAT(runSimulated(s, Progress::Kind::none).failure, HasSubstr("real components"));
}

}  // namespace
}  // namespace tenfold::cli

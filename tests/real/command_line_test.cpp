// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "reference-server/supervisor/real/programs.h"
#include "tests/real/real_system.h"

using namespace tenfold;  // NOLINT: a test
using testing::HasSubstr;

namespace {

std::string runCli(const std::string& arguments, const std::string& environment = "") {
    return test::shell("(" + environment + " " TENFOLD_BIN_DIR "/tenfold-cli " + arguments +
                       "; echo code $?)");
}

}  // namespace

TEST(RealCommandLine, AnUnknownComponentIsRefusedWithThoseThereAre) {
    for (const char* command : {"run", "up"}) {
        const auto said = runCli(std::string(command) + " sound --real database,mysql,gateway");
        EXPECT_THAT(said, HasSubstr("code 2\n"));
        EXPECT_THAT(said, HasSubstr("\"mysql\""));
        EXPECT_THAT(said, HasSubstr("\"gateway\""));
        EXPECT_THAT(said, HasSubstr("database, pooler, cache"));
    }
}

TEST(RealCommandLine, AMissingPackageIsNamedBeforeAnythingIsStarted) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("tenfold-real-missing-" + std::to_string(::getpid()) + ".json");
    const auto said = runCli("run sound --real database,pooler,cache --json " + file.string(),
                             "TENFOLD_PROGRAMS=/nowhere");
    EXPECT_THAT(said, HasSubstr("code 3\n"));
    EXPECT_THAT(said, HasSubstr("PostgreSQL is not installed"));
    EXPECT_THAT(said, HasSubstr("apt-get install postgresql"));
    EXPECT_THAT(said, HasSubstr("apt-get install pgbouncer"));
    EXPECT_THAT(said, HasSubstr("apt-get install redis-server"));
    std::filesystem::remove(file);
    // What is not asked for is not missed.
    EXPECT_EQ(supervisor::real::whatIsMissing({}), "");
}

TEST(RealCommandLine, TheVersionIsFoundInWhatAProgramSays) {
    EXPECT_EQ(supervisor::real::versionIn("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
              "15.18");
    EXPECT_EQ(supervisor::real::versionIn("PgBouncer 1.18.0\nlibevent 2.1.12-stable"), "1.18.0");
    EXPECT_EQ(supervisor::real::versionIn("Redis server v=7.0.15 sha=00000000:0"), "7.0.15");
    EXPECT_EQ(supervisor::real::versionIn("none 15 here."), "");
}

TEST(RealCommandLine, TheRecordedScenarioSaysWhatWasReal) {
    auto s = test::real({"cache", "database"});
    const auto again =
        scenario::scenarioFromJson(scenario::toJson(s), mechanisms::catalogue(), "x");
    EXPECT_EQ(again.real, s.real);
    s.real.clear();
    EXPECT_FALSE(scenario::toJson(s).contains("real"));
    cli::ScenarioFlags flags;
    flags.real = {"cache,database", "cache"};
    EXPECT_EQ(cli::scenarioFrom(flags).real, (std::vector<std::string>{"cache", "database"}));
}

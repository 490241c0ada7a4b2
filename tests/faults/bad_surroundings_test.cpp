// SPDX-License-Identifier: GPL-3.0-or-later
// Bad input and broken surroundings, through the real command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/live_system.h"

using testing::AllOf;
using testing::HasSubstr;

namespace {
struct Ended {
    int code;
    std::string text;
};
Ended cli(const std::string& arguments, const std::string& environment = "") {
    const auto out =
        std::filesystem::temp_directory_path() / ("tenfold-cli-out-" + std::to_string(::getpid()));
    const std::string line = environment + " " TENFOLD_BIN_DIR "/tenfold-cli " + arguments + " >" +
                             out.string() + " 2>&1";
    const int status = std::system(line.c_str());
    std::ifstream in(out);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    std::filesystem::remove(out);
    return {WEXITSTATUS(status), text};
}
}  // namespace

TEST(BadSurroundings, EveryProblemOfACommandLineIsToldAtOnceAndNothingRuns) {
    const auto e =
        cli("run nowhere --tier ten --set indexes=maybe --set x=1 --duration soon --fault "
            "meteor@1s+1s --assert 'p98<1ms'");
    EXPECT_EQ(e.code, 2);
    for (const char* part :
         {"\"nowhere\"", "--tier", "--set indexes=maybe", "\"x\"", "--duration", "meteor", "p98"})
        EXPECT_THAT(e.text, HasSubstr(part));
}

TEST(BadSurroundings, AnAssertionThatDoesNotHoldIsExitCodeOne) {
    const auto e = cli("run sound --duration 3s --assert 'p50<0.001ms' --assert 'samples>1'");
    // On a host that is too busy to be trusted the code is 3, and says so.
    const bool isTrusted = e.text.find("not trusted") == std::string::npos;
    EXPECT_EQ(e.code, isTrusted ? 1 : 3) << e.text;
    EXPECT_THAT(e.text, AllOf(HasSubstr("failed --assert 'p50<0.001ms'"),
                              HasSubstr("held   --assert 'samples>1'")));
}

TEST(BadSurroundings, AFullDiskIsTheReasonOfTheFailureAndLeavesNothing) {
    // A folder that cannot be written is the same to us as one on a full disk.
    const auto e = cli("run sound --duration 2s", "TMPDIR=/proc/nowhere");
    EXPECT_EQ(e.code, 3) << e.text;
    EXPECT_THAT(e.text, HasSubstr("could not be made"));
}

TEST(BadSurroundings, AResultFileThatCannotBeWrittenIsNamed) {
    const auto e = cli("run sound --duration 2s --json /proc/nowhere/run.json");
    EXPECT_EQ(e.code, 3);
    EXPECT_THAT(e.text, HasSubstr("/proc/nowhere/run.json: could not be written"));
}

TEST(BadSurroundings, TheRunsCopiesAreRemovedWithIt) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("tenfold-alone-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    cli("run sound --duration 2s", "TMPDIR=" + folder.string());
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    std::filesystem::remove_all(folder);
}

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
namespace test = tenfold::test;
namespace fs = std::filesystem;

namespace {
struct Ended {
    int code;
    std::string text;
};
Ended run(const std::string& program, const std::string& arguments,
          const std::string& environment = "") {
    const fs::path out =
        fs::temp_directory_path() / ("tenfold-cli-out-" + std::to_string(::getpid()));
    const std::string line =
        environment + " " + program + " " + arguments + " >" + out.string() + " 2>&1";
    const int status = std::system(line.c_str());
    std::ifstream in(out);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    fs::remove(out);
    return {WEXITSTATUS(status), text};
}
Ended program(const std::string& arguments, const std::string& environment = "") {
    return run(TENFOLD_BIN_DIR "/tenfold-cli", arguments, environment);
}
struct Folder {
    fs::path path;
    explicit Folder(const std::string& name)
        : path(fs::temp_directory_path() / ("tenfold-" + name + "-" + std::to_string(::getpid()))) {
        fs::create_directories(path);
    }
    ~Folder() { fs::remove_all(path); }
};
}  // namespace

TEST(BadSurroundings, EveryProblemOfACommandLineIsToldAtOnceAndNothingRuns) {
    const auto e = program(
        "run nowhere --tier ten --set indexes=maybe --set x=1 --duration soon --fault "
        "meteor@1s+1s --assert 'p98<1ms'");
    EXPECT_EQ(e.code, 2);
    for (const char* part :
         {"\"nowhere\"", "--tier", "--set indexes=maybe", "\"x\"", "--duration", "meteor", "p98"})
        EXPECT_THAT(e.text, HasSubstr(part));
}

TEST(BadSurroundings, AnAssertionThatDoesNotHoldIsExitCodeOne) {
    const auto e = program("run sound --duration 3s --assert 'p50<0.001ms' --assert 'samples>1'");
    // On a host that is too busy to be trusted the code is 3, and says so.
    const bool isTrusted = e.text.find("not trusted") == std::string::npos;
    EXPECT_EQ(e.code, isTrusted ? 1 : 3) << e.text;
    EXPECT_THAT(e.text, AllOf(HasSubstr("failed --assert 'p50<0.001ms'"),
                              HasSubstr("held   --assert 'samples>1'")));
}

TEST(BadSurroundings, AFullDiskIsTheReasonOfTheFailureAndLeavesNothing) {
    // A folder that cannot be written is the same to us as one on a full disk.
    const auto e = program("run sound --duration 2s", "TMPDIR=/proc/nowhere");
    EXPECT_EQ(e.code, 3) << e.text;
    EXPECT_THAT(e.text, HasSubstr("could not be made"));
}

TEST(BadSurroundings, AResultFileThatCannotBeWrittenIsToldBeforeTheRun) {
    const auto e =
        program("run sound --duration 20s --json /proc/nowhere/run.json --csv /proc/x/y.csv");
    EXPECT_EQ(e.code, 3);
    EXPECT_THAT(e.text, AllOf(HasSubstr("/proc/nowhere/run.json: cannot be written: No such file"),
                              HasSubstr("/proc/x/y.csv: cannot be written")));
    EXPECT_THAT(e.text, testing::Not(HasSubstr("starting the nodes")));
}

TEST(BadSurroundings, ACacheFolderThatCannotBeWrittenIsTheReasonOfTheFailure) {
    const auto e = program("run sound --duration 2s", "XDG_CACHE_HOME=/proc/nowhere");
    EXPECT_EQ(e.code, 3) << e.text;
    EXPECT_THAT(e.text, AllOf(HasSubstr("could not be made"), HasSubstr("/proc/nowhere")));
}

TEST(BadSurroundings, AProgramThatIsMissingIsNamed) {
    const fs::path folder =
        fs::path(TENFOLD_BIN_DIR).parent_path() / ("no-server-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    // Under another name in the same file system: /proc/self/exe must not lead back.
    fs::create_hard_link(TENFOLD_BIN_DIR "/tenfold-cli", folder / "tenfold-cli");
    const auto without = run(folder / "tenfold-cli", "run sound --duration 2s");
    EXPECT_EQ(without.code, 3) << without.text;
    EXPECT_THAT(without.text, HasSubstr("tenfold-server could not be started: No such file"));
    fs::create_hard_link(TENFOLD_BIN_DIR "/tenfold-server", folder / "tenfold-server");
    const auto half = run(folder / "tenfold-cli", "run sound --duration 2s");
    EXPECT_EQ(half.code, 3) << half.text;
    EXPECT_THAT(half.text, HasSubstr("tenfold-load"));
    fs::remove_all(folder);
}

TEST(BadSurroundings, AnOldOrBrokenDatasetIsMadeAgain) {
    const Folder folder("old-dataset");
    fs::create_directories(folder.path / "tenfold");
    // Whatever its number of today: every name that a dataset may have holds something else.
    program("run sound --duration 1s", "XDG_CACHE_HOME=" + folder.path.string());
    int broken = 0;
    for (const auto& entry : fs::directory_iterator(folder.path / "tenfold")) {
        std::ofstream(entry.path(), std::ios::trunc) << "this is no database";
        ++broken;
    }
    ASSERT_EQ(broken, 1);
    const auto e = program("run sound --duration 2s", "XDG_CACHE_HOME=" + folder.path.string());
    EXPECT_THAT(e.text, HasSubstr("asked for / answered"));
}

TEST(BadSurroundings, CtrlCEndsARunCleanlyWhenItStartsAndWhenItRuns) {
    for (const char* moment : {"starting the nodes", "3 of 30 s"}) {
        const Folder folder("interrupted");
        const std::string told = folder.path.string() + ".told";
        const auto text = test::shell(
            "TMPDIR=" + folder.path.string() +
            " " TENFOLD_BIN_DIR "/tenfold-cli run sound --json " +
            (folder.path / "run.json").string() + " 2>" + told +
            " & p=$!; for i in $(seq 600); do grep -q '" + moment + "' " + told +
            " && break; sleep 0.1; done; kill -INT $p; wait $p; echo code $?; cat " + told);
        fs::remove(told);
        EXPECT_THAT(text, AllOf(HasSubstr("code 3\n"), HasSubstr("it was interrupted"))) << moment;
        EXPECT_TRUE(fs::is_empty(folder.path)) << "no copies, no half result: " << moment;
    }
}

TEST(BadSurroundings, TheRunsCopiesAreRemovedWithIt) {
    const Folder folder("alone");
    const auto e = program("run sound --duration 2s", "TMPDIR=" + folder.path.string());
    EXPECT_TRUE(fs::is_empty(folder.path));
    // Where nobody looks at a bar there are plain lines.
    EXPECT_THAT(e.text, AllOf(HasSubstr("starting the nodes\n"), HasSubstr("2 of 2 s"),
                              testing::Not(HasSubstr("\r"))));
}

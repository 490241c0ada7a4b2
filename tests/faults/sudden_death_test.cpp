// SPDX-License-Identifier: GPL-3.0-or-later
// SIGKILL at random moments: nothing of ours outlives its owner, and a run outlives its nodes.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "simulator/mechanisms/catalogue.h"
#include "simulator/random/stream.h"
#include "tests/support/live_system.h"

using namespace tenfold;  // NOLINT: a test
using test::LiveSystem;
using test::shipped;

extern char** environ;

namespace {

/// Processes with this parent, and theirs.
std::set<pid_t> descendants(pid_t root) {
    std::set<pid_t> found{root};
    for (bool isMore = true; isMore;) {
        isMore = false;
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
            const std::string name = entry.path().filename();
            if (name.find_first_not_of("0123456789") != std::string::npos) continue;
            std::ifstream stat(entry.path() / "stat");
            std::string pid, rest;
            stat >> pid;
            std::getline(stat, rest);
            const auto close = rest.rfind(')');
            if (close == std::string::npos) continue;
            char state = 0;
            pid_t parent = 0;
            std::istringstream(rest.substr(close + 1)) >> state >> parent;
            if (found.count(parent) && found.insert(std::stoi(pid)).second) isMore = true;
        }
    }
    return found;
}

bool isGone(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    if (!std::getline(stat, text)) return true;
    const auto close = text.rfind(')');
    return close != std::string::npos && text.substr(close + 2, 1) == "Z";
}

int leftAfterTwoSeconds(const std::set<pid_t>& pids) {
    int left = 0;
    for (int i = 0; i < 40; ++i) {
        left = 0;
        for (const auto pid : pids) left += !isGone(pid);
        if (left == 0) return 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return left;
}

pid_t spawn(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const auto& w : words) argv.push_back(const_cast<char*>(w.c_str()));
    argv.push_back(nullptr);
    pid_t pid = 0;
    EXPECT_EQ(::posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ), 0);
    return pid;
}

}  // namespace

TEST(SuddenDeath, WhenTheOwnerIsKilledNoProcessIsLeftTwoSecondsLater) {
    random::Stream moments(2026, "kill");
    for (int round = 0; round < 6; ++round) {
        // The command line stands for the app: both own a supervisor in the same way.
        const pid_t owner =
            spawn({TENFOLD_BIN_DIR "/tenfold-cli", "run", "sound", "--duration", "30s"});
        std::this_thread::sleep_for(std::chrono::milliseconds(50 + moments.uniformInt(2500)));
        const auto all = descendants(owner);
        ::kill(owner, SIGKILL);
        ::waitpid(owner, nullptr, 0);
        EXPECT_EQ(leftAfterTwoSeconds(all), 0) << "round " << round;
    }
}

TEST(SuddenDeath, WhenTheSupervisorIsKilledItsNodesEndAndTheEngineSaysSo) {
    random::Stream moments(2027, "kill");
    for (int round = 0; round < 4; ++round) {
        LiveSystem live(shipped("sound"));
        ASSERT_TRUE(live.isUp());
        live.runFor(0.25 + moments.uniform());
        const auto& nodes = live.recorder().topology().nodes;
        std::set<pid_t> pids;
        for (const auto& n : nodes) pids.insert(n.pid);
        std::ifstream stat("/proc/" + std::to_string(nodes.front().pid) + "/stat");
        std::string text;
        std::getline(stat, text);
        char state = 0;
        pid_t supervisor = 0;
        std::istringstream(text.substr(text.rfind(')') + 1)) >> state >> supervisor;
        ::kill(supervisor, SIGKILL);
        EXPECT_EQ(leftAfterTwoSeconds(pids), 0);
        live.recorder().waitFor([&] { return live.recorder().phase() == engine::Phase::failed; },
                                std::chrono::seconds(5));
        EXPECT_EQ(live.recorder().failure(), "the server was killed by signal 9");
    }
}

TEST(SuddenDeath, WhateverNodeIsKilledTheRunGoesOnAndSaysWhatHappened) {
    random::Stream moments(2028, "kill");
    for (const char* id :
         {"api-1", "replica-1", "cache", "pooler", "auth", "gateway", "generator", "primary"}) {
        LiveSystem live(shipped("sound"));
        ASSERT_TRUE(live.isUp());
        live.runFor(0.25 + moments.uniform());
        ::kill(live.node(id).pid, SIGKILL);
        live.runFor(2);
        EXPECT_EQ(live.recorder().phase(), engine::Phase::running) << id;
        bool isTold = false;
        for (const auto& e : live.timeline().events())
            isTold = isTold ||
                     (e.text.find(id) != std::string::npos && e.detail == "killed by signal 9");
        EXPECT_TRUE(isTold) << id;
        EXPECT_FALSE(live.timeline().samples().back().nodes.at(id).alive) << id;
    }
}

TEST(SuddenDeath, WhatAKilledSupervisorLeftIsRemovedByTheNextRun) {
    namespace fs = std::filesystem;
    const fs::path folder =
        fs::temp_directory_path() / ("tenfold-left-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    const auto folders = [&] {
        return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
    };
    ::setenv("TMPDIR", folder.c_str(), 1);
    const pid_t owner = spawn({TENFOLD_BIN_DIR "/tenfold-cli", "run", "sound"});
    for (int i = 0; i < 200 && folders() == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto all = descendants(owner);
    ::kill(owner, SIGKILL);
    ::waitpid(owner, nullptr, 0);
    EXPECT_EQ(leftAfterTwoSeconds(all), 0);
    EXPECT_EQ(folders(), 1);
    test::shell(TENFOLD_BIN_DIR "/tenfold-cli run sound --duration 1s");
    EXPECT_EQ(folders(), 0);
    ::unsetenv("TMPDIR");
    fs::remove_all(folder);
}

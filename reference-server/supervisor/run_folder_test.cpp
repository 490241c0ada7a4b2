// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

using tenfold::supervisor::RunFolder;
namespace fs = std::filesystem;

namespace {
struct Base {
    fs::path path = fs::temp_directory_path() / ("run-folder-test-" + std::to_string(::getpid()));
    Base() { fs::create_directories(path); }
    ~Base() { fs::remove_all(path); }
    long folders() const {
        return std::distance(fs::directory_iterator(path), fs::directory_iterator());
    }
};
}  // namespace

TEST(RunFolder, GoesWithItsRunAndTwoRunsHaveTwo) {
    const Base base;
    {
        const RunFolder one(base.path);
        const RunFolder two(base.path);
        EXPECT_NE(one.path(), two.path());
        EXPECT_TRUE(fs::exists(one.path())) << "a run that goes on is nobody's left-over";
        EXPECT_EQ(base.folders(), 2);
    }
    EXPECT_EQ(base.folders(), 0);
}

TEST(RunFolder, WhatAKilledRunLeftIsRemovedByTheNextEvenIfItsProcessIdIsInUseAgain) {
    const Base base;
    const pid_t child = ::fork();
    if (child == 0) {
        new RunFolder(base.path);
        ::_exit(0);  // as if killed: no destructor runs
    }
    ::waitpid(child, nullptr, 0);
    ASSERT_EQ(base.folders(), 1);
    // Process 1 is always there: the folder looks as if its owner lived.
    const fs::path left = fs::directory_iterator(base.path)->path();
    fs::rename(left, base.path / "tenfold-run-1");
    const RunFolder next(base.path);
    EXPECT_EQ(base.folders(), 1);
    EXPECT_FALSE(fs::exists(base.path / "tenfold-run-1"));
}

TEST(RunFolder, AnOldFolderOfTheSameNumberLeavesNothingInTheNewOne) {
    const Base base;
    const fs::path old = base.path / ("tenfold-run-" + std::to_string(::getpid()));
    fs::create_directories(old);
    std::ofstream(old / "primary.db-wal") << "of another run";
    const RunFolder folder(base.path);
    EXPECT_FALSE(fs::exists(folder.path() / "primary.db-wal"));
}

TEST(RunFolder, SaysWhichFolderCouldNotBeMadeAndWhy) {
    try {
        const RunFolder folder("/proc/nowhere");
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("/proc/nowhere"));
        EXPECT_THAT(e.what(), testing::HasSubstr("No such file or directory"));
    }
}

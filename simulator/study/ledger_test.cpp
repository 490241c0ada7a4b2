// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace tenfold::study {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

LedgerEntry entryOf(double measured, Metric metric = Metric::p99Ms,
                    const std::string& change = "indexes off → on") {
    return {1'700'000'000, "sound at 10k", change, metric, {39, 30, 48}, measured, 1200};
}

class LedgerTest : public testing::Test {
protected:
    LedgerTest() {
        std::string pattern = (fs::temp_directory_path() / "tenfold-ledger-XXXXXX").string();
        m_folder = ::mkdtemp(pattern.data());
        m_file = m_folder / "data" / "ledger.db";
    }
    ~LedgerTest() override {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    /// Runs it in a process of its own, which ends with it.
    template <class F>
    static pid_t inAProcess(F work) {
        const pid_t pid = ::fork();
        if (pid != 0) return pid;
        try {
            work();
        } catch (...) {
            ::_exit(1);
        }
        ::_exit(0);
    }

    fs::path m_folder;
    fs::path m_file;
};

TEST_F(LedgerTest, KeepsWhatWasAddedTheNewestFirst) {
    {
        Ledger ledger(m_file);
        ledger.add(entryOf(40));
        ledger.add(entryOf(55, Metric::p50Ms, ""));
    }
    const Ledger ledger(m_file);
    const auto all = ledger.entries();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].metric, Metric::p50Ms);
    EXPECT_EQ(all[0].change, "");
    EXPECT_FALSE(all[0].isRight());
    EXPECT_EQ(all[1].atUnixS, 1'700'000'000);
    EXPECT_EQ(all[1].scenario, "sound at 10k");
    EXPECT_EQ(all[1].change, "indexes off → on");
    EXPECT_EQ(all[1].predicted.value, 39);
    EXPECT_EQ(all[1].predicted.low, 30);
    EXPECT_EQ(all[1].predicted.high, 48);
    EXPECT_EQ(all[1].measured, 40);
    EXPECT_EQ(all[1].samples, 1200u);
    EXPECT_TRUE(all[1].isRight());
    EXPECT_EQ(ledger.entries(1).size(), 1u);
}

TEST_F(LedgerTest, TheScoreCountsFlipsNotFigures) {
    Ledger ledger(m_file);
    EXPECT_EQ(ledger.score().words(), "no flip predicted on this machine yet");
    ledger.add(entryOf(30));  // the interval's own end is inside
    EXPECT_EQ(ledger.score().words(), "right within its interval in 1 of 1 flip on this machine");
    ledger.add(entryOf(99, Metric::p50Ms));
    ledger.add(entryOf(99, Metric::p99Ms, ""));
    EXPECT_EQ(ledger.score().total, 1u) << "another figure, and a run without a change";
    EXPECT_EQ(ledger.score(Metric::p50Ms).right, 0u);
    for (int i = 0; i < 10; ++i) ledger.add(entryOf(i == 0 ? 49 : 40));
    EXPECT_EQ(ledger.score().right, 10u);
    EXPECT_EQ(ledger.score().words(),
              "right within its interval in 90 % of 11 flips on this machine");
}

TEST_F(LedgerTest, WhatAKilledWriterWasToldIsKeptIsThere) {
    int told[2];
    ASSERT_EQ(::pipe(told), 0);
    const pid_t writer = inAProcess([&] {
        Ledger ledger(m_file);
        for (char i = 0;; ++i) {
            ledger.add(entryOf(40));
            if (::write(told[1], &i, 1) != 1) return;
        }
    });
    // Killed in the middle of whatever it does after so many.
    constexpr std::size_t kEnough = 200;
    std::size_t known = 0;
    std::array<char, 16> bytes{};
    while (known < kEnough) {
        const auto n = ::read(told[0], bytes.data(), bytes.size());
        ASSERT_GT(n, 0);
        known += static_cast<std::size_t>(n);
    }
    ::kill(writer, SIGKILL);
    ::close(told[1]);
    for (ssize_t n = 0; (n = ::read(told[0], bytes.data(), bytes.size())) > 0;)
        known += static_cast<std::size_t>(n);
    ::close(told[0]);
    int status = 0;
    ::waitpid(writer, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    Ledger ledger(m_file);
    const auto kept = ledger.entries(1'000'000).size();
    EXPECT_GE(kept, known);
    EXPECT_LE(kept, known + 1) << "at most the one whose answer was on its way";
    ledger.add(entryOf(40));
    EXPECT_EQ(ledger.entries(1'000'000).size(), kept + 1);
}

TEST_F(LedgerTest, TwoWhoMakeItAndAddAtOnceLoseNothing) {
    constexpr int kEach = 150;
    std::vector<pid_t> writers;
    for (int w = 0; w < 2; ++w)
        writers.push_back(inAProcess([&] {
            Ledger ledger(m_file);
            for (int i = 0; i < kEach; ++i) ledger.add(entryOf(w));
        }));
    for (const auto pid : writers) {
        int status = 0;
        ::waitpid(pid, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    const Ledger ledger(m_file);
    std::array<int, 2> of{};
    for (const auto& e : ledger.entries(1'000'000)) ++of[static_cast<std::size_t>(e.measured)];
    EXPECT_EQ(of[0], kEach);
    EXPECT_EQ(of[1], kEach);
}

TEST_F(LedgerTest, AForeignFileIsNamedAndLeftAsItWas) {
    fs::create_directories(m_file.parent_path());
    std::ofstream(m_file) << "a diary";
    EXPECT_THAT([&] { Ledger ledger(m_file); },
                testing::ThrowsMessage<std::runtime_error>(
                    AllOf(HasSubstr(m_file.string()), HasSubstr("is not a ledger of Tenfold"))));
    std::string text;
    std::getline(std::ifstream(m_file), text);
    EXPECT_EQ(text, "a diary");
}

TEST_F(LedgerTest, StandsInTheUsersDataFolder) {
    ::setenv("TENFOLD_DATA", m_folder.c_str(), 1);
    EXPECT_EQ(Ledger::defaultFile(), m_folder / "ledger.db");
    ::unsetenv("TENFOLD_DATA");
}

}  // namespace
}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>

using nlohmann::json;
using tenfold::supervisor::ChildProcess;
using namespace std::chrono_literals;

namespace {

/// A child that is a shell script: it reads commands and prints what the test wants it to say.
struct Fixture {
    boost::asio::io_context io{1};
    std::vector<json> lines;
    std::shared_ptr<ChildProcess> child;

    explicit Fixture(const std::string& script)
        : child(std::make_shared<ChildProcess>(io, "node", "instance")) {
        child->onLine([this](const json& line) {
            lines.push_back(line);
            if (line.value("sample", 0) < 0) throw std::runtime_error("no such sample");
        });
        child->spawn("/bin/sh", {"-c", script});
    }
    ~Fixture() {
        child->kill(SIGKILL);
        int status = 0;
        ::waitpid(child->pid(), &status, 0);
        child->markDead(status);
        io.poll();
    }
    std::shared_ptr<std::optional<json>> ask(json command, std::string key) {
        auto answer = std::make_shared<std::optional<json>>();
        boost::asio::co_spawn(
            io,
            [](std::shared_ptr<ChildProcess> c, json line, std::string k,
               std::shared_ptr<std::optional<json>> out) -> boost::asio::awaitable<void> {
                *out = co_await c->ask(std::move(line), std::move(k), 2s);
            }(child, std::move(command), std::move(key), answer),
            boost::asio::detached);
        return answer;
    }
    void runUntil(const std::function<bool()>& isEnough) {
        for (int i = 0; i < 500 && !isEnough(); ++i) io.run_for(10ms);
    }
};

}  // namespace

TEST(ChildProcess, ALateAnswerToAnEarlierVersionIsNotTheAnswerToThisOne) {
    Fixture f("read a; echo '{\"prepared\":2}'; echo '{\"prepared\":3,\"detail\":\"x\"}'; read b");
    const json prepare = {{"cmd", "prepare"}, {"version", 3}};
    const auto answer = f.ask(prepare, "prepared");
    f.runUntil([&] { return answer->has_value(); });
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ((**answer)["prepared"], 3);
}

TEST(ChildProcess, AnErrorBelongsToTheCommandItNames) {
    Fixture f(
        "read a; read b; echo '{\"error\":\"no room\",\"cmd\":\"backup\"}'; sleep 0.2; "
        "echo '{\"retired\":2}'; read c");
    const json retire = {{"cmd", "retire"}, {"version", 2}};
    const json backup = {{"cmd", "backup"}};
    const auto retired = f.ask(retire, "retired");
    const auto made = f.ask(backup, "backup");
    f.runUntil([&] { return retired->has_value(); });
    EXPECT_TRUE(retired->has_value());
    EXPECT_FALSE(made->has_value());
    EXPECT_EQ(f.child->lastError(), "no room");
}

TEST(ChildProcess, ItsLastWordsAreReadEvenWhenItsEndIsToldFirst) {
    Fixture f("echo '{\"fatal\":\"no disk\"}'; exit 3");
    int status = 0;
    ASSERT_EQ(::waitpid(f.child->pid(), &status, 0), f.child->pid());
    f.child->markDead(status);
    EXPECT_EQ(f.child->deathReason(), "ended with code 3: no disk");
}

TEST(ChildProcess, LinesThatMakeNoSenseDoNotEndTheRun) {
    Fixture f(
        "echo 'nonsense'; echo '{\"fatal\":7}'; echo '{\"sample\":-1}'; echo '{\"sample\":1}'; "
        "read a");
    f.runUntil([&] { return f.lines.size() == 2; });
    ASSERT_EQ(f.lines.size(), 2u);
    EXPECT_EQ(f.lines.back()["sample"], 1);
}

TEST(ChildProcess, OneThatWasKilledIsNotCountedOnBeforeItsEndIsKnown) {
    Fixture f("read a");
    f.child->kill(SIGKILL);
    EXPECT_TRUE(f.child->isAlive()) << "waitpid has not been asked";
    EXPECT_TRUE(f.child->isKilled());
}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "reference-server/supervisor/real/owner.h"

namespace tenfold::supervisor::real {

/// A program that is not ours, as a child of this process: run as its own user, in its own process
/// group, with a clean environment, writing to a log of its own, and asked by the kernel to end
/// when the thread that started it does. So start it on the main thread.
class ForeignProcess {
public:
    struct Command {
        std::filesystem::path program;
        std::vector<std::string> arguments;
        Owner owner;
        std::filesystem::path folder;  // it runs there; the owner's
        std::filesystem::path log;     // what it says, both streams; made anew
        int deathSignal = 9;           // sent to it when we die
    };
    /// Called on a thread of its own when the program ended before end() was called.
    using OnEnd = std::function<void(const std::string& how)>;

    /// Throws std::runtime_error when it cannot be started.
    explicit ForeignProcess(Command command, OnEnd onEnd = nullptr);
    /// Ends it with SIGKILL if it still runs.
    ~ForeignProcess();
    ForeignProcess(const ForeignProcess&) = delete;
    ForeignProcess& operator=(const ForeignProcess&) = delete;

    pid_t pid() const { return m_pid; }
    bool hasEnded() const { return m_hasEnded; }
    void signal(int number) const;
    /// Waits until it has ended; false when it has not in this time.
    bool waitFor(std::chrono::milliseconds limit) const;
    /// Sends the signal, waits, and sends SIGKILL when that was not enough.
    void end(int signal, std::chrono::milliseconds limit);
    /// "was killed by signal 9", "ended with code 1"; once it has.
    std::string howItEnded() const;
    bool isSuccess() const;
    /// The last lines of its log, for a message.
    std::string lastWords() const;

private:
    void start();
    [[noreturn]] void becomeProgram(int logFd, pid_t parent, char** argv, int failureFd) const;
    void watch();

    Command m_command;
    OnEnd m_onEnd;
    pid_t m_pid = 0;
    int m_status = 0;
    std::atomic<bool> m_hasEnded{false};
    std::atomic<bool> m_isExpectedToEnd{false};
    std::thread m_watcher;
};

/// Runs a program to its end and returns what it said. Throws std::runtime_error with its last
/// words when it fails or takes too long.
std::string runToEnd(ForeignProcess::Command command, std::chrono::milliseconds limit);

}  // namespace tenfold::supervisor::real

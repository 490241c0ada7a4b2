// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace tenfold::engine {

/// A program that was built beside the one that runs.
std::string besideThisProgram(const char* name);

/// The supervisor as a child process, or another of our programs: commands in, lines out.
///
/// One thread spawns it, writes to it, reads from it and waits for its end. It lives as long as the
/// child may, because the child asks the kernel to die with the *thread* that spawned it.
class ServerProcess {
public:
    using OnLine = std::function<void(const nlohmann::json&)>;
    /// Called once, last: empty when the process ended with code 0, else why.
    using OnEnd = std::function<void(const std::string& reason)>;

    /// `arguments` come before "--parent" and the id of this process.
    ServerProcess(std::string program, OnLine onLine, OnEnd onEnd,
                  std::vector<std::string> arguments = {});
    /// Closes the child's input, waits up to two seconds, then kills it.
    ~ServerProcess();

    /// Queues a command; at most 256 wait. Returns false when the queue is full or the child is
    /// gone.
    bool send(const nlohmann::json& line);

private:
    void loop();
    bool spawn(std::string& failure);
    void readLines();
    bool writePending();
    std::string waitForEnd();

    std::string m_program;
    std::vector<std::string> m_arguments;
    OnLine m_onLine;
    OnEnd m_onEnd;
    std::mutex m_mutex;  // of m_commands and m_isClosing
    std::deque<std::string> m_commands;
    bool m_isClosing = false;
    int m_wakeFd = -1;  // eventfd: something was queued
    int m_inputFd = -1;
    int m_outputFd = -1;
    pid_t m_pid = 0;
    std::string m_buffer;
    std::string m_writing;
    std::thread m_thread;
};

}  // namespace tenfold::engine

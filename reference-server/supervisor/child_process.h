// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tenfold::supervisor {

/// One child: its pipes, its pid, what it was asked and has not answered.
/// Everything happens on the supervisor's one thread, which also spawns: PR_SET_PDEATHSIG fires
/// when the spawning *thread* ends, so that thread must be the one that lives as long as the
/// process.
class ChildProcess : public std::enable_shared_from_this<ChildProcess> {
public:
    using OnLine = std::function<void(const nlohmann::json&)>;

    ChildProcess(boost::asio::io_context& io, std::string id, std::string role);
    ~ChildProcess();

    /// Starts the program with its stdin and stdout on pipes. Throws std::system_error.
    void spawn(const std::string& program, const std::vector<std::string>& arguments);
    /// Lines that answer no request (samples, errors) go here.
    void onLine(OnLine handler) { m_onLine = std::move(handler); }

    /// Queues one line for the child's stdin. The queue is bounded: a child that does not read for
    /// so long is killed, because its state can no longer be told.
    void send(const nlohmann::json& line);

    /// Sends a command and waits for its answer: the line that has `key`, with the command's
    /// version where it has one (an answer that comes too late must not pass for the next one's).
    /// Nothing when the child died, answered with an error, or the limit passed.
    boost::asio::awaitable<std::optional<nlohmann::json>> ask(nlohmann::json command,
                                                              std::string key,
                                                              std::chrono::milliseconds limit);

    /// Closes the child's stdin, which asks it to end.
    void closeInput();
    void kill(int signal);
    /// Called by the supervisor when waitpid reports the end; wakes whoever waits for an answer.
    void markDead(int waitStatus);

    const std::string& id() const { return m_id; }
    const std::string& role() const { return m_role; }
    pid_t pid() const { return m_pid; }
    bool isAlive() const { return m_isAlive; }
    /// SIGKILL was sent: it may still be there for a moment, but nobody must count on it.
    bool isKilled() const { return m_isKilled; }
    /// "killed by signal 9", "ended with code 3: <reason>".
    const std::string& deathReason() const { return m_deathReason; }
    const std::string& lastError() const { return m_lastError; }

    // What the supervisor knows about a node that is ready.
    int port = 0;
    int metricsPort = 0;
    bool isExpectedToEnd = false;
    bool isBeingReplaced = false;  // by a rolling deploy that is under way
    bool isHeldDown = false;       // by a fault: it comes back when that ends
    std::string file;              // of a database; of a real component: its folder
    pid_t componentPid = 0;        // of a real component this child looks after
    std::string component;         // "PostgreSQL 15.18"; empty: a node of ours
    int cores = 0;                 // of an instance: the machine it was started on
    int threads = 0;

private:
    struct Waiting {
        std::string command;
        std::string key;
        std::optional<std::uint64_t> version;
        std::optional<nlohmann::json> answer;
        boost::asio::steady_timer wake;
    };
    void readSome();
    void takeLines(std::size_t bytes);
    void readLastWords();
    void writeSome();
    void handleLine(const std::string& text);
    bool answers(const nlohmann::json& line);
    void failWaiting();

    boost::asio::io_context& m_io;
    std::string m_id;
    std::string m_role;
    pid_t m_pid = 0;
    bool m_isAlive = false;
    bool m_isKilled = false;
    std::string m_deathReason;
    std::string m_lastError;
    boost::asio::posix::stream_descriptor m_in;
    boost::asio::posix::stream_descriptor m_out;
    std::string m_readBuffer;
    std::array<char, 65536> m_chunk{};
    std::deque<std::string> m_writes;
    bool m_isWriting = false;
    bool m_closeAfterWrites = false;
    OnLine m_onLine;
    std::list<Waiting*> m_waiting;
};

}  // namespace tenfold::supervisor

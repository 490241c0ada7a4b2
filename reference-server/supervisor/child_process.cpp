// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <system_error>

extern char** environ;

namespace tenfold::supervisor {

namespace asio = boost::asio;
using nlohmann::json;

namespace {
constexpr std::size_t kMaxQueuedLines = 1000;
constexpr std::size_t kMaxLineBytes = 16 << 20;
}  // namespace

ChildProcess::ChildProcess(asio::io_context& io, std::string id, std::string role)
    : m_io(io), m_id(std::move(id)), m_role(std::move(role)), m_in(io), m_out(io) {}

ChildProcess::~ChildProcess() {
    if (m_isAlive) ::kill(m_pid, SIGKILL);
}

void ChildProcess::spawn(const std::string& program, const std::vector<std::string>& arguments) {
    int toChild[2];
    int fromChild[2];
    if (::pipe2(toChild, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    if (::pipe2(fromChild, O_CLOEXEC) != 0) {
        const int error = errno;
        ::close(toChild[0]);
        ::close(toChild[1]);
        throw std::system_error(error, std::generic_category(), "pipe");
    }
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO);
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    const int error =
        ::posix_spawn(&m_pid, program.c_str(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(toChild[0]);
    ::close(fromChild[1]);
    if (error != 0) {
        ::close(toChild[1]);
        ::close(fromChild[0]);
        throw std::system_error(error, std::generic_category(), "cannot start " + program);
    }
    m_isAlive = true;
    ::fcntl(toChild[1], F_SETFL, O_NONBLOCK);
    ::fcntl(fromChild[0], F_SETFL, O_NONBLOCK);
    m_in.assign(toChild[1]);
    m_out.assign(fromChild[0]);
    readSome();
}

void ChildProcess::readSome() {
    m_out.async_read_some(asio::buffer(m_chunk),
                          [self = shared_from_this()](boost::system::error_code e, std::size_t n) {
                              if (e) return;  // the end of the process is told by waitpid
                              self->takeLines(n);
                              if (self->m_readBuffer.size() > kMaxLineBytes) {
                                  self->kill(SIGKILL);
                                  return;
                              }
                              self->readSome();
                          });
}

void ChildProcess::takeLines(std::size_t bytes) {
    m_readBuffer.append(m_chunk.data(), bytes);
    std::size_t begin = 0;
    for (auto end = m_readBuffer.find('\n'); end != std::string::npos;
         end = m_readBuffer.find('\n', begin)) {
        handleLine(m_readBuffer.substr(begin, end - begin));
        begin = end + 1;
    }
    m_readBuffer.erase(0, begin);
}

void ChildProcess::readLastWords() {
    // The pipe does not block, and nobody writes to it any more.
    ssize_t n = 0;
    while (m_readBuffer.size() < kMaxLineBytes &&
           (n = ::read(m_out.native_handle(), m_chunk.data(), m_chunk.size())) > 0)
        takeLines(static_cast<std::size_t>(n));
}

void ChildProcess::handleLine(const std::string& text) {
    const json line = json::parse(text, nullptr, false);
    if (line.is_discarded() || !line.is_object()) return;
    try {
        if (!answers(line) && m_onLine) m_onLine(line);
    } catch (const std::exception& e) {
        // One line that makes no sense is no reason to lose the run.
        m_lastError = std::string("said something that could not be read: ") + e.what();
    }
}

bool ChildProcess::answers(const json& line) {
    const auto words = [](const json& v) {
        return v.is_string() ? v.get<std::string>() : v.dump();
    };
    if (line.contains("fatal")) {
        m_lastError = words(line["fatal"]);
        failWaiting();
        return true;
    }
    const bool isError = line.contains("error");
    if (isError) m_lastError = words(line["error"]);
    const std::string command = isError ? line.value("cmd", "") : "";
    for (auto* w : m_waiting) {
        if (w->answer) continue;
        if (isError) {
            if (!command.empty() && command != w->command) continue;
        } else {
            const auto it = line.find(w->key);
            if (it == line.end()) continue;
            if (w->version && it->is_number() && it->get<std::uint64_t>() != *w->version) continue;
            w->answer = line;
        }
        w->wake.cancel();
        return true;
    }
    return isError;
}

void ChildProcess::send(const json& line) {
    if (!m_isAlive) return;
    if (m_writes.size() >= kMaxQueuedLines) {
        m_lastError = "did not read its commands";
        kill(SIGKILL);
        return;
    }
    m_writes.push_back(line.dump() + "\n");
    if (!m_isWriting) writeSome();
}

void ChildProcess::writeSome() {
    if (m_writes.empty()) {
        if (m_closeAfterWrites && m_in.is_open()) m_in.close();
        return;
    }
    m_isWriting = true;
    asio::async_write(m_in, asio::buffer(m_writes.front()),
                      [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                          self->m_isWriting = false;
                          if (e) return;
                          self->m_writes.pop_front();
                          self->writeSome();
                      });
}

asio::awaitable<std::optional<json>> ChildProcess::ask(json command, std::string key,
                                                       std::chrono::milliseconds limit) {
    if (!m_isAlive) co_return std::nullopt;
    const auto self = shared_from_this();
    m_lastError.clear();
    std::optional<std::uint64_t> version;
    if (command.contains("version")) version = command["version"].get<std::uint64_t>();
    Waiting waiting{command.value("cmd", ""), std::move(key), version, std::nullopt,
                    asio::steady_timer(m_io, limit)};
    m_waiting.push_back(&waiting);
    send(command);
    boost::system::error_code ignored;
    co_await waiting.wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    m_waiting.remove(&waiting);
    co_return waiting.answer;
}

void ChildProcess::closeInput() {
    m_closeAfterWrites = true;
    if (!m_isWriting) writeSome();
}

void ChildProcess::kill(int signal) {
    if (!m_isAlive) return;
    ::kill(m_pid, signal);
    m_isKilled = m_isKilled || signal == SIGKILL;
}

void ChildProcess::markDead(int status) {
    if (!m_isAlive) return;
    m_isAlive = false;
    // Its end may be told before its last words are read.
    readLastWords();
    if (WIFSIGNALED(status)) {
        m_deathReason = fmt::format("killed by signal {}", WTERMSIG(status));
    } else {
        m_deathReason = fmt::format("ended with code {}", WEXITSTATUS(status));
        if (!m_lastError.empty()) m_deathReason += ": " + m_lastError;
    }
    boost::system::error_code ignored;
    m_in.close(ignored);
    failWaiting();
}

void ChildProcess::failWaiting() {
    for (auto* w : m_waiting) w->wake.cancel();
}

}  // namespace tenfold::supervisor

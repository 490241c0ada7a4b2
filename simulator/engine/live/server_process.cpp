// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/engine/live/server_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "simulator/measure/clock.h"

extern char** environ;

namespace tenfold::engine {

namespace {
constexpr std::size_t kMaxCommands = 256;
constexpr std::int64_t kEndLimitNs = 2'000'000'000;
// One line is a sample of some ten kilobytes; what never ends is no line.
constexpr std::size_t kMaxLineBytes = 64 << 20;

void closeFd(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
}
}  // namespace

std::string besideThisProgram(const char* name) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return self.parent_path() / name;
}

ServerProcess::ServerProcess(std::string program, OnLine onLine, OnEnd onEnd,
                             std::vector<std::string> arguments)
    : m_program(std::move(program)),
      m_arguments(std::move(arguments)),
      m_onLine(std::move(onLine)),
      m_onEnd(std::move(onEnd)) {
    m_wakeFd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m_thread = std::thread([this] { loop(); });
}

ServerProcess::~ServerProcess() {
    {
        std::lock_guard lock(m_mutex);
        m_isClosing = true;
    }
    ::eventfd_write(m_wakeFd, 1);
    m_thread.join();
    closeFd(m_wakeFd);
}

bool ServerProcess::send(const nlohmann::json& line) {
    {
        std::lock_guard lock(m_mutex);
        if (m_isClosing || m_commands.size() >= kMaxCommands) return false;
        m_commands.push_back(line.dump() + "\n");
    }
    ::eventfd_write(m_wakeFd, 1);
    return true;
}

bool ServerProcess::spawn(std::string& failure) {
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
        failure = fmt::format("no pipe for the server: {}", std::strerror(errno));
        closeFd(in[0]);
        closeFd(in[1]);
        return false;
    }
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<std::string> words{m_program};
    words.insert(words.end(), m_arguments.begin(), m_arguments.end());
    words.insert(words.end(), {"--parent", std::to_string(::getpid())});
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int error =
        ::posix_spawn(&m_pid, m_program.c_str(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    m_inputFd = in[1];
    m_outputFd = out[0];
    if (error != 0) {
        m_pid = 0;
        failure = fmt::format("{} could not be started: {}", m_program, std::strerror(error));
        closeFd(m_inputFd);
        closeFd(m_outputFd);
        return false;
    }
    ::fcntl(m_inputFd, F_SETFL, O_NONBLOCK);
    ::fcntl(m_outputFd, F_SETFL, O_NONBLOCK);
    return true;
}

void ServerProcess::readLines() {
    char chunk[65536];
    while (true) {
        const ssize_t n = ::read(m_outputFd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            closeFd(m_outputFd);
            return;
        }
        m_buffer.append(chunk, static_cast<std::size_t>(n));
        std::size_t begin = 0;
        for (auto end = m_buffer.find('\n'); end != std::string::npos;
             end = m_buffer.find('\n', begin)) {
            const auto line =
                nlohmann::json::parse(m_buffer.begin() + static_cast<long>(begin),
                                      m_buffer.begin() + static_cast<long>(end), nullptr, false);
            if (line.is_object()) m_onLine(line);
            begin = end + 1;
        }
        m_buffer.erase(0, begin);
        if (m_buffer.size() > kMaxLineBytes) {
            closeFd(m_outputFd);
            return;
        }
    }
}

bool ServerProcess::writePending() {
    while (true) {
        if (m_writing.empty()) {
            std::lock_guard lock(m_mutex);
            if (m_commands.empty()) return false;
            m_writing = std::move(m_commands.front());
            m_commands.pop_front();
        }
        const ssize_t n = ::write(m_inputFd, m_writing.data(), m_writing.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return true;
        if (n < 0) {
            closeFd(m_inputFd);
            return false;
        }
        m_writing.erase(0, static_cast<std::size_t>(n));
    }
}

std::string ServerProcess::waitForEnd() {
    closeFd(m_inputFd);
    const std::int64_t limit = measure::monotonicNow() + kEndLimitNs;
    int status = 0;
    while (::waitpid(m_pid, &status, WNOHANG) == 0) {
        if (measure::monotonicNow() > limit) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, &status, 0);
            break;
        }
        if (m_outputFd >= 0) {
            pollfd p{m_outputFd, POLLIN, 0};
            if (::poll(&p, 1, 10) > 0) readLines();
        } else {
            ::poll(nullptr, 0, 10);
        }
    }
    if (m_outputFd >= 0) readLines();
    closeFd(m_outputFd);
    if (WIFSIGNALED(status))
        return fmt::format("the server was killed by signal {}", WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return fmt::format("the server ended with code {}", WEXITSTATUS(status));
    return "";
}

void ServerProcess::loop() {
    // A write to a child that has died must be an error, not the end of this process.
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

    std::string failure;
    if (!spawn(failure)) {
        {
            std::lock_guard lock(m_mutex);
            m_isClosing = true;
        }
        m_onEnd(failure);
        return;
    }
    bool isClosing = false;
    std::int64_t closeBy = 0;
    while (m_outputFd >= 0) {
        const bool wantsToWrite = m_inputFd >= 0 && writePending();
        {
            std::lock_guard lock(m_mutex);
            isClosing = m_isClosing;
            if (isClosing && m_commands.empty() && !wantsToWrite) break;
        }
        // A child that does not read what is left must not hold up whoever wants to end it.
        const auto now = measure::monotonicNow();
        if (isClosing && closeBy == 0) closeBy = now + kEndLimitNs;
        if (isClosing && now > closeBy) break;
        pollfd fds[3] = {{m_outputFd, POLLIN, 0}, {m_wakeFd, POLLIN, 0}, {m_inputFd, POLLOUT, 0}};
        ::poll(fds, wantsToWrite ? 3 : 2, isClosing ? 50 : -1);
        if (fds[1].revents) {
            eventfd_t ignored = 0;
            ::eventfd_read(m_wakeFd, &ignored);
        }
        if (fds[0].revents) readLines();
    }
    const std::string reason = waitForEnd();
    {
        std::lock_guard lock(m_mutex);
        m_isClosing = true;  // from here on send() says that nobody is there
    }
    m_onEnd(reason);
}

}  // namespace tenfold::engine

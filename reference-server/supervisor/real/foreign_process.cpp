// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/foreign_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace tenfold::supervisor::real {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kLastWordsBytes = 600;

// Nothing of ours: PGHOST and its like would send a program elsewhere.
char* g_environment[] = {const_cast<char*>("PATH=/usr/local/bin:/usr/bin:/bin"),
                         const_cast<char*>("LC_ALL=C"), nullptr};

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

ForeignProcess::ForeignProcess(Command command, OnEnd onEnd)
    : m_command(std::move(command)), m_onEnd(std::move(onEnd)) {
    start();
    m_watcher = std::thread([this] { watch(); });
}

ForeignProcess::~ForeignProcess() {
    m_isExpectedToEnd = true;
    signal(SIGKILL);
    if (m_watcher.joinable()) m_watcher.join();
}

void ForeignProcess::becomeProgram(int logFd, pid_t parent, char** argv, int failureFd) const {
    // Between fork and exec: only what is safe in a signal handler.
    const Owner& owner = m_command.owner;
    bool isGood = ::setpgid(0, 0) == 0;  // Ctrl-C is for our owner, who tells us
    isGood = isGood && ::chdir(m_command.folder.c_str()) == 0;
    if (owner.isOther)
        isGood = isGood && ::setgroups(1, &owner.gid) == 0 && ::setgid(owner.gid) == 0 &&
                 ::setuid(owner.uid) == 0;
    // After the user: a change of it takes the wish back.
    isGood = isGood && ::prctl(PR_SET_PDEATHSIG, m_command.deathSignal) == 0;
    if (::getppid() != parent) ::_exit(127);
    const int nothing = ::open("/dev/null", O_RDONLY);
    isGood = isGood && nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
             ::dup2(logFd, STDOUT_FILENO) >= 0 && ::dup2(logFd, STDERR_FILENO) >= 0;
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    // What we ignore it would ignore too.
    for (const int number : {SIGINT, SIGPIPE, SIGTERM, SIGQUIT, SIGCHLD, SIGHUP})
        ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (isGood) ::execve(argv[0], argv, g_environment);
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(failureFd, &error, sizeof error);
    ::_exit(127);
}

void ForeignProcess::start() {
    const auto fail = [this](const std::string& why) {
        throw std::runtime_error(m_command.program.string() + " could not be started: " + why);
    };
    const int log =
        ::open(m_command.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    int failure[2];
    if (log < 0 || ::pipe2(failure, O_CLOEXEC) != 0) {
        const int error = errno;
        if (log >= 0) ::close(log);
        fail(m_command.log.string() + ": " + std::generic_category().message(error));
    }
    std::string program = m_command.program;
    std::vector<char*> argv{program.data()};
    for (auto& a : m_command.arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    const pid_t self = ::getpid();
    m_pid = ::fork();
    if (m_pid == 0) becomeProgram(log, self, argv.data(), failure[1]);
    const int forkError = errno;
    ::close(log);
    ::close(failure[1]);
    int error = 0;
    ssize_t n = 0;
    if (m_pid > 0) {
        do n = ::read(failure[0], &error, sizeof error);  // ends at exec
        while (n < 0 && errno == EINTR);
    }
    ::close(failure[0]);
    if (m_pid < 0) fail(std::generic_category().message(forkError));
    if (n <= 0) return;
    ::waitpid(m_pid, nullptr, 0);
    fail(std::generic_category().message(error));
}

void ForeignProcess::watch() {
    // Not reaped before it is marked: a number that is free may be somebody else's.
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    m_hasEnded = true;
    ::waitpid(m_pid, &m_status, 0);
    m_status = info.si_code == CLD_EXITED ? W_EXITCODE(info.si_status, 0) : info.si_status;
    if (m_onEnd && !m_isExpectedToEnd) m_onEnd(howItEnded());
}

void ForeignProcess::signal(int number) const {
    if (!m_hasEnded) ::kill(m_pid, number);
}

bool ForeignProcess::waitFor(std::chrono::milliseconds limit) const {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!m_hasEnded) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

void ForeignProcess::end(int number, std::chrono::milliseconds limit) {
    m_isExpectedToEnd = true;
    signal(number);
    if (!waitFor(limit)) signal(SIGKILL);
    if (m_watcher.joinable()) m_watcher.join();
}

std::string ForeignProcess::howItEnded() const {
    return WIFSIGNALED(m_status) ? fmt::format("was killed by signal {}", WTERMSIG(m_status))
                                 : fmt::format("ended with code {}", WEXITSTATUS(m_status));
}

bool ForeignProcess::isSuccess() const {
    return m_hasEnded && WIFEXITED(m_status) && WEXITSTATUS(m_status) == 0;
}

std::string ForeignProcess::lastWords() const {
    std::string text = contentOf(m_command.log);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    if (text.size() <= kLastWordsBytes) return text;
    text.erase(0, text.size() - kLastWordsBytes);
    return text.substr(text.find('\n') + 1);
}

std::string runToEnd(ForeignProcess::Command command, std::chrono::milliseconds limit) {
    const auto name = command.program.filename().string();
    const auto log = command.log;
    ForeignProcess process(std::move(command));
    const bool isDone = process.waitFor(limit);
    process.end(SIGKILL, 1s);
    if (isDone && process.isSuccess()) return contentOf(log);
    throw std::runtime_error(fmt::format(
        "{} {}: {}", name, isDone ? process.howItEnded() : "took too long", process.lastWords()));
}

}  // namespace tenfold::supervisor::real

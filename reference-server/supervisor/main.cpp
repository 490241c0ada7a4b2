// SPDX-License-Identifier: GPL-3.0-or-later
// tenfold-server: the supervisor, or with --role one of its nodes.
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/streambuf.hpp>
#include <cerrno>

#include "reference-server/nodes/auth/auth.h"
#include "reference-server/nodes/cache/cache.h"
#include "reference-server/nodes/database/database.h"
#include "reference-server/nodes/edge/edge.h"
#include "reference-server/nodes/gateway/gateway.h"
#include "reference-server/nodes/instance/instance.h"
#include "reference-server/nodes/pooler/pooler.h"
#include "reference-server/nodes/sink/sink.h"
#include "reference-server/nodes/worker/worker.h"
#include "reference-server/profiler/profiler.h"
#include "reference-server/supervisor/real/real.h"
#include "reference-server/supervisor/session.h"

namespace {

using nlohmann::json;
using namespace tenfold;  // NOLINT: the program's own main

int runNode(const std::string& role, int parent) {
    nodes::ControlChannel control(parent);
    try {
        const json start = control.readStart();
        if (start.contains("real")) return supervisor::real::runReal(control, start);
        if (role == "database" || role == "replica") return nodes::runDatabase(control, start);
        if (role == "instance") return nodes::runInstance(control, start);
        if (role == "gateway") return nodes::runGateway(control, start);
        if (role == "edge") return nodes::runEdge(control, start);
        if (role == "pooler") return nodes::runPooler(control, start);
        if (role == "cache") return nodes::runCache(control, start);
        if (role == "auth") return nodes::runAuth(control, start);
        if (role == "sink") return nodes::runSink(control, start);
        if (role == "worker") return nodes::runWorker(control, start);
        if (role == "profiler") return profiler::runProfiler(control, start);
        control.emit({{"fatal", "unknown role: " + role}});
    } catch (const std::exception& e) {
        control.emit({{"fatal", e.what()}});
    }
    return 3;
}

/// Many sockets: the soft limit goes up to the hard one.
void raiseFileLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

int runSupervisor(int parent) {
    namespace asio = boost::asio;
    if (parent > 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) return 3;
    }
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGINT, SIG_IGN);
    asio::io_context io{1};
    supervisor::Session session(io, [](const json& line) {
        const std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
        std::size_t done = 0;
        while (done < text.size()) {
            const ssize_t n = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
            if (n < 0 && errno == EINTR) continue;  // a child has ended: half a line is no line
            if (n <= 0) return;
            done += static_cast<std::size_t>(n);
        }
    });

    asio::signal_set children(io, SIGCHLD);
    std::function<void()> waitForChildren = [&] {
        children.async_wait([&](boost::system::error_code e, int) {
            if (e) return;
            int status = 0;
            for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0;
                 pid = ::waitpid(-1, &status, WNOHANG))
                session.childEnded(pid, status);
            waitForChildren();
        });
    };
    waitForChildren();
    asio::signal_set terminate(io, SIGTERM);
    terminate.async_wait([&](boost::system::error_code e, int) {
        if (!e) session.inputEnded();
    });

    asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
    asio::streambuf buffer(1 << 20);
    std::function<void()> readCommand = [&] {
        asio::async_read_until(
            input, buffer, '\n', [&](boost::system::error_code e, std::size_t n) {
                if (e) {
                    session.inputEnded();
                    return;
                }
                const std::string line(asio::buffers_begin(buffer.data()),
                                       asio::buffers_begin(buffer.data()) + static_cast<long>(n));
                buffer.consume(n);
                const json command = json::parse(line, nullptr, false);
                if (command.is_object()) session.command(command);
                readCommand();
            });
    };
    readCommand();
    io.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Tenfold's reference server. Without a role: the supervisor of one run, which takes "
        "commands as JSON lines on stdin."};
    std::string role;
    int parent = 0;
    app.add_option("--role", role,
                   "database, replica, instance, gateway, edge, pooler, cache, auth, sink, worker "
                   "or profiler");
    app.add_option("--parent", parent, "process id that must be the parent");
    CLI11_PARSE(app, argc, argv);
    raiseFileLimit();
    return role.empty() ? runSupervisor(parent) : runNode(role, parent);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// tenfold-load: an open-loop HTTP load, against this computer only.
#include <sys/resource.h>

#include <CLI/CLI.hpp>

#include "reference-server/loadgen/run.h"

int main(int argc, char** argv) {
    using namespace tenfold::loadgen;  // NOLINT: the program's own main
    CLI::App app{
        "An open-loop load: Poisson arrivals, latency from the intended send time. Loopback "
        "targets only."};
    int parent = -1;
    bool isProbe = false;
    StandaloneFlags flags;
    std::string duration = "10s";
    app.add_option("--control", parent, "run under the supervisor with this process id");
    app.add_flag("--probe", isProbe, "measure single requests, as lines on stdin ask for");
    app.add_option("--parent", parent, "the process that must be the parent")->needs("--probe");
    app.add_option("--target", flags.target, "http://127.0.0.1:PORT/PATH");
    app.add_option("--rate", flags.rateHz, "requests a second")->check(CLI::PositiveNumber);
    app.add_option("--duration", duration, "10s");
    app.add_option("--connections", flags.connections)->check(CLI::Range(1, 20'000));
    app.add_option("--threads", flags.threads)->check(CLI::Range(1, 64));
    app.add_option("--seed", flags.seed);
    app.add_flag("--closed", flags.isClosed,
                 "back to back on each connection, for the highest rate");
    app.add_flag("--json", flags.isJson);
    try {
        app.parse(argc, argv);
        if (!duration.empty() && duration.back() == 's') duration.pop_back();
        flags.durationS = std::stod(duration);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    } catch (const std::exception&) {
        std::cerr << "--duration: found \"" << duration << "\"; allowed: 10s\n";
        return 2;
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (isProbe) return runProbe(parent);
    if (parent >= 0) return runControlled(parent);
    if (flags.target.empty()) {
        std::cerr << "--target is missing: http://127.0.0.1:PORT/PATH\n";
        return 2;
    }
    return runStandalone(flags);
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/prctl.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "reference-server/loadgen/generator.h"
#include "reference-server/loadgen/loopback.h"
#include "reference-server/loadgen/run.h"

namespace tenfold::loadgen {

namespace asio = boost::asio;
using measure::monotonicNow;
using measure::Nanos;
using measure::Outcome;

namespace {

struct Summary {
    measure::ClientCounts counts;
    measure::Histogram lag;
};

/// Back to back on each connection: as fast as the server answers. A closed loop, good for one
/// thing, the highest rate; its latencies say nothing about people.
void closedLoop(const Target& target, const std::string& request, int connections, Nanos until,
                Summary& out) {
    asio::io_context io{1};
    std::function<void(std::shared_ptr<Connection>)> next = [&](std::shared_ptr<Connection> c) {
        const Nanos sentAt = monotonicNow();
        if (sentAt >= until) return;
        ++out.counts.offered;
        ++out.counts.sent;
        c->exchange(request, [&, c, sentAt](Connection::End end) {
            const double ms = static_cast<double>(monotonicNow() - sentAt) / 1e6;
            if (end == Connection::End::answered) {
                ++out.counts.of(c->response().status() < 400 ? Outcome::ok : Outcome::serverError);
                out.counts.response.recordMs(ms);
                out.counts.bytes += c->response().bytes();
            } else {
                ++out.counts.of(Outcome::refused);
            }
            if (c->isReusable()) {
                next(c);
                return;
            }
            const auto fresh = std::make_shared<Connection>(io);
            fresh->connect({}, target.endpoint, [&, fresh](bool isOpen) {
                if (isOpen) next(fresh);
            });
        });
    };
    for (int i = 0; i < connections; ++i) {
        const auto c = std::make_shared<Connection>(io);
        c->connect({}, target.endpoint, [&, c](bool isOpen) {
            if (isOpen) next(c);
        });
    }
    io.run_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until + 2'000'000'000)));
}

void openLoop(const Target& target, const std::string& request, const StandaloneFlags& flags,
              int thread, Nanos until, Summary& out) {
    ::prctl(PR_SET_TIMERSLACK, 1000);
    asio::io_context io{1};
    const measure::SlotClock clock{monotonicNow()};
    ResultBook book(clock);
    Generator::Settings s;
    s.target = target.endpoint;
    s.host = target.host;
    s.seed = flags.seed + static_cast<std::uint64_t>(thread);
    s.addresses = 1;
    s.maxConnections = flags.connections;
    s.fixedRequest = request;
    Generator generator(io, s, book);
    generator.setRate(flags.rateHz / flags.threads, 0);
    io.run_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until)));
    bool isDrained = false;
    generator.drain([&] { isDrained = true; });
    while (!isDrained && io.run_one_for(std::chrono::seconds(6)) > 0) {
    }
    const auto sample = book.take(INT64_MAX / 2);
    out.counts.merge(sample.total().users);
    out.lag.merge(sample.generatorLag);
}

}  // namespace

int runStandalone(const StandaloneFlags& flags) {
    Target target;
    try {
        target = loopbackTarget(flags.target);
    } catch (const std::invalid_argument& e) {
        fmt::print(stderr, "--target {}\n", e.what());
        return 2;
    }
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", target.path, target.host);
    std::vector<Summary> parts(static_cast<std::size_t>(flags.threads));
    const Nanos start = monotonicNow();
    const Nanos until = start + static_cast<Nanos>(flags.durationS * 1e9);
    std::vector<std::thread> threads;
    for (int i = 0; i < flags.threads; ++i)
        threads.emplace_back([&, i] {
            auto& part = parts[static_cast<std::size_t>(i)];
            if (flags.isClosed) {
                closedLoop(target, request, flags.connections / flags.threads, until, part);
            } else {
                openLoop(target, request, flags, i, until, part);
            }
        });
    for (auto& t : threads) t.join();
    Summary all;
    for (const auto& p : parts) {
        all.counts.merge(p.counts);
        all.lag.merge(p.lag);
    }
    const double rate = static_cast<double>(all.counts.of(Outcome::ok)) / flags.durationS;
    const auto ms = [](const measure::Histogram& h, double p) { return h.percentileMs(p).value_or(0); };
    const auto& r = all.counts.response;
    if (flags.isJson) {
        nlohmann::json j = {{"loop", flags.isClosed ? "closed" : "open"},
                            {"offered", all.counts.offered},
                            {"ended", all.counts.ended()},
                            {"ok_per_s", rate},
                            {"failed", all.counts.failed()},
                            {"p50_ms", ms(r, 0.5)},
                            {"p99_ms", ms(r, 0.99)},
                            {"lag_p50_ms", ms(all.lag, 0.5)},
                            {"lag_p99_ms", ms(all.lag, 0.99)}};
        fmt::print("{}\n", j.dump());
    } else {
        fmt::print("{} loop, {:.1f} answered a second, {} offered, {} failed\n"
                   "response p50 {:.3f} ms, p99 {:.3f} ms; own lag p50 {:.3f} ms, p99 {:.3f} ms\n",
                   flags.isClosed ? "closed" : "open", rate, all.counts.offered, all.counts.failed(),
                   ms(r, 0.5), ms(r, 0.99), ms(all.lag, 0.5), ms(all.lag, 0.99));
    }
    return 0;
}

}  // namespace tenfold::loadgen

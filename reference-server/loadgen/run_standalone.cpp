// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

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

constexpr rlim_t kOtherDescriptors = 50;

struct Summary {
    measure::ClientCounts counts;
    measure::Histogram lag;
    std::uint64_t okInTime =
        0;  // before the end of the run: what came while draining is no throughput

    void merge(const Summary& other) {
        counts.merge(other.counts);
        lag.merge(other.lag);
        okInTime += other.okInTime;
    }
};

/// The n-th of so many parts that differ by one at most.
int partOf(int whole, int parts, int n) {
    return whole / parts + (n < whole % parts ? 1 : 0);
}

/// Reports and samples speak of descriptors before the run, not of failed connects after it.
void warnAboutDescriptors(int connections) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const auto wanted = static_cast<rlim_t>(connections) + kOtherDescriptors;
    if (limit.rlim_cur < wanted)
        fmt::print(stderr, "ulimit -n is {}: fewer than {} connections can be open\n",
                   limit.rlim_cur, connections);
}

/// Back to back on each connection: as fast as the server answers. A closed loop, good for one
/// thing, the highest rate; its latencies say nothing about people.
void closedLoop(const Target& target, const std::string& request, int connections, Nanos until,
                Summary& out) {
    asio::io_context io{1};
    std::function<void()> open;
    std::function<void(std::shared_ptr<Connection>)> next = [&](std::shared_ptr<Connection> c) {
        const Nanos sentAt = monotonicNow();
        if (sentAt >= until) return;
        ++out.counts.offered;
        ++out.counts.sent;
        c->exchange(request, [&, sentAt](const auto& used, Connection::End end) {
            const Nanos now = monotonicNow();
            const double ms = static_cast<double>(now - sentAt) / 1e6;
            if (end == Connection::End::answered) {
                const auto outcome = outcomeOf(used->response().status());
                ++out.counts.of(outcome);
                if (outcome == Outcome::ok && now <= until) ++out.okInTime;
                out.counts.response.recordMs(ms);
                out.counts.bytes += used->response().bytes();
            } else {
                ++out.counts.of(Outcome::refused);
            }
            if (used->isReusable()) {
                next(used);
                return;
            }
            open();
        });
    };
    open = [&] {
        const auto fresh = std::make_shared<Connection>(io);
        fresh->connect({}, target.endpoint, [&, fresh](bool isOpen) {
            if (isOpen) return next(fresh);
            ++out.counts.offered;  // and no more on this one: a server that is not there is no load
            ++out.counts.of(Outcome::refused);
        });
    };
    for (int i = 0; i < connections; ++i) open();
    io.run_until(
        std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until + 2'000'000'000)));
    out.counts.of(Outcome::unfinished) += out.counts.offered - out.counts.ended();
}

void openLoop(const Target& target, const std::string& request, const StandaloneFlags& flags,
              int thread, Nanos until, Summary& out) {
    ::prctl(PR_SET_TIMERSLACK, 1000);
    asio::io_context io{1};
    const measure::SlotClock clock{monotonicNow()};
    ResultBook book(clock);
    Generator::Settings s;
    s.targets = {target.endpoint};
    s.host = target.host;
    s.seed = flags.seed + static_cast<std::uint64_t>(thread);
    s.addresses = 1;
    s.maxConnections = partOf(flags.connections, flags.threads, thread);
    s.fixedRequest = request;
    Generator generator(io, s, book);
    generator.setRate(flags.rateHz / flags.threads, 0);
    io.run_until(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until)));
    const auto collect = [&](std::int64_t slot) {
        const auto sample = book.take(slot);
        const auto users = sample.total().users;
        out.counts.merge(users);
        out.lag.merge(sample.generatorLag);
        return users.of(Outcome::ok);
    };
    out.okInTime = collect(clock.slotAt(monotonicNow()));
    bool isDrained = false;
    generator.drain([&] { isDrained = true; });
    while (!isDrained && io.run_one_for(std::chrono::seconds(6)) > 0) {
    }
    collect(INT64_MAX / 2);
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
    warnAboutDescriptors(flags.connections);
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
                closedLoop(target, request, partOf(flags.connections, flags.threads, i), until,
                           part);
            } else {
                openLoop(target, request, flags, i, until, part);
            }
        });
    for (auto& t : threads) t.join();
    Summary all;
    for (const auto& p : parts) all.merge(p);
    const double rate = static_cast<double>(all.okInTime) / flags.durationS;
    const auto ms = [](const measure::Histogram& h, double p) {
        return h.percentileMs(p).value_or(0);
    };
    const auto& r = all.counts.response;
    nlohmann::json outcomes = nlohmann::json::object();
    for (int i = 0; i < measure::kOutcomes; ++i) {
        const auto o = static_cast<Outcome>(i);
        if (all.counts.of(o) > 0) outcomes[std::string(measure::toString(o))] = all.counts.of(o);
    }
    if (flags.isJson) {
        nlohmann::json j = {{"loop", flags.isClosed ? "closed" : "open"},
                            {"offered", all.counts.offered},
                            {"ended", all.counts.ended()},
                            {"ok_per_s", rate},
                            {"failed", all.counts.failed()},
                            {"outcomes", outcomes},
                            {"p50_ms", ms(r, 0.5)},
                            {"p99_ms", ms(r, 0.99)},
                            {"lag_p50_ms", ms(all.lag, 0.5)},
                            {"lag_p99_ms", ms(all.lag, 0.99)}};
        fmt::print("{}\n", j.dump());
    } else {
        fmt::print(
            "{} loop, {:.1f} answered a second, {} offered, {} failed {}\n"
            "response p50 {:.3f} ms, p99 {:.3f} ms; own lag p50 {:.3f} ms, p99 {:.3f} ms\n",
            flags.isClosed ? "closed" : "open", rate, all.counts.offered, all.counts.failed(),
            outcomes.dump(), ms(r, 0.5), ms(r, 0.99), ms(all.lag, 0.5), ms(all.lag, 0.99));
    }
    if (all.counts.offered != all.counts.ended()) {
        fmt::print(stderr, "{} requests were offered and {} ended: please report this\n",
                   all.counts.offered, all.counts.ended());
        return 1;
    }
    return 0;
}

}  // namespace tenfold::loadgen

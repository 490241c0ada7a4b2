// SPDX-License-Identifier: GPL-3.0-or-later
// statement_load CONNINFO SCANS_HZ READS_HZ SECONDS [SEED]: an open loop of two kinds of statements
// against anything that speaks the PostgreSQL protocol: counts of one order's lines, which scan
// 500,000 rows when there is no index, and products by key. Each response time counts from the
// instant the statement was due. Prints JSON, times in ms. The arrivals follow from the seed, so
// two databases get the same work.
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reference-server/data/statements.h"
#include "simulator/measure/clock.h"
#include "simulator/measure/histogram.h"
#include "simulator/random/stream.h"

namespace {

using tenfold::measure::Histogram;
using tenfold::measure::monotonicNow;
using tenfold::measure::Nanos;
using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

constexpr Nanos kDrainNs = 10'000'000'000;
constexpr Nanos kWarmUpNs = 1'000'000'000;

struct Kind {
    std::string sql;
    std::int64_t ids;
    double rateHz;
    std::size_t connections;

    Nanos nextAt = 0;
    std::deque<Nanos> due{};  // fired, waiting for a connection
    Histogram response{};
    Histogram lag{};
    std::uint64_t offered = 0;
    std::uint64_t answered = 0;
};

struct Client {
    Connection connection;
    Kind* kind;
    Nanos dueAt = 0;  // 0: idle
};

[[noreturn]] void fail(const std::string& what) {
    std::cerr << "statement_load: " << what << '\n';
    std::exit(3);
}

/// Reads what is there; records the answer when it is whole.
void receive(Client& c, Nanos countFrom) {
    if (PQconsumeInput(c.connection.get()) == 0) fail(PQerrorMessage(c.connection.get()));
    while (!PQisBusy(c.connection.get())) {
        PGresult* r = PQgetResult(c.connection.get());
        if (r == nullptr) {
            if (c.dueAt >= countFrom) {
                c.kind->response.recordMs(static_cast<double>(monotonicNow() - c.dueAt) / 1e6);
                ++c.kind->answered;
            }
            c.dueAt = 0;
            return;
        }
        if (PQresultStatus(r) != PGRES_TUPLES_OK) fail(PQresultErrorMessage(r));
        PQclear(r);
    }
}

nlohmann::json reportOf(const Kind& k) {
    const auto ms = [](const Histogram& h, double p) { return h.percentileMs(p).value_or(0); };
    return {{"offered", k.offered},
            {"answered", k.answered},
            {"p50_ms", ms(k.response, 0.5)},
            {"p99_ms", ms(k.response, 0.99)},
            {"lag_p99_ms", ms(k.lag, 0.99)}};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) fail("CONNINFO SCANS_HZ READS_HZ SECONDS [SEED]");
    ::prctl(PR_SET_TIMERSLACK, 1000);
    const double seconds = std::stod(argv[4]);
    const std::uint64_t seed = argc > 5 ? std::stoull(argv[5]) : 1;
    namespace sql = tenfold::data::sql;
    std::vector<Kind> kinds{{std::string(sql::kLineCount), 80'000, std::stod(argv[2]), 60},
                            {std::string(sql::kProduct), 5'000, std::stod(argv[3]), 30}};
    std::vector<Client> clients;
    for (auto& kind : kinds)
        for (std::size_t i = 0; i < kind.connections; ++i) {
            clients.push_back({Connection(PQconnectdb(argv[1]), &PQfinish), &kind});
            PGconn* c = clients.back().connection.get();
            if (PQstatus(c) != CONNECTION_OK) fail(PQerrorMessage(c));
            PQsetnonblocking(c, 1);
        }

    tenfold::random::Stream arrivals(seed, "arrivals"), keys(seed, "keys");
    const Nanos start = monotonicNow();
    const Nanos countFrom = start + kWarmUpNs;
    const Nanos until = countFrom + static_cast<Nanos>(seconds * 1e9);
    for (auto& kind : kinds)
        kind.nextAt = start + static_cast<Nanos>(arrivals.exponential(1e9 / kind.rateHz));
    const auto isBusy = [&] {
        return std::any_of(clients.begin(), clients.end(), [](auto& c) { return c.dueAt != 0; }) ||
               std::any_of(kinds.begin(), kinds.end(), [](auto& k) { return !k.due.empty(); });
    };
    std::vector<pollfd> fds(clients.size());
    while (monotonicNow() < until || (isBusy() && monotonicNow() < until + kDrainNs)) {
        const Nanos now = monotonicNow();
        Nanos next = until;
        for (auto& kind : kinds) {
            for (; kind.nextAt <= now && kind.nextAt < until;
                 kind.nextAt += static_cast<Nanos>(arrivals.exponential(1e9 / kind.rateHz))) {
                kind.due.push_back(kind.nextAt);
                if (kind.nextAt < countFrom) continue;
                ++kind.offered;
                kind.lag.recordMs(static_cast<double>(now - kind.nextAt) / 1e6);
            }
            next = std::min(next, kind.nextAt);
        }
        for (auto& c : clients) {
            if (c.dueAt != 0 || c.kind->due.empty()) continue;
            c.dueAt = c.kind->due.front();
            c.kind->due.pop_front();
            const std::string id =
                std::to_string(1 + keys.uniformInt(static_cast<std::uint64_t>(c.kind->ids)));
            const char* values[] = {id.c_str()};
            if (PQsendQueryParams(c.connection.get(), c.kind->sql.c_str(), 1, nullptr, values,
                                  nullptr, nullptr, 0) == 0)
                fail(PQerrorMessage(c.connection.get()));
            PQflush(c.connection.get());
        }
        for (std::size_t i = 0; i < clients.size(); ++i)
            fds[i] = {PQsocket(clients[i].connection.get()),
                      static_cast<short>(clients[i].dueAt != 0 ? POLLIN : 0), 0};
        const Nanos wait = now < until ? std::max<Nanos>(0, next - monotonicNow()) : 50'000'000;
        const timespec limit{wait / 1'000'000'000, wait % 1'000'000'000};
        if (::ppoll(fds.data(), fds.size(), &limit, nullptr) < 0) fail("poll failed");
        for (std::size_t i = 0; i < clients.size(); ++i)
            if (fds[i].revents != 0 && clients[i].dueAt != 0) receive(clients[i], countFrom);
    }
    std::cout << nlohmann::json{{"scans", reportOf(kinds[0])}, {"reads", reportOf(kinds[1])}}.dump()
              << '\n';
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/loadgen/connection.h"
#include "simulator/load/arrivals.h"
#include "simulator/random/stream.h"

namespace tenfold::loadgen {

/// Where some of a probe's requests go: to these ports of 127.0.0.1 in turn, GET target + number.
struct ProbePath {
    std::vector<unsigned short> ports;
    std::string target;
    std::uint64_t least = 1;  // of the number, which is uniform
    std::uint64_t most = 1;
};

struct ProbeSettings {
    double rateHz = 25;    // of all paths together
    double seconds = 5;    // measured
    double warmUpS = 0.5;  // before, and not measured
    std::uint64_t seed = 1;
    std::vector<ProbePath> paths;  // as likely as one another
};

/// One request, from the time it was due to the last byte of its answer.
struct ProbeSample {
    std::size_t path = 0;
    double us = 0;
    std::uint64_t bodyBytes = 0;
    std::string serverTiming;
};

/// An open loop of Poisson arrivals that keeps each answer's time apart. One thread, the
/// connections of the generator.
class Prober {
public:
    explicit Prober(ProbeSettings settings);

    /// Runs from beginning to end; what is open then has two seconds.
    void run();
    /// In the order in which they ended. Requests that had to open a connection are not among them.
    const std::vector<ProbeSample>& samples() const { return m_samples; }
    /// Requests without an answer of status 200.
    std::uint64_t failed() const { return m_failed; }

private:
    using Nanos = measure::Nanos;
    struct Line {  // of connections to one port
        boost::asio::ip::tcp::endpoint endpoint;
        std::vector<std::shared_ptr<Connection>> idle;
    };
    struct Request {
        std::size_t path = 0;
        Line* line = nullptr;
        Nanos dueAt = 0;
        bool isFresh = false;  // its connection was opened for it
        std::string text;
    };
    void arm();
    void fire(Nanos dueAt);
    void send(const std::shared_ptr<Request>& request,
              const std::shared_ptr<Connection>& connection);
    void ended(const Request& request, const std::shared_ptr<Connection>& connection,
               Connection::End end);

    ProbeSettings m_settings;
    boost::asio::io_context m_io{1};
    boost::asio::steady_timer m_timer;
    load::PoissonArrivals m_arrivals;
    random::Stream m_stream;
    std::vector<std::vector<Line>> m_lines;  // by path and port
    std::vector<std::size_t> m_turns;        // by path: the next port
    std::vector<ProbeSample> m_samples;
    std::uint64_t m_failed = 0;
    int m_open = 0;
    Nanos m_measuresFrom = 0;
    Nanos m_endsAt = 0;
};

/// The value of a header in a response's head; empty when there is none. `name` in small letters.
std::string headerOf(std::string_view head, std::string_view name);

}  // namespace tenfold::loadgen

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "simulator/kernel/event_queue.h"
#include "simulator/random/stream.h"

namespace tenfold::system {

/// Ways of a request through real processes, beside what is emulated of them.
enum class Hop {
    gateway,   // once a request: what the gateway adds to client → instance → client
    instance,  // once a request: client → instance → client, and the instance's own real work
    database,  // once a round trip: a statement, or a pipeline
    pooler,    // once a round trip: what the pooler adds to it
    cache,     // once a command
};
constexpr std::size_t kHops = 5;
std::string_view toString(Hop hop);

/// What each hop adds on this host, beyond the emulated times: scheduling, system calls, copies. An
/// input that is measured (`tenfold-cli profile`), not a fit. It depends on how busy the host is,
/// in both directions: an idle one wakes up slowly, a busy one has queues. So it is kept by rate.
///
/// File "tenfold.hops/1": {"format", "date", "cpu", "cores", "others_load_cores_at_start",
/// "quantiles": [0.05, …, 0.99], "rates_hz": [25, …], "hops": {name: {"us": [[at each quantile] for
/// each rate], "samples": [for each rate]}}}.
class HopOverheads {
public:
    /// Throws std::runtime_error naming the file and what in it is missing or wrong.
    explicit HopOverheads(const std::filesystem::path& file);
    /// The user's own (userFile()) when it is there, else the shipped one, which is another
    /// machine's. Throws as the constructor does.
    static HopOverheads shipped();
    /// Where `tenfold-cli profile` puts the user's own.
    static std::filesystem::path userFile();
    static std::filesystem::path shippedFile();

    /// A draw, ns: linear between the measured quantiles, and flat beyond the outermost; between
    /// two rates the same share of both, by the logarithm of the rate; beyond the outermost rates
    /// as at them. One number of the stream.
    kernel::Nanos sampleNs(Hop hop, double rateHz, random::Stream& stream) const;
    /// The quantile of a hop at a rate, µs; `p` from 0 to 1.
    double quantileUs(Hop hop, double rateHz, double p) const;
    /// At which the hops were measured, requests a second, rising.
    const std::vector<double>& ratesHz() const { return m_ratesHz; }
    /// "AMD EPYC, 2 cores, 2026-11-24".
    const std::string& measuredOn() const { return m_measuredOn; }

private:
    struct Between {
        std::size_t lower = 0;  // index of a rate
        double share = 0;       // of the one above
    };
    Between at(double rateHz) const;

    // Quantiles on an even grid, so that a draw needs no search.
    static constexpr std::size_t kSteps = 200;
    using Grid = std::array<double, kSteps + 1>;
    std::vector<double> m_ratesHz;
    std::array<std::vector<Grid>, kHops> m_grids;  // by hop and rate, µs
    std::string m_measuredOn;
};

}  // namespace tenfold::system

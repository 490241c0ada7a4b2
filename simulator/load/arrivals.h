// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>

#include "simulator/random/stream.h"

namespace tenfold::load {

/// A Poisson process: exponential gaps, so the number of arrivals in a time is random too. Times
/// are absolute ns. Never re-based: after a stall the arrivals of the stall are all still due.
class PoissonArrivals {
public:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

    explicit PoissonArrivals(random::Stream stream) : m_stream(stream) {}

    /// The rate from `nowNs` on; 0 stops. The gap in progress is drawn anew, which a process
    /// without memory allows.
    void setRate(double rateHz, std::int64_t nowNs);
    double rateHz() const { return m_rateHz; }
    /// When the next request is due; kNever without a rate.
    std::int64_t nextAt() const { return m_nextAt; }
    /// Moves on to the one after.
    void advance();

private:
    random::Stream m_stream;
    double m_rateHz = 0;
    double m_exactNs = 0;  // fractions of ns add up at high rates
    std::int64_t m_nextAt = kNever;
};

}  // namespace tenfold::load

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/arrivals.h"

namespace tenfold::load {

void PoissonArrivals::setRate(double rateHz, std::int64_t nowNs) {
    m_rateHz = rateHz;
    if (rateHz <= 0) {
        m_nextAt = kNever;
        return;
    }
    m_nextAt = nowNs;
    m_exactNs = 0;
    advance();
}

void PoissonArrivals::advance() {
    m_exactNs += m_stream.exponential(1e9 / m_rateHz);
    const auto whole = static_cast<std::int64_t>(m_exactNs);
    m_nextAt += whole;
    m_exactNs -= static_cast<double>(whole);
}

}  // namespace tenfold::load

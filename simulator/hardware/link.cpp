// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/link.h"

#include <algorithm>

namespace tenfold::hardware {

std::int64_t transferNs(std::size_t bytes, double mbitPerS) {
    if (mbitPerS <= 0) return 0;
    return static_cast<std::int64_t>(static_cast<double>(bytes) * 8 * 1000 / mbitPerS);
}

std::int64_t SharedLink::deliverAt(std::int64_t sentAtNs, std::size_t bytes) {
    const std::int64_t transfer = transferNs(bytes, m_mbitPerS);
    const std::int64_t start = std::max(sentAtNs, m_freeAtNs);
    m_freeAtNs = start + transfer;
    m_busyNs += transfer;
    return m_freeAtNs + m_latencyNs;
}

}  // namespace tenfold::hardware

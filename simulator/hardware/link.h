// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace tenfold::hardware {

/// How long `bytes` take at a bandwidth in Mbit/s, in ns. Without bandwidth (0): no time.
std::int64_t transferNs(std::size_t bytes, double mbitPerS);

/// A link that everybody shares: first come first served, one bandwidth, one latency.
class SharedLink {
public:
    /// Bandwidth in Mbit/s, one-way latency in ns.
    SharedLink(double mbitPerS, std::int64_t latencyNs)
        : m_mbitPerS(mbitPerS), m_latencyNs(latencyNs) {}

    /// When the last byte arrives of a message handed over at `sentAtNs`; books the link.
    std::int64_t deliverAt(std::int64_t sentAtNs, std::size_t bytes);
    /// Time booked in all, ns.
    std::int64_t busyNs() const { return m_busyNs; }
    void setBandwidth(double mbitPerS) { m_mbitPerS = mbitPerS; }

private:
    double m_mbitPerS;
    std::int64_t m_latencyNs;
    std::int64_t m_freeAtNs = 0;
    std::int64_t m_busyNs = 0;
};

}  // namespace tenfold::hardware

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "simulator/random/stream.h"

namespace tenfold::random {

/// Zipf's law over {1, …, n}: P(k) ∝ 1 / k^exponent, exponent ≥ 0.
///
/// Rejection-inversion (Hörmann & Derflinger 1996): constant time, no table.
class Zipf {
public:
    Zipf(std::uint64_t n, double exponent);
    std::uint64_t draw(Stream& stream) const;

private:
    double h(double x) const;
    double hInverse(double x) const;

    std::uint64_t m_n;
    double m_exponent;
    double m_hLow;
    double m_hHigh;
    double m_shortcut;
};

}  // namespace tenfold::random

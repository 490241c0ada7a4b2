// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/random/zipf.h"

#include <algorithm>
#include <cmath>

namespace tenfold::random {

namespace {
/// (e^x − 1) / x and log(1 + x) / x without cancellation near 0: the exponent may be 1.
double expm1OverX(double x) {
    return std::abs(x) > 1e-8 ? std::expm1(x) / x : 1 + x / 2;
}
double log1pOverX(double x) {
    return std::abs(x) > 1e-8 ? std::log1p(x) / x : 1 - x / 2;
}
}  // namespace

Zipf::Zipf(std::uint64_t n, double exponent) : m_n(n), m_exponent(exponent) {
    m_hLow = h(1.5) - 1;
    m_hHigh = h(static_cast<double>(n) + 0.5);
    m_shortcut = 2 - hInverse(h(2.5) - std::pow(2.0, -exponent));
}

double Zipf::h(double x) const {
    const double logX = std::log(x);
    return expm1OverX((1 - m_exponent) * logX) * logX;
}

double Zipf::hInverse(double x) const {
    const double t = std::max(-1.0, x * (1 - m_exponent));
    return std::exp(log1pOverX(t) * x);
}

std::uint64_t Zipf::draw(Stream& stream) const {
    while (true) {
        const double u = m_hHigh + stream.uniform() * (m_hLow - m_hHigh);
        const double x = hInverse(u);
        const double k = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(m_n));
        if (k - x <= m_shortcut || u >= h(k + 0.5) - std::pow(k, -m_exponent))
            return static_cast<std::uint64_t>(k);
    }
}

}  // namespace tenfold::random

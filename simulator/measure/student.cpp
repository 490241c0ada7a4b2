// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/student.h"

#include <cmath>
#include <limits>

namespace tenfold::measure {

namespace {

/// The continued fraction of the incomplete beta function, by Lentz's method.
double betaFraction(double a, double b, double x) {
    constexpr double kTiny = 1e-300;
    const auto notZero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
    double c = 1;
    double d = 1 / notZero(1 - (a + b) * x / (a + 1));
    double h = d;
    for (int m = 1; m <= 2'000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / notZero(1 + even * d);
        c = notZero(1 + even / c);
        h *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / notZero(1 + odd * d);
        c = notZero(1 + odd / c);
        h *= d * c;
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    return h;
}

/// Regularised incomplete beta function I_x(a, b); `oneMinusX` apart, so that neither end cancels.
double incompleteBeta(double a, double b, double x, double oneMinusX) {
    if (x <= 0) return 0;
    if (oneMinusX <= 0) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                  a * std::log(x) + b * std::log(oneMinusX));
    if (x < (a + 1) / (a + b + 2)) return front * betaFraction(a, b, x) / a;
    return 1 - front * betaFraction(b, a, oneMinusX) / b;
}

/// P(T > t) for t ≥ 0.
double upperTail(double t, double nu) {
    const double sum = nu + t * t;
    return incompleteBeta(nu / 2, 0.5, nu / sum, t * t / sum) / 2;
}

}  // namespace

double studentCdf(double t, double degreesOfFreedom) {
    return t >= 0 ? 1 - upperTail(t, degreesOfFreedom) : upperTail(-t, degreesOfFreedom);
}

double studentQuantile(double p, double degreesOfFreedom) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (p <= 0) return -kInfinity;
    if (p >= 1) return kInfinity;
    const double tail = p < 0.5 ? p : 1 - p;
    double low = 0, high = 1;
    while (upperTail(high, degreesOfFreedom) > tail && high < 1e300) high *= 2;
    // Bisection: sixty halvings are nothing beside the run the interval is for, and cannot fail.
    for (int i = 0; i < 200 && high - low > 1e-15 * high; ++i) {
        const double middle = low + (high - low) / 2;
        (upperTail(middle, degreesOfFreedom) > tail ? low : high) = middle;
    }
    const double t = low + (high - low) / 2;
    return p < 0.5 ? -t : t;
}

}  // namespace tenfold::measure

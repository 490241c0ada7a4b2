// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "simulator/random/stream.h"

namespace tenfold::random {

/// The table of the ziggurat: 256 layers of equal area under e^-x, computed by the compiler with
/// nothing but + − × ÷, so it is the same on any machine.
struct ZigguratTable {
    static constexpr int kLayers = 256;
    /// Where the tail begins, and the area of each layer (Marsaglia & Tsang 2000, table for 256).
    static constexpr double kTail = 7.69711747013104972;
    static constexpr double kArea = 0.0039496598225815571993;

    /// What one draw reads lies together: a layer is 16 bytes, four to a cache line.
    struct Layer {
        std::uint64_t inside;  // a 53-bit number below this lies wholly under the curve
        double scale;          // width of the layer · 2^-53
    };
    alignas(64) std::array<Layer, kLayers> layers{};
    alignas(64) std::array<double, kLayers + 1> density{};

    constexpr ZigguratTable() {
        double x = kArea / exponentialOf(-kTail);  // the base: the layer with the tail beside it
        double next = kTail;
        density[0] = 0;
        for (int i = 0; i < kLayers; ++i) {
            layers[static_cast<std::size_t>(i)] = {static_cast<std::uint64_t>(next / x * 0x1.0p53),
                                                   x * 0x1.0p-53};
            x = next;
            const double height = exponentialOf(-x);
            density[static_cast<std::size_t>(i) + 1] = height;
            next = i < kLayers - 2 ? -logarithmOf(kArea / x + height) : 0;
        }
        density[kLayers] = 1;
    }

private:
    /// e^x for −16 < x ≤ 0: a Taylor series of x / 64, squared six times.
    static constexpr double exponentialOf(double x) {
        const double small = x / 64;
        double term = 1, sum = 1;
        for (int i = 1; i < 20; ++i) sum += term *= small / i;
        for (int i = 0; i < 6; ++i) sum *= sum;
        return sum;
    }
    /// ln a for e^-16 < a ≤ 1: Halley's method on e^y = a.
    static constexpr double logarithmOf(double a) {
        double y = 0;
        for (int i = 0; i < 24; ++i) {
            const double e = exponentialOf(y);
            y += 2 * (a - e) / (a + e);
        }
        return y;
    }
};

inline constexpr ZigguratTable kZiggurat{};

/// Exponential of mean 1 by the ziggurat method: no logarithm, and in 98.9 % of all draws one
/// random number, one multiplication and one comparison.
///
/// Source: Marsaglia & Tsang, "The Ziggurat Method for Generating Random Variables", J. Stat.
/// Software 5(8), 2000; layer and position come from different bits of one number (Doornik 2005).
inline double standardExponential(Stream& stream) {
    double beyond = 0;
    while (true) {
        const std::uint64_t bits = stream.bits();
        const std::size_t i = bits & (ZigguratTable::kLayers - 1);
        const std::uint64_t position = bits >> 11;
        const auto& layer = kZiggurat.layers[i];
        const double x = static_cast<double>(position) * layer.scale;
        if (position < layer.inside) [[likely]]
            return beyond + x;
        if (i == 0) {
            // The tail of an exponential is an exponential again, further out.
            beyond += ZigguratTable::kTail;
            continue;
        }
        const double low = kZiggurat.density[i], high = kZiggurat.density[i + 1];
        if (low + stream.uniform() * (high - low) < std::exp(-x)) return beyond + x;
    }
}

}  // namespace tenfold::random

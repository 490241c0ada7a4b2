// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace tenfold::random {

/// A stream of random numbers with a name: the same seed and name give the same sequence on any
/// machine, and streams of different names are independent. One stream for each purpose, so that
/// two runs that differ in one switch still see the same arrivals, endpoints and keys.
///
/// Generator: xoshiro256++ (Blackman & Vigna 2019), seeded by splitmix64 from an FNV-1a hash.
class Stream {
public:
    Stream(std::uint64_t seed, std::string_view name);

    std::uint64_t bits() {
        auto& s = m_state;
        const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
        const std::uint64_t t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = std::rotl(s[3], 45);
        return result;
    }
    /// In [0, 1), 53 bits.
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
    /// In {0, …, n − 1}, without bias; n > 0.
    std::uint64_t uniformInt(std::uint64_t n);
    /// Exponential of this mean, by inversion.
    double exponential(double mean);
    /// Standard normal, polar method (Marsaglia & Bray 1964).
    double normal();
    /// exp(N(ln median, sigma²)).
    double lognormal(double median, double sigma);
    /// Failures before the first success, each trial succeeding with probability p in (0, 1].
    std::uint64_t geometric(double p);

private:
    std::array<std::uint64_t, 4> m_state{};
    double m_spare = 0;
    bool m_hasSpare = false;
};

}  // namespace tenfold::random

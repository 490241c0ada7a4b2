// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/random/stream.h"

#include <cmath>

namespace tenfold::random {

namespace {
std::uint64_t splitmix(std::uint64_t& x) {
    std::uint64_t z = (x += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}
}  // namespace

Stream::Stream(std::uint64_t seed, std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    std::uint64_t x = seed;
    x = splitmix(x) ^ hash;
    for (auto& s : m_state) s = splitmix(x);
}

std::uint64_t Stream::uniformInt(std::uint64_t n) {
    // Lemire 2019: multiply and reject the short remainder.
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(bits()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
        const std::uint64_t threshold = -n % n;
        while (static_cast<std::uint64_t>(product) < threshold)
            product = static_cast<Wide>(bits()) * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
}

double Stream::exponential(double mean) {
    return -mean * std::log1p(-uniform());
}

double Stream::normal() {
    if (m_hasSpare) {
        m_hasSpare = false;
        return m_spare;
    }
    double u = 0, v = 0, q = 0;
    do {
        u = 2 * uniform() - 1;
        v = 2 * uniform() - 1;
        q = u * u + v * v;
    } while (q >= 1 || q == 0);
    const double f = std::sqrt(-2 * std::log(q) / q);
    m_spare = v * f;
    m_hasSpare = true;
    return u * f;
}

double Stream::lognormal(double median, double sigma) {
    return median * std::exp(sigma * normal());
}

std::uint64_t Stream::geometric(double p) {
    if (p >= 1) return 0;
    return static_cast<std::uint64_t>(std::log1p(-uniform()) / std::log1p(-p));
}

}  // namespace tenfold::random

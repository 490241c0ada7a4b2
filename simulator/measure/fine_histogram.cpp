// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/fine_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tenfold::measure {

FineHistogram::Place FineHistogram::placeOf(std::uint64_t value) {
    const auto width = static_cast<std::uint32_t>(std::bit_width(value));
    if (width <= kBits) return {0, static_cast<std::uint32_t>(value)};
    const std::uint32_t octave = width - kBits;
    // The leading one is in the octave; the bits after it choose the bucket.
    return {octave, static_cast<std::uint32_t>((value >> (octave - 1)) & (kBuckets - 1))};
}

double FineHistogram::widthOf(std::uint32_t octave) {
    return octave <= 1 ? 1 : std::ldexp(1.0, static_cast<int>(octave) - 1);
}

double FineHistogram::lowOf(std::uint32_t octave, std::uint64_t bucket) {
    if (octave == 0) return static_cast<double>(bucket);
    return static_cast<double>(kBuckets + bucket) * widthOf(octave);
}

void FineHistogram::record(std::int64_t value) {
    const Place p = placeOf(static_cast<std::uint64_t>(std::max<std::int64_t>(0, value)));
    auto& octave = m_octaves[p.octave];
    if (octave.empty()) octave.resize(kBuckets);
    ++octave[p.bucket];
    ++m_count;
}

void FineHistogram::add(const FineHistogram& other) {
    for (std::size_t o = 0; o < m_octaves.size(); ++o) {
        if (other.m_octaves[o].empty()) continue;
        m_octaves[o].resize(kBuckets);
        for (std::size_t b = 0; b < kBuckets; ++b) m_octaves[o][b] += other.m_octaves[o][b];
    }
    m_count += other.m_count;
}

double FineHistogram::quantile(double p) const {
    const double rank = std::clamp(p, 0.0, 1.0) * static_cast<double>(m_count);
    double below = 0, end = 0;
    for (std::uint32_t o = 0; o < m_octaves.size(); ++o) {
        for (std::size_t b = 0; b < m_octaves[o].size(); ++b) {
            const double here = m_octaves[o][b];
            if (here == 0) continue;
            if (below + here >= rank)
                return lowOf(o, b) + widthOf(o) * std::max(0.0, rank - below) / here;
            below += here;
            end = lowOf(o, b) + widthOf(o);
        }
    }
    return end;
}

double FineHistogram::countBelow(double value) const {
    if (!(value > 0)) return 0;
    // Whole octaves, then whole buckets, then the part of the last bucket.
    const Place end = placeOf(static_cast<std::uint64_t>(std::min(value, 0x1.0p62)));
    std::uint64_t below = 0;
    for (std::uint32_t o = 0; o < end.octave; ++o)
        for (const std::uint32_t here : m_octaves[o]) below += here;
    const auto& last = m_octaves[end.octave];
    if (last.empty()) return static_cast<double>(below);
    for (std::size_t b = 0; b < end.bucket; ++b) below += last[b];
    const double part = (value - lowOf(end.octave, end.bucket)) / widthOf(end.octave);
    return static_cast<double>(below) + last[end.bucket] * std::min(1.0, part);
}

}  // namespace tenfold::measure

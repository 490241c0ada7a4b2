// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tenfold::measure {

int Histogram::indexOfUs(std::uint64_t us) {
    if (us < 64) return static_cast<int>(us);
    const int octave = std::bit_width(us) - 7;  // 0 for [64, 128)
    const int sub = static_cast<int>(us >> (octave + 0)) - 64;
    // us >> octave lies in [64, 128): its distance from 64 is the sub-bucket.
    const int index = 64 + octave * kSubBuckets + sub;
    return std::min(index, kBuckets - 1);
}

double Histogram::bucketMiddleMs(int index) {
    if (index < 64) return (static_cast<double>(index) + 0.5) / 1000.0;
    const int octave = (index - 64) / kSubBuckets;
    const int sub = (index - 64) % kSubBuckets;
    const double width = std::ldexp(1.0, octave);
    return (64.0 + sub + 0.5) * width / 1000.0;
}

void Histogram::recordNs(std::int64_t ns, std::uint64_t count) {
    recordMs(static_cast<double>(ns) / 1e6, count);
}

void Histogram::recordMs(double ms, std::uint64_t count) {
    if (count == 0) return;
    ms = std::max(ms, 0.0);
    if (m_buckets.empty()) m_buckets.resize(kBuckets);
    const double us = std::min(ms * 1000.0, kMaxMs * 1000.0);
    m_buckets[static_cast<std::size_t>(indexOfUs(static_cast<std::uint64_t>(us)))] +=
        static_cast<std::uint32_t>(count);
    m_count += count;
    m_sumMs += ms * static_cast<double>(count);
    m_maxMs = std::max(m_maxMs, ms);
}

void Histogram::merge(const Histogram& other) {
    if (other.m_count == 0) return;
    if (m_buckets.empty()) m_buckets.resize(kBuckets);
    for (std::size_t i = 0; i < m_buckets.size(); ++i) m_buckets[i] += other.m_buckets[i];
    m_count += other.m_count;
    m_sumMs += other.m_sumMs;
    m_maxMs = std::max(m_maxMs, other.m_maxMs);
}

void Histogram::clear() {
    std::fill(m_buckets.begin(), m_buckets.end(), 0u);
    m_count = 0;
    m_sumMs = 0;
    m_maxMs = 0;
}

std::optional<double> Histogram::percentileMs(double p) const {
    if (m_count == 0) return std::nullopt;
    const double exact = std::clamp(p, 0.0, 1.0) * static_cast<double>(m_count);
    // The tiny allowance keeps 0.99 · 100 from becoming rank 100 through rounding.
    const auto rank =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - 1e-9)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < m_buckets.size(); ++i) {
        seen += m_buckets[i];
        if (seen >= rank) return std::min(bucketMiddleMs(static_cast<int>(i)), m_maxMs);
    }
    return m_maxMs;
}

std::uint64_t Histogram::countAboveMs(double limitMs) const {
    if (m_count == 0) return 0;
    const int limit = indexOfUs(static_cast<std::uint64_t>(std::max(0.0, limitMs) * 1000.0));
    std::uint64_t above = 0;
    for (std::size_t i = static_cast<std::size_t>(limit) + 1; i < m_buckets.size(); ++i)
        above += m_buckets[i];
    return above;
}

std::vector<std::pair<int, std::uint64_t>> Histogram::nonEmpty() const {
    std::vector<std::pair<int, std::uint64_t>> out;
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
        if (m_buckets[i]) out.emplace_back(static_cast<int>(i), m_buckets[i]);
    return out;
}

nlohmann::json Histogram::toJson() const {
    auto buckets = nlohmann::json::array();
    for (const auto& [index, n] : nonEmpty()) buckets.push_back({index, n});
    return {{"n", std::move(buckets)}, {"sum_ms", m_sumMs}, {"max_ms", m_maxMs}};
}

Histogram Histogram::fromJson(const nlohmann::json& j) {
    Histogram h;
    const auto& buckets = j.at("n");
    if (!buckets.is_array()) throw std::invalid_argument("histogram: n must be an array");
    if (!buckets.empty()) h.m_buckets.resize(kBuckets);
    for (const auto& b : buckets) {
        const int index = b.at(0).get<int>();
        const auto n = b.at(1).get<std::uint64_t>();
        if (index < 0 || index >= kBuckets)
            throw std::invalid_argument("histogram: bucket index out of range");
        h.m_buckets[static_cast<std::size_t>(index)] += static_cast<std::uint32_t>(n);
        h.m_count += n;
    }
    h.m_sumMs = j.at("sum_ms").get<double>();
    h.m_maxMs = j.at("max_ms").get<double>();
    return h;
}

bool Histogram::operator==(const Histogram& other) const {
    return m_count == other.m_count && nonEmpty() == other.nonEmpty();
}

}  // namespace tenfold::measure

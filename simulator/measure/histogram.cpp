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

void Histogram::addBucket(int index, std::uint32_t count) {
    if (!m_dense.empty()) {
        m_dense[static_cast<std::size_t>(index)] += count;
        return;
    }
    const auto wanted = static_cast<std::uint32_t>(index);
    const auto it = std::lower_bound(m_pairs.begin(), m_pairs.end(), wanted,
                                     [](const Bucket& b, std::uint32_t i) { return b.index < i; });
    if (it != m_pairs.end() && it->index == wanted) {
        it->count += count;
        return;
    }
    if (m_pairs.size() < kMostPairs) {
        m_pairs.insert(it, {wanted, count});
        return;
    }
    m_dense.resize(kBuckets);
    for (const auto& b : m_pairs) m_dense[b.index] = b.count;
    m_dense[wanted] += count;
    m_pairs.clear();
    m_pairs.shrink_to_fit();
}

void Histogram::recordNs(std::int64_t ns, std::uint64_t count) {
    recordMs(static_cast<double>(ns) / 1e6, count);
}

void Histogram::recordMs(double ms, std::uint64_t count) {
    if (count == 0) return;
    ms = std::max(ms, 0.0);
    const double us = std::min(ms * 1000.0, kMaxMs * 1000.0);
    addBucket(indexOfUs(static_cast<std::uint64_t>(us)), static_cast<std::uint32_t>(count));
    m_count += count;
    m_sumMs += ms * static_cast<double>(count);
    m_maxMs = std::max(m_maxMs, ms);
}

void Histogram::merge(const Histogram& other) {
    if (other.m_count == 0) return;
    for (const auto& [index, n] : other.nonEmpty()) addBucket(index, static_cast<std::uint32_t>(n));
    m_count += other.m_count;
    m_sumMs += other.m_sumMs;
    m_maxMs = std::max(m_maxMs, other.m_maxMs);
}

void Histogram::clear() {
    *this = Histogram{};
}

std::optional<double> Histogram::percentileMs(double p) const {
    if (m_count == 0) return std::nullopt;
    const double exact = std::clamp(p, 0.0, 1.0) * static_cast<double>(m_count);
    // The tiny allowance keeps 0.99 · 100 from becoming rank 100 through rounding.
    const auto rank =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - 1e-9)));
    std::uint64_t seen = 0;
    for (const auto& [index, n] : nonEmpty()) {
        seen += n;
        if (seen >= rank) return std::min(bucketMiddleMs(index), m_maxMs);
    }
    return m_maxMs;
}

std::uint64_t Histogram::countAboveMs(double limitMs) const {
    if (m_count == 0) return 0;
    const int limit = indexOfUs(static_cast<std::uint64_t>(std::max(0.0, limitMs) * 1000.0));
    std::uint64_t above = 0;
    for (const auto& [index, n] : nonEmpty())
        if (index > limit) above += n;
    return above;
}

std::vector<std::pair<int, std::uint64_t>> Histogram::nonEmpty() const {
    std::vector<std::pair<int, std::uint64_t>> out;
    out.reserve(m_pairs.size());
    for (const auto& b : m_pairs) out.emplace_back(static_cast<int>(b.index), b.count);
    for (std::size_t i = 0; i < m_dense.size(); ++i)
        if (m_dense[i]) out.emplace_back(static_cast<int>(i), m_dense[i]);
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
    for (const auto& b : buckets) {
        const int index = b.at(0).get<int>();
        const auto n = b.at(1).get<std::uint64_t>();
        if (index < 0 || index >= kBuckets)
            throw std::invalid_argument("histogram: bucket index out of range");
        if (n > UINT32_MAX) throw std::invalid_argument("histogram: count out of range");
        if (n == 0) continue;
        h.addBucket(index, static_cast<std::uint32_t>(n));
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

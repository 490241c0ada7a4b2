// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace tenfold::measure {

/// Log-linear histogram of durations from 1 µs to 60 s with a relative error of at most 1 %.
///
/// Every power of two is cut into 64 equal buckets, so a bucket is at most 1/64 wide and its middle
/// at most 1/128 away from anything in it. Values beyond either end are kept in the outermost
/// bucket. Histograms merge by adding counts; percentiles are never averaged.
class Histogram {
public:
    /// Buckets of 1 µs up to 64 µs, then 64 to a power of two up to 2^26 µs (67 s).
    static constexpr int kSubBuckets = 64;
    static constexpr int kBuckets = 64 + 20 * kSubBuckets;
    static constexpr double kMaxMs = 60'000.0;

    void recordMs(double ms, std::uint64_t count = 1);
    void recordNs(std::int64_t ns, std::uint64_t count = 1);
    void merge(const Histogram& other);
    void clear();

    std::uint64_t count() const { return m_count; }
    bool empty() const { return m_count == 0; }
    double sumMs() const { return m_sumMs; }
    /// Mean in ms (exact, from the sum); 0 when empty.
    double meanMs() const { return m_count ? m_sumMs / static_cast<double>(m_count) : 0.0; }
    double maxMs() const { return m_maxMs; }

    /// Smallest recorded value with at least p·count values at or below it (nearest rank), p in
    /// [0, 1]; in ms, nothing when empty.
    std::optional<double> percentileMs(double p) const;
    /// How many values lie above a limit in ms. The bucket that holds the limit counts as below.
    std::uint64_t countAboveMs(double limitMs) const;

    /// Non-empty buckets as (index, count), in order.
    std::vector<std::pair<int, std::uint64_t>> nonEmpty() const;
    static double bucketMiddleMs(int index);

    /// {"n":[[index,count],…],"sum_ms":…,"max_ms":…}
    nlohmann::json toJson() const;
    /// Throws std::invalid_argument on an index out of range or a wrong shape.
    static Histogram fromJson(const nlohmann::json& j);

    bool operator==(const Histogram& other) const;

private:
    static int indexOfUs(std::uint64_t us);
    void addBucket(int index, std::uint32_t count);

    // A slot's histogram has a handful of buckets in use and a run has thousands of them: pairs in
    // order until there are many, then one counter for each bucket.
    struct Bucket {
        std::uint32_t index;
        std::uint32_t count;
    };
    static constexpr std::size_t kMostPairs = 128;
    std::vector<Bucket> m_pairs;
    std::vector<std::uint32_t> m_dense;
    std::uint64_t m_count = 0;
    double m_sumMs = 0;
    double m_maxMs = 0;
};

}  // namespace tenfold::measure

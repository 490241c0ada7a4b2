// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace tenfold::measure {

/// Log-linear histogram of whole numbers from 0 up, in any unit: exact below 1,024, then 1,024
/// buckets for each doubling, so a bucket is at most 0.1 % wide. For comparisons with theory, where
/// the 1 % of `Histogram` would show. Memory follows the doublings in use, 4 KiB each.
class FineHistogram {
public:
    static constexpr int kBits = 10;
    static constexpr std::uint64_t kBuckets = 1ULL << kBits;

    /// Negative values count as 0.
    void record(std::int64_t value);
    void add(const FineHistogram& other);
    std::uint64_t count() const { return m_count; }

    /// The value below which a share p of all lies, evenly spread within its bucket; 0 when empty.
    double quantile(double p) const;
    /// How many lie below a value, by the same rule.
    double countBelow(double value) const;

private:
    struct Place {
        std::uint32_t octave;
        std::uint32_t bucket;
    };
    static Place placeOf(std::uint64_t value);
    /// Where a bucket begins; its width is that of its octave.
    static double lowOf(std::uint32_t octave, std::uint64_t bucket);
    static double widthOf(std::uint32_t octave);

    std::array<std::vector<std::uint32_t>, 64 - kBits + 1> m_octaves{};
    std::uint64_t m_count = 0;
};

}  // namespace tenfold::measure

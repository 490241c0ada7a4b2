// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/steady_state.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "simulator/measure/student.h"

namespace tenfold::measure {

namespace {

constexpr std::size_t kFewestBatches = 20;
constexpr double kDependent = 0.2;

/// Batches of a ratio: what each adds to the numerator and to the denominator.
struct Batches {
    std::vector<double> numerators;
    std::vector<double> denominators;

    std::size_t size() const { return numerators.size(); }
    void merge() {
        const std::size_t half = size() / 2;
        std::vector<double> n(half), d(half);
        // An odd one out goes to the last.
        for (std::size_t i = 0; i < size(); ++i) {
            const std::size_t to = std::min(i / 2, half - 1);
            n[to] += numerators[i];
            d[to] += denominators[i];
        }
        numerators = std::move(n);
        denominators = std::move(d);
    }
};

/// How batches deviate from what the whole says: z = numerator − ratio · denominator sums to zero.
struct Deviations {
    double variance = 0;
    double lag1 = 0;  // autocorrelation
    double skewness = 0;

    Deviations(const Batches& b, double ratio) {
        const std::size_t n = b.size();
        double squares = 0, cubes = 0, products = 0, last = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double z = b.numerators[i] - ratio * b.denominators[i];
            squares += z * z;
            cubes += z * z * z;
            products += z * last;
            last = z;
        }
        if (n < 2 || !(squares > 0)) return;
        variance = squares / static_cast<double>(n - 1);
        lag1 = products / squares;
        skewness = cubes / static_cast<double>(n) / std::pow(variance, 1.5);
    }
};

/// Student's t bent by the skewness of what was averaged (Willink 2005). Skewness moves the
/// interval to one side; a figure ± half-width has to take the farther end. Measured: with half the
/// whole width instead, 99 % intervals of waiting times near saturation covered only 96 to 97 %.
double bentQuantile(double t, double skewness, std::size_t n) {
    const double beta = skewness / (6 * std::sqrt(static_cast<double>(n)));
    if (std::abs(beta) < 1e-6) return t;
    const auto bend = [&](double x) {
        return (std::cbrt(1 + 6 * beta * (x - beta)) - 1) / (2 * beta);
    };
    return std::max({t, bend(t), -bend(-t)});
}

double sum(std::span<const double> values) {
    double total = 0;
    for (const double v : values) total += v;
    return total;
}

/// The i-th of `parts` nearly equal parts of n begins here.
std::size_t partBegin(std::size_t i, std::size_t parts, std::size_t n) {
    return i * n / parts;
}

}  // namespace

std::optional<std::size_t> mser5(std::span<const double> observations) {
    constexpr std::size_t kBatch = 5, kFewest = 10;
    const std::size_t n = observations.size() / kBatch;
    if (n < kFewest) return std::nullopt;
    // From the end, so that each cut costs one update of mean and sum of squares (Welford 1962).
    // The last five are no candidates: next to nothing has next to no variance.
    double mean = 0, squares = 0, best = std::numeric_limits<double>::infinity();
    std::size_t cut = n;
    for (std::size_t count = 1; count <= n; ++count) {
        const std::size_t i = n - count;
        const double y = sum(observations.subspan(i * kBatch, kBatch)) / kBatch;
        const double delta = y - mean;
        mean += delta / static_cast<double>(count);
        squares += delta * (y - mean);
        if (count < kBatch) continue;
        const double statistic =
            squares / (static_cast<double>(count) * static_cast<double>(count));
        if (statistic <= best) {
            best = statistic;
            cut = i;
        }
    }
    if (2 * cut > n) return std::nullopt;
    return cut * kBatch;
}

Interval ratioOfBatches(std::span<const double> numerators, std::span<const double> denominators,
                        double confidence) {
    Batches b{{numerators.begin(), numerators.end()}, {denominators.begin(), denominators.end()}};
    const double whole = sum(denominators);
    if (whole == 0) return {};
    const double ratio = sum(numerators) / whole;
    Deviations deviations(b, ratio);
    while (deviations.lag1 >= kDependent && b.size() / 2 >= kFewestBatches) {
        b.merge();
        deviations = Deviations(b, ratio);
    }
    Interval out{ratio, std::numeric_limits<double>::infinity(), static_cast<int>(b.size())};
    if (b.size() < 2) return out;
    const auto n = static_cast<double>(b.size());
    const double phi = std::clamp(deviations.lag1, 0.0, 0.9);
    const double t = studentQuantile((1 + confidence) / 2, n - 1);
    out.halfWidth = bentQuantile(t, deviations.skewness, b.size()) *
                    std::sqrt(deviations.variance * n * (1 + phi) / (1 - phi)) / std::abs(whole);
    return out;
}

Interval batchMeans(std::span<const double> observations, double confidence) {
    const std::size_t n = observations.size();
    const std::size_t parts = std::min<std::size_t>(kMostBatches, n);
    std::vector<double> sums(parts), counts(parts);
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t begin = partBegin(i, parts, n), end = partBegin(i + 1, parts, n);
        sums[i] = sum(observations.subspan(begin, end - begin));
        counts[i] = static_cast<double>(end - begin);
    }
    return ratioOfBatches(sums, counts, confidence);
}

Interval percentileByBatches(std::span<const double> observations, double p, double confidence) {
    const std::size_t n = observations.size();
    if (n == 0) return {};
    std::vector<double> sorted(observations.begin(), observations.end());
    std::sort(sorted.begin(), sorted.end());
    const auto quantile = [&](double q) {
        const double rank = std::ceil(q * static_cast<double>(n)) - 1;
        return sorted[static_cast<std::size_t>(std::clamp(rank, 0.0, static_cast<double>(n - 1)))];
    };
    const double value = quantile(p);
    const std::size_t parts = std::min<std::size_t>(kMostBatches, n);
    std::vector<double> below(parts), counts(parts);
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t begin = partBegin(i, parts, n), end = partBegin(i + 1, parts, n);
        counts[i] = static_cast<double>(end - begin);
        for (std::size_t j = begin; j < end; ++j) below[i] += observations[j] <= value ? 1 : 0;
    }
    const Interval share = ratioOfBatches(below, counts, confidence);
    const double high = quantile(p + share.halfWidth), low = quantile(p - share.halfWidth);
    return {value, std::max(high - value, value - low), share.batches};
}

}  // namespace tenfold::measure

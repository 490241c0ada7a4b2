// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/spread.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "simulator/measure/student.h"

namespace tenfold::study {

using measure::Outcome;
using measure::Sample;

namespace {

constexpr std::size_t kMostBatches = 40;
constexpr std::size_t kFewestBatches = 10;
constexpr double kDependent = 0.2;
constexpr double kFewestBeyond = 3;
// A bucket of the histogram is at most 1/64 of its values wide; nobody knows where in it they are.
constexpr double kHalfABucket = 1.0 / 128;

double meanOf(const std::vector<double>& all) {
    double sum = 0;
    for (const double x : all) sum += x;
    return all.empty() ? 0 : sum / static_cast<double>(all.size());
}

double varianceOf(const std::vector<double>& all) {
    if (all.size() < 2) return 0;
    const double mean = meanOf(all);
    double squares = 0;
    for (const double x : all) squares += (x - mean) * (x - mean);
    return squares / static_cast<double>(all.size() - 1);
}

double lag1Of(const std::vector<double>& all) {
    const double mean = meanOf(all);
    double products = 0, squares = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        squares += (all[i] - mean) * (all[i] - mean);
        if (i > 0) products += (all[i] - mean) * (all[i - 1] - mean);
    }
    return squares > 0 ? products / squares : 0;
}

/// Numerators and denominators of a ratio, by batch.
struct Parts {
    std::vector<double> above;
    std::vector<double> below;
};

/// Sums over nearly equal parts of the slots.
Parts partsOf(std::span<const Sample> slots,
              const std::function<std::pair<double, double>(const Sample&)>& ask) {
    const std::size_t n = std::min(kMostBatches, slots.size());
    Parts parts{std::vector<double>(n), std::vector<double>(n)};
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const auto [above, below] = ask(slots[i]);
        parts.above[i * n / slots.size()] += above;
        parts.below[i * n / slots.size()] += below;
    }
    return parts;
}

std::optional<Spread> ratioOf(const Parts& parts) {
    double above = 0, below = 0;
    for (const double x : parts.above) above += x;
    for (const double x : parts.below) below += x;
    if (below <= 0) return std::nullopt;
    Spread s;
    s.value = above / below;
    s.samples = static_cast<std::uint64_t>(below);
    const double mean = below / static_cast<double>(parts.below.size());
    for (std::size_t i = 0; i < parts.above.size(); ++i)
        s.deviations.push_back((parts.above[i] - s.value * parts.below[i]) / mean);
    return s;
}

std::optional<Spread> quantileOf(std::span<const Sample> slots, double p) {
    std::vector<measure::Histogram> responses;
    measure::Histogram all;
    for (const auto& slot : slots) {
        responses.push_back(slot.total().users.response);
        all.merge(responses.back());
    }
    const auto n = static_cast<double>(all.count());
    if (n * std::min(p, 1 - p) < kFewestBeyond) return std::nullopt;
    const double value = *all.percentileMs(p);
    std::size_t at = 0;
    auto share = ratioOf(partsOf(slots, [&](const Sample&) {
        const auto& h = responses[at++];
        return std::pair(static_cast<double>(h.count() - h.countAboveMs(value)),
                         static_cast<double>(h.count()));
    }));
    Spread s;
    s.value = value;
    s.samples = all.count();
    s.resolution = kHalfABucket * value;
    // The slope of the quantile function over as much of it as chance covers.
    Spread merged = *share;
    while (isDependent(merged.deviations)) mergeNeighbours(merged.deviations);
    const double h = std::max(1 / n, 1.6 * std::sqrt(merged.variance()));
    const double low = std::max(0.0, p - h), high = std::min(1.0, p + h);
    const double up = *all.percentileMs(high) - value, down = value - *all.percentileMs(low);
    const double slope = (up + down) / (high - low);
    if (slope > 0) s.widerBy = std::max(up / (high - p), down / (p - low)) / slope;
    for (const double d : share->deviations) s.deviations.push_back(-slope * d);
    return s;
}

}  // namespace

std::optional<double> percentileOf(Metric metric) {
    if (metric == Metric::p50Ms) return 0.5;
    if (metric == Metric::p95Ms) return 0.95;
    if (metric == Metric::p99Ms) return 0.99;
    return std::nullopt;
}

double Spread::variance() const {
    return deviations.size() < 2 ? 0
                                 : varianceOf(deviations) / static_cast<double>(deviations.size());
}

double Spread::halfWidth(double confidence) const {
    const double t = measure::studentQuantile(0.5 + confidence / 2, batches() - 1);
    return std::hypot(t * std::sqrt(variance()) * widerBy, resolution);
}

bool isDependent(const std::vector<double>& d) {
    return d.size() / 2 >= kFewestBatches && lag1Of(d) >= kDependent;
}

void mergeNeighbours(std::vector<double>& d) {
    std::vector<double> half;
    // An odd number: the first stays alone.
    if (d.size() % 2 != 0) half.push_back(d.front());
    for (std::size_t i = d.size() % 2; i + 1 < d.size(); i += 2)
        half.push_back((d[i] + d[i + 1]) / 2);
    d = std::move(half);
}

std::optional<Spread> unmergedSpreadOf(std::span<const Sample> slots, Metric metric) {
    if (slots.size() < 2) return std::nullopt;
    const auto ratio = [&](const auto& ask) {
        return ratioOf(partsOf(slots, [&](const Sample& s) {
            const auto all = s.total();
            const auto [above, below] = ask(s, all);
            return std::pair(static_cast<double>(above), static_cast<double>(below));
        }));
    };
    using All = measure::EndpointSample;
    switch (metric) {
        case Metric::p50Ms:
        case Metric::p95Ms:
        case Metric::p99Ms:
            return quantileOf(slots, *percentileOf(metric));
        case Metric::failedRatio:
            return ratio([](const Sample&, const All& all) {
                return std::pair(all.users.failed(), all.users.ended());
            });
        case Metric::answeredPerS:
            return ratio([](const Sample& slot, const All& all) {
                return std::pair(static_cast<double>(all.users.of(Outcome::ok)),
                                 slot.spanMs() / 1000);
            });
        case Metric::statementsPerRequest:
            return ratio([](const Sample&, const All& all) {
                return std::pair(all.server.statements, all.server.requests);
            });
    }
    return std::nullopt;
}

std::optional<Spread> spreadOf(std::span<const Sample> slots, Metric metric) {
    auto s = unmergedSpreadOf(slots, metric);
    while (s && isDependent(s->deviations)) mergeNeighbours(s->deviations);
    return s;
}

std::optional<Figure> orderStatistics(const measure::Histogram& h, double p, double confidence) {
    const auto n = static_cast<double>(h.count());
    if (n < 1) return std::nullopt;
    const double tail = (1 - confidence) / 2;
    // K of n requests lie below the percentile, K binomial. Walks up from where P(K ≤ k) is next to
    // nothing: twelve standard deviations below the mean.
    const double deviation = std::sqrt(n * p * (1 - p));
    double k = std::max(0.0, std::floor(n * p - 12 * deviation - 12));
    const auto chance = [&](double i) {
        return std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) +
                        i * std::log(p) + (n - i) * std::log1p(-p));
    };
    double sum = 0;
    double lowRank = 0, highRank = 0;  // order statistics, the first is 1
    for (; k <= n && highRank == 0; ++k) {
        sum += chance(k);
        if (sum <= tail) lowRank = k + 1;
        if (sum >= 1 - tail) highRank = k + 1;
    }
    if (lowRank < 1 || highRank < 1 || highRank > n) return std::nullopt;
    const auto at = [&](double rank) { return *h.percentileMs((rank - 0.5) / n); };
    return Figure{*h.percentileMs(p), at(lowRank), at(highRank)};
}

}  // namespace tenfold::study

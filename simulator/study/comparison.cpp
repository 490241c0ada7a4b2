// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulator/measure/student.h"
#include "simulator/study/spread.h"

namespace tenfold::study {

namespace {

/// Variances and covariance of the errors of two figures, and what Student's t they need.
struct Errors {
    double a = 0;
    double b = 0;
    double ab = 0;
    double degrees = 1;
};

double covariance(const std::vector<double>& x, const std::vector<double>& y) {
    const auto n = static_cast<double>(x.size());
    double meanX = 0, meanY = 0, sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        meanX += x[i] / n;
        meanY += y[i] / n;
    }
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - meanX) * (y[i] - meanY);
    return sum / (n - 1);
}

/// Welch–Satterthwaite: degrees of freedom of a sum of two variances.
double welch(double va, int na, double vb, int nb) {
    const double sum = va + vb;
    if (!(sum > 0)) return std::max(1, std::min(na, nb) - 1);
    return sum * sum / (va * va / (na - 1) + vb * vb / (nb - 1));
}

/// REQUIRES: as many deviations on both sides when paired.
Errors errorsOf(const Spread& a, const Spread& b, bool isPaired) {
    if (!isPaired) {
        Spread x = a, y = b;
        for (auto* d : {&x.deviations, &y.deviations})
            while (isDependent(*d)) mergeNeighbours(*d);
        Errors e{x.variance(), y.variance(), 0, 1};
        const double sa = a.value != 0 ? e.a / (a.value * a.value) : e.a;
        const double sb = b.value != 0 ? e.b / (b.value * b.value) : e.b;
        e.degrees = welch(sa, x.batches(), sb, y.batches());
        return e;
    }
    std::vector<double> x = a.deviations, y = b.deviations;
    const double scale = a.value != 0 && b.value != 0 ? b.value / a.value : 1;
    while (true) {
        // Whether neighbours resemble each other is asked of the difference: its chance counts.
        std::vector<double> d(x.size());
        for (std::size_t i = 0; i < d.size(); ++i) d[i] = y[i] - scale * x[i];
        if (!isDependent(d)) break;
        mergeNeighbours(x);
        mergeNeighbours(y);
    }
    const auto n = static_cast<double>(x.size());
    return {covariance(x, x) / n, covariance(y, y) / n, covariance(x, y) / n, n - 1};
}

Figure byLogarithms(const Spread& a, const Spread& b, const Errors& e, double confidence) {
    const double variance =
        e.a / (a.value * a.value) + e.b / (b.value * b.value) - 2 * e.ab / (a.value * b.value);
    const double chance = measure::studentQuantile(0.5 + confidence / 2, e.degrees) *
                          std::sqrt(std::max(0.0, variance));
    // Two percentiles of one bucket are the same one, as far as anybody knows.
    const double hidden = a.value == b.value ? 0 : a.resolution / a.value + b.resolution / b.value;
    const double half = std::hypot(chance, hidden);
    const double log = std::log(b.value / a.value);
    return {b.value / a.value, std::exp(log - half), std::exp(log + half)};
}

/// The ratios R for which b − R·a may be 0 (Fieller 1954), not below 0.
Figure byFieller(double a, double b, const Errors& e, double confidence) {
    const double t = measure::studentQuantile(0.5 + confidence / 2, e.degrees);
    // Accepted: c·R² − 2·d·R + f ≤ 0.
    const double c = a * a - t * t * e.a;
    const double d = a * b - t * t * e.ab;
    const double f = b * b - t * t * e.b;
    const double root = std::sqrt(std::max(0.0, d * d - c * f));
    Figure r{b / a, 0, std::numeric_limits<double>::infinity()};
    if (c > 0) {
        r.low = std::max(0.0, (d - root) / c);
        r.high = (d + root) / c;
    } else if (f > 0) {
        // A may be 0, B may not: everything beyond the positive root.
        r.low = c < 0 ? (d - root) / c : f / (2 * d);
    }
    return r;
}

std::string wordsOf(const ComparedFigure& f) {
    if (!f.a || !f.b) return "no figure";
    if (f.metric == Metric::failedRatio && *f.a == 0 && *f.b == 0) return "none failed in either";
    if (!f.isClear) return f.ratio ? "no clear difference" : "too little to tell";
    if (!f.ratio) return "none in A";
    if (*f.b == 0) return "none in B";
    const auto& r = *f.ratio;
    if (r.low == r.high) return fmt::format("{:.3g} ×", r.value);
    if (std::isinf(r.high)) return fmt::format("{:.3g} × (at least {:.2g})", r.value, r.low);
    return fmt::format("{:.3g} × ({:.3g}–{:.3g})", r.value, r.low, r.high);
}

void compareFigure(const Spread& a, const Spread& b, bool isPaired, double confidence,
                   ComparedFigure& out) {
    if (a.batches() < 2 || b.batches() < 2) return;
    const Errors e = errorsOf(a, b, isPaired);
    if (out.metric == Metric::failedRatio || a.value <= 0 || b.value <= 0) {
        const double t = measure::studentQuantile(0.5 + confidence / 2, e.degrees);
        const double variance = std::max(0.0, e.a + e.b - 2 * e.ab);
        out.isClear = std::abs(b.value - a.value) > t * std::sqrt(variance);
        if (a.value > 0) out.ratio = byFieller(a.value, b.value, e, confidence);
        return;
    }
    out.ratio = byLogarithms(a, b, e, confidence);
    out.isClear = !out.ratio->contains(1);
}

}  // namespace

Comparison compare(std::span<const measure::Sample> a, std::span<const measure::Sample> b,
                   bool isPaired, double confidence) {
    Comparison out;
    out.confidence = confidence;
    out.isPaired = isPaired;
    if (isPaired) {
        const auto n = std::min(a.size(), b.size());
        a = a.first(n);
        b = b.first(n);
    }
    const auto whole = [](std::span<const measure::Sample> slots) {
        measure::Sample sum;
        if (slots.empty()) return sum;
        sum = slots.front();
        for (const auto& s : slots.subspan(1)) sum.mergeLater(s);
        return sum;
    };
    const auto wholeA = whole(a), wholeB = whole(b);
    for (int i = 0; i < kMetrics; ++i) {
        ComparedFigure f;
        f.metric = static_cast<Metric>(i);
        // Also where there is too little for an interval.
        if (!a.empty()) f.a = valueOf(wholeA, f.metric);
        if (!b.empty()) f.b = valueOf(wholeB, f.metric);
        const auto x = unmergedSpreadOf(a, f.metric), y = unmergedSpreadOf(b, f.metric);
        if (x && y) compareFigure(*x, *y, isPaired, confidence, f);
        f.words = wordsOf(f);
        out.figures.push_back(std::move(f));
    }
    return out;
}

}  // namespace tenfold::study

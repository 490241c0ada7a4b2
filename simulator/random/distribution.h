// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "simulator/random/stream.h"

namespace tenfold::random {

/// A distribution of non-negative numbers, in whatever unit its parameters have: a value that draws
/// from a stream somebody else owns. The same seed gives the same numbers on any machine.
///
/// REQUIRES, for each maker: means > 0, unless it says otherwise. Whoever reads parameters from
/// outside checks them first.
class Distribution {
public:
    /// Exponential, by the ziggurat.
    static Distribution exponential(double mean);
    /// Always `mean` (≥ 0).
    static Distribution deterministic(double mean);
    /// Evenly spread over [min, max]; 0 ≤ min ≤ max.
    static Distribution uniform(double min, double max);
    /// Sum of k exponentials, k ≥ 1; squared coefficient of variation 1 / k.
    static Distribution erlang(int k, double mean);
    /// Exponential of mean `means[i]` with probability `p[i]`; as many of each, p sums to one.
    static Distribution hyperexponential(std::vector<double> p, std::vector<double> means);
    /// Lognormal of this mean and squared coefficient of variation (variance / mean², > 0).
    static Distribution lognormal(double mean, double scv);
    /// Pareto (type I) of this mean and shape > 1: P(X > x) = (x_min / x)^shape,
    /// x_min = mean · (shape − 1) / shape. The variance is infinite for shape ≤ 2.
    static Distribution pareto(double mean, double shape);

    double draw(Stream& stream) const;

    double mean() const { return m_mean; }
    /// Squared coefficient of variation, variance / mean²; infinity where there is no variance.
    double scv() const { return m_scv; }

private:
    enum class Kind : std::uint8_t {
        exponential,
        deterministic,
        uniform,
        erlang,
        hyperexponential,
        lognormal,
        pareto
    };
    struct Branch {
        double upTo;  // cumulative probability
        double mean;
    };

    Distribution(Kind kind, double mean, double scv, double a = 0, double b = 0)
        : m_kind(kind), m_mean(mean), m_scv(scv), m_a(a), m_b(b) {}

    Kind m_kind;
    double m_mean;
    double m_scv;
    // What `draw` needs, by kind: uniform min and width; erlang k and mean of a phase; lognormal
    // median and sigma; pareto x_min and 1 / shape.
    double m_a;
    double m_b;
    std::vector<Branch> m_branches;
};

}  // namespace tenfold::random

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/random/distribution.h"

#include <cmath>
#include <limits>
#include <utility>

#include "simulator/random/ziggurat.h"

namespace tenfold::random {

Distribution Distribution::exponential(double mean) {
    return {Kind::exponential, mean, 1};
}

Distribution Distribution::deterministic(double mean) {
    return {Kind::deterministic, mean, 0};
}

Distribution Distribution::uniform(double min, double max) {
    const double mean = (min + max) / 2, width = max - min;
    return {Kind::uniform, mean, mean > 0 ? width * width / 12 / (mean * mean) : 0, min, width};
}

Distribution Distribution::erlang(int k, double mean) {
    return {Kind::erlang, mean, 1.0 / k, static_cast<double>(k), mean / k};
}

Distribution Distribution::hyperexponential(std::vector<double> p, std::vector<double> means) {
    std::vector<Branch> branches;
    double upTo = 0, mean = 0, square = 0;
    for (std::size_t i = 0; i < p.size() && i < means.size(); ++i) {
        upTo += p[i];
        mean += p[i] * means[i];
        square += 2 * p[i] * means[i] * means[i];
        branches.push_back({upTo, means[i]});
    }
    Distribution d(Kind::hyperexponential, mean, square / (mean * mean) - 1);
    d.m_branches = std::move(branches);
    return d;
}

Distribution Distribution::lognormal(double mean, double scv) {
    // E[X] = e^(mu + sigma²/2), scv = e^(sigma²) − 1.
    const double variance = std::log1p(scv);
    return {Kind::lognormal, mean, scv, mean * std::exp(-variance / 2), std::sqrt(variance)};
}

Distribution Distribution::pareto(double mean, double shape) {
    const double scv =
        shape > 2 ? 1 / (shape * (shape - 2)) : std::numeric_limits<double>::infinity();
    return {Kind::pareto, mean, scv, mean * (shape - 1) / shape, 1 / shape};
}

double Distribution::draw(Stream& stream) const {
    switch (m_kind) {
        case Kind::exponential:
            return m_mean * standardExponential(stream);
        case Kind::deterministic:
            return m_mean;
        case Kind::uniform:
            return m_a + m_b * stream.uniform();
        case Kind::erlang: {
            double sum = 0;
            for (int i = 0; i < static_cast<int>(m_a); ++i) sum += standardExponential(stream);
            return m_b * sum;
        }
        case Kind::hyperexponential: {
            const double u = stream.uniform();
            std::size_t i = 0;
            // The last branch takes what rounding of the sum leaves over.
            while (i + 1 < m_branches.size() && u >= m_branches[i].upTo) ++i;
            return m_branches[i].mean * standardExponential(stream);
        }
        case Kind::lognormal:
            return stream.lognormal(m_a, m_b);
        case Kind::pareto:
            // If E is exponential of mean 1, e^-E is uniform: inversion without a power.
            return m_a * std::exp(m_b * standardExponential(stream));
    }
    return 0;
}

}  // namespace tenfold::random

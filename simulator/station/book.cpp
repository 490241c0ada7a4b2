// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/book.h"

#include <algorithm>

namespace tenfold::station {

void Book::restart() {
    m_batches.assign(1, {});
    m_histograms.fill({});
}

std::vector<double> Book::column(Field f) const {
    std::vector<double> out;
    out.reserve(m_batches.size());
    for (const auto& b : m_batches) out.push_back(b.*f);
    return out;
}

measure::Interval Book::ratio(Field numerator, Field denominator, double confidence) const {
    return measure::ratioOfBatches(column(numerator), column(denominator), confidence);
}

measure::Interval Book::rate(Field numerator, const std::vector<double>& ticks,
                             double confidence) const {
    return measure::ratioOfBatches(column(numerator), ticks, confidence);
}

measure::Interval Book::responsePercentile(double p, double confidence) const {
    measure::FineHistogram all;
    for (const auto& h : m_histograms) all.add(h);
    if (all.count() == 0) return {};
    const double value = all.quantile(p);
    // As measure::percentileByBatches, from counts.
    const std::size_t used = (m_batches.size() + 1) / 2;
    std::vector<double> below, counts;
    for (std::size_t i = 0; i < used; ++i) {
        below.push_back(m_histograms[i].countBelow(value));
        counts.push_back(static_cast<double>(m_histograms[i].count()));
    }
    const auto share = measure::ratioOfBatches(below, counts, confidence);
    const double high = all.quantile(p + share.halfWidth), low = all.quantile(p - share.halfWidth);
    return {value, std::max(high - value, value - low), share.batches};
}

}  // namespace tenfold::station

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/rate_limiting/gcra.h"

#include <algorithm>

namespace tenfold::mechanisms {

Gcra::Gcra(double ratePerS, double burst) {
    configure(ratePerS, burst);
}

void Gcra::configure(double ratePerS, double burst) {
    m_ratePerS = ratePerS;
    m_burst = burst;
    m_intervalNs = static_cast<std::int64_t>(1e9 / ratePerS);
    m_toleranceNs = static_cast<std::int64_t>((burst - 1) * 1e9 / ratePerS);
}

Admission Gcra::admit(std::string_view key, std::int64_t nowNs) {
    auto it = m_cells.find(key);
    if (it == m_cells.end()) {
        m_order.push_front({std::string(key), nowNs});
        it = m_cells.emplace(m_order.front().key, m_order.begin()).first;
        if (m_cells.size() > kMaxKeys) {
            m_cells.erase(m_order.back().key);
            m_order.pop_back();
        }
    } else {
        m_order.splice(m_order.begin(), m_order, it->second);
    }
    Cell& cell = *it->second;
    const std::int64_t due = std::max(nowNs, cell.arrivalNs);
    Admission a;
    if (due - nowNs > m_toleranceNs) {
        a.isAdmitted = false;
        a.retryAfterNs = due - nowNs - m_toleranceNs;
    } else {
        cell.arrivalNs = due + m_intervalNs;
    }
    const std::int64_t ahead = cell.arrivalNs - nowNs;
    a.resetNs = std::max<std::int64_t>(0, ahead);
    if (a.isAdmitted)
        a.remaining =
            std::max<std::int64_t>(0, (m_toleranceNs + m_intervalNs - ahead) / m_intervalNs);
    return a;
}

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/line_service.h"

#include <set>

namespace tenfold::station {

LineService::LineService(const Surroundings& s)
    : Service(s.model->classes.size()),
      m_around(s),
      m_free(s.model->stations[s.station].servers),
      m_isInfinite(s.model->stations[s.station].isInfinite()) {
    const bool isByPriority = s.model->stations[s.station].discipline == Discipline::priority;
    std::set<int> urgencies;
    for (const auto& c : s.model->classes) urgencies.insert(isByPriority ? c.priority : 0);
    for (const auto& c : s.model->classes)
        m_lineOf.push_back(static_cast<std::size_t>(
            std::distance(urgencies.begin(), urgencies.find(isByPriority ? c.priority : 0))));
    m_lines.resize(urgencies.size());
}

void LineService::begin(std::uint32_t customer, Nanos now) {
    const Customer& c = (*m_around.customers)[customer];
    m_busy[c.classIndex].add(1, now);
    m_around.queue->push(now + c.service, {Event::Kind::station, m_around.station, customer, 0});
}

void LineService::admit(std::uint32_t customer, Nanos now, Finished&) {
    if (m_isInfinite) {
        begin(customer, now);
    } else if (m_free > 0) {
        --m_free;
        begin(customer, now);
    } else {
        m_lines[m_lineOf[(*m_around.customers)[customer].classIndex]].push(customer);
    }
}

bool LineService::advance(const Event& e, Nanos now, Finished& finished) {
    m_busy[(*m_around.customers)[e.subject].classIndex].add(-1, now);
    finished.push_back(e.subject);
    if (m_isInfinite) return true;
    for (auto& line : m_lines) {
        if (line.empty()) continue;
        begin(line.pop(), now);
        return true;
    }
    ++m_free;
    return true;
}

}  // namespace tenfold::station

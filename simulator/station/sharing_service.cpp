// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/sharing_service.h"

#include <algorithm>
#include <cmath>

namespace tenfold::station {

SharingService::SharingService(const Surroundings& s)
    : Service(s.model->classes.size()),
      m_around(s),
      m_servers(s.model->stations[s.station].servers),
      m_ofClass(s.model->classes.size(), 0) {}

double SharingService::rate() const {
    return std::min(1.0, m_servers / static_cast<double>(m_present.size()));
}

void SharingService::catchUp(Nanos now) {
    if (!m_present.empty()) m_attained += static_cast<double>(now - m_now) * rate();
    m_now = now;
}

void SharingService::schedule(Nanos now) {
    ++m_version;
    const double each = m_present.empty() ? 0 : rate();
    for (std::size_t c = 0; c < m_ofClass.size(); ++c) m_busy[c].set(m_ofClass[c] * each, now);
    if (m_present.empty()) {
        // Nobody remembers the clock: from nought again, so that it stays exact.
        m_attained = 0;
        return;
    }
    const double left = std::max(0.0, m_present.front().doneAt - m_attained) / each;
    m_around.queue->push(now + static_cast<Nanos>(std::min(left + 0.5, Ticks::kMost)),
                         {Event::Kind::station, m_around.station, 0, m_version});
}

void SharingService::admit(std::uint32_t customer, Nanos now, Finished&) {
    catchUp(now);
    const Customer& c = (*m_around.customers)[customer];
    m_present.push_back({m_attained + static_cast<double>(c.service), m_sequence++, customer});
    std::push_heap(m_present.begin(), m_present.end(), isLater);
    ++m_ofClass[c.classIndex];
    schedule(now);
}

void SharingService::removeNext(Finished& finished) {
    const std::uint32_t customer = m_present.front().customer;
    std::pop_heap(m_present.begin(), m_present.end(), isLater);
    m_present.pop_back();
    --m_ofClass[(*m_around.customers)[customer].classIndex];
    finished.push_back(customer);
}

bool SharingService::advance(const Event& e, Nanos now, Finished& finished) {
    if (e.version != m_version) return false;
    catchUp(now);
    // The event was rounded to a tick: the one it was for is done whatever the clock says.
    m_attained = std::max(m_attained, m_present.front().doneAt);
    while (!m_present.empty() && m_present.front().doneAt <= m_attained) removeNext(finished);
    schedule(now);
    return true;
}

}  // namespace tenfold::station

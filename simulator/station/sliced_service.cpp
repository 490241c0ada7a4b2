// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/sliced_service.h"

#include <algorithm>

namespace tenfold::station {

SlicedService::SlicedService(const Surroundings& s)
    : Service(s.model->classes.size()),
      m_around(s),
      m_cores(s.model->stations[s.station].servers,
              std::max<Nanos>(1, s.ticks.of(s.model->stations[s.station].sliceS))) {}

void SlicedService::catchUp(Nanos now, Finished& finished) {
    m_grants.clear();
    m_finishes.clear();
    m_cores.advance(now, m_grants, m_finishes);
    for (const auto& f : m_finishes) {
        const std::uint32_t customer = m_customerOf[f.id & 0xffff'ffff];
        finished.push_back(customer);
        // The scheduler tells no class who has a core. What each had is known when it is done,
        // which over a run is the same sum.
        m_busy[(*m_around.customers)[customer].classIndex].addArea(
            static_cast<double>((*m_around.customers)[customer].service));
    }
    ++m_version;
    if (const auto at = m_cores.nextEventAt())
        m_around.queue->push(std::max(*at, now),
                             {Event::Kind::station, m_around.station, 0, m_version});
}

void SlicedService::admit(std::uint32_t customer, Nanos now, Finished& finished) {
    const auto job = m_cores.submit(now, (*m_around.customers)[customer].service);
    const std::size_t place = job & 0xffff'ffff;
    if (place >= m_customerOf.size()) m_customerOf.resize(place + 1);
    m_customerOf[place] = customer;
    catchUp(now, finished);
}

bool SlicedService::advance(const Event& e, Nanos now, Finished& finished) {
    if (e.version != m_version) return false;
    catchUp(now, finished);
    return true;
}

}  // namespace tenfold::station

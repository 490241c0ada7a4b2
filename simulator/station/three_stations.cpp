// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/three_stations.h"

#include "simulator/random/ziggurat.h"

namespace tenfold::station {

namespace {
constexpr double kBetweenArrivalsNs = 1e9 / 8'000;
}  // namespace

ThreeStations::ThreeStations(std::uint64_t seed)
    : m_stream(seed, "three stations"), m_stations{{{64, 4.0e6}, {32, 2.5e6}, {32, 1.0e6}}} {
    m_queue.reserve(256);
}

double ThreeStations::meanResponseMs() const {
    return m_completed > 0 ? m_responseNs / static_cast<double>(m_completed) / 1e6 : 0;
}

ThreeStations::Nanos ThreeStations::draw(double meanNs) {
    return static_cast<Nanos>(random::standardExponential(m_stream) * meanNs + 0.5);
}

void ThreeStations::enter(std::uint32_t at, Nanos arrivedAt, Nanos now) {
    Station& s = m_stations[at];
    if (s.free > 0) {
        --s.free;
        m_queue.push(now + draw(s.meanNs), {arrivedAt, at});
    } else {
        s.waiting.push(arrivedAt);
    }
}

void ThreeStations::run(std::uint64_t events) {
    Nanos now = 0;
    m_queue.push(now, {0, kArrival});
    while (!m_queue.empty()) {
        const Event e = m_queue.pop(now);
        ++m_events;
        if (e.what == kArrival) {
            enter(0, now, now);
            if (m_events < events) m_queue.push(now + draw(kBetweenArrivalsNs), {0, kArrival});
            continue;
        }
        Station& s = m_stations[e.what];
        if (s.waiting.empty()) {
            ++s.free;
        } else {
            m_queue.push(now + draw(s.meanNs), {s.waiting.pop(), e.what});
        }
        if (e.what + 1 < m_stations.size()) {
            enter(e.what + 1, e.arrivedAt, now);
        } else {
            m_responseNs += static_cast<double>(now - e.arrivedAt);
            ++m_completed;
        }
    }
}

}  // namespace tenfold::station

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "simulator/kernel/event_queue.h"
#include "simulator/kernel/ring.h"
#include "simulator/random/stream.h"

namespace tenfold::station {

/// The network by which the kernel is compared with other simulators, written directly on the event
/// queue as theirs is on their schedulers: Poisson arrivals of 8,000/s pass three stations, first
/// come first served, with exponential service: 64 servers of 4 ms, 32 of 2.5 ms, 32 of 1 ms. By
/// Jackson's theorem the mean response is 7.502 ms. One arrival or one departure is one event.
class ThreeStations {
public:
    explicit ThreeStations(std::uint64_t seed);

    /// Arrivals go on until there were this many events, then the network empties.
    void run(std::uint64_t events);

    std::uint64_t events() const { return m_events; }
    double meanResponseMs() const;

private:
    using Nanos = kernel::Nanos;
    static constexpr std::uint32_t kArrival = 3;
    struct Event {
        Nanos arrivedAt;     // at the network, of the customer whose service ends
        std::uint32_t what;  // station, or kArrival
    };
    struct Station {
        int free;
        double meanNs;
        kernel::Ring<Nanos> waiting{};  // arrival at the network
    };

    Nanos draw(double meanNs);
    void enter(std::uint32_t station, Nanos arrivedAt, Nanos now);

    random::Stream m_stream;
    kernel::EventQueue<Event> m_queue;
    std::array<Station, 3> m_stations;
    std::uint64_t m_events = 0;
    std::uint64_t m_completed = 0;
    double m_responseNs = 0;
};

}  // namespace tenfold::station

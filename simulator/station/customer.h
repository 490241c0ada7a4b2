// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/kernel/event_queue.h"

namespace tenfold::station {

using kernel::Nanos;

/// Somebody in the network. Times are ticks.
struct Customer {
    Nanos enteredNetwork = 0;  // closed: last visit to the first station
    Nanos enteredStation = 0;
    Nanos service = 0;  // drawn when it entered the station
    std::uint32_t classIndex = 0;
    std::uint32_t station = 0;
};

/// Everybody in the network, by number; numbers are used again.
class Customers {
public:
    std::uint32_t add(std::uint32_t classIndex, Nanos now) {
        std::uint32_t id = 0;
        if (m_free.empty()) {
            id = static_cast<std::uint32_t>(m_all.size());
            m_all.emplace_back();
        } else {
            id = m_free.back();
            m_free.pop_back();
        }
        m_all[id] = {now, now, 0, classIndex, 0};
        return id;
    }
    void remove(std::uint32_t id) { m_free.push_back(id); }
    Customer& operator[](std::uint32_t id) { return m_all[id]; }
    const Customer& operator[](std::uint32_t id) const { return m_all[id]; }
    std::size_t present() const { return m_all.size() - m_free.size(); }

private:
    std::vector<Customer> m_all;
    std::vector<std::uint32_t> m_free;
};

/// What happens next: somebody arrives, or something changes at a station.
struct Event {
    enum class Kind : std::uint32_t { arrival, station };
    Kind kind;
    std::uint32_t place;    // class that arrives, or station
    std::uint32_t subject;  // customer whose service ends, where that is one
    std::uint32_t version;  // for stations that change their mind: an older one counts no more
};
using Queue = kernel::EventQueue<Event>;

}  // namespace tenfold::station

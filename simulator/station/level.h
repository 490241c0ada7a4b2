// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/kernel/event_queue.h"

namespace tenfold::station {

/// A quantity that changes in steps (customers present, servers busy) and its integral over time.
class Level {
public:
    void add(double change, kernel::Nanos now) { set(m_value + change, now); }
    void set(double value, kernel::Nanos now) {
        m_area += m_value * static_cast<double>(now - m_since);
        m_since = now;
        m_value = value;
    }
    double value() const { return m_value; }

    /// For what is known only afterwards: value times ticks that did not show as a value.
    void addArea(double area) { m_area += area; }

    /// Value times ticks since the last call; counting begins anew.
    double takeArea(kernel::Nanos now) {
        set(m_value, now);
        const double area = m_area;
        m_area = 0;
        return area;
    }

private:
    double m_value = 0;
    double m_area = 0;
    kernel::Nanos m_since = 0;
};

}  // namespace tenfold::station

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "simulator/kernel/event_queue.h"
#include "simulator/station/model.h"

namespace tenfold::station {

/// Time of a network in whole ticks. A tick is a nanosecond unless the model's times are very short
/// or very long: it is a power of ten, at most a hundred-thousandth of the shortest mean, and long
/// enough that the whole run fits into 63 bits.
class Ticks {
public:
    /// REQUIRES: a checked model.
    explicit Ticks(const Model& m);

    /// Rounded to the nearest, so that means stay what they are.
    kernel::Nanos of(double seconds) const {
        return static_cast<kernel::Nanos>(std::min(seconds * m_perSecond + 0.5, kMost));
    }
    double seconds(double ticks) const { return ticks / m_perSecond; }

    /// The longest time there is: two of them still fit into 63 bits.
    static constexpr double kMost = 4e18;

private:
    double m_perSecond = 1e9;
};

}  // namespace tenfold::station

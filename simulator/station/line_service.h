// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/kernel/ring.h"
#include "simulator/station/service.h"

namespace tenfold::station {

/// Servers that keep who they have begun with: first come first served, by priority if the station
/// says so (non-preemptive), or without any line where servers are infinite.
class LineService : public Service {
public:
    explicit LineService(const Surroundings& s);
    void admit(std::uint32_t customer, Nanos now, Finished& finished) override;
    bool advance(const Event& e, Nanos now, Finished& finished) override;

private:
    void begin(std::uint32_t customer, Nanos now);

    Surroundings m_around;
    int m_free;  // servers; unused when infinite
    bool m_isInfinite;
    std::vector<std::size_t> m_lineOf;                 // by class
    std::vector<kernel::Ring<std::uint32_t>> m_lines;  // most urgent first
};

}  // namespace tenfold::station

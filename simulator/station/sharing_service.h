// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/station/service.h"

namespace tenfold::station {

/// Processor sharing: n customers on k servers are each served at rate min(1, k / n).
///
/// All present are served equally fast, so one clock of service given ("attained") says who is
/// done: whoever came when it stood at a, with service s, is done when it stands at a + s.
class SharingService : public Service {
public:
    explicit SharingService(const Surroundings& s);
    void admit(std::uint32_t customer, Nanos now, Finished& finished) override;
    bool advance(const Event& e, Nanos now, Finished& finished) override;

private:
    struct Present {
        double doneAt;  // on the clock of attained service, ticks
        std::uint64_t sequence;
        std::uint32_t customer;
    };
    static bool isLater(const Present& a, const Present& b) {
        return a.doneAt != b.doneAt ? a.doneAt > b.doneAt : a.sequence > b.sequence;
    }

    double rate() const;
    void catchUp(Nanos now);
    void removeNext(Finished& finished);
    void schedule(Nanos now);

    Surroundings m_around;
    double m_servers;
    double m_attained = 0;
    Nanos m_now = 0;
    std::uint64_t m_sequence = 0;
    std::uint32_t m_version = 0;
    std::vector<Present> m_present;        // a heap, next to be done in front
    std::vector<std::uint32_t> m_ofClass;  // present, by class
};

}  // namespace tenfold::station

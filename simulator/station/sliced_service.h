// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/hardware/core_scheduler.h"
#include "simulator/station/service.h"

namespace tenfold::station {

/// Round robin in slices: the scheduler of emulated cores that live nodes use, driven by events.
class SlicedService : public Service {
public:
    explicit SlicedService(const Surroundings& s);
    void admit(std::uint32_t customer, Nanos now, Finished& finished) override;
    bool advance(const Event& e, Nanos now, Finished& finished) override;

private:
    void catchUp(Nanos now, Finished& finished);

    Surroundings m_around;
    hardware::CoreScheduler m_cores;
    std::uint32_t m_version = 0;
    std::vector<std::uint32_t> m_customerOf;  // by the scheduler's place of a job
    std::vector<hardware::CoreScheduler::Grant> m_grants;
    std::vector<hardware::CoreScheduler::Finish> m_finishes;
};

}  // namespace tenfold::station

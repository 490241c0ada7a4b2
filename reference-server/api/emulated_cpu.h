// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "simulator/hardware/core_scheduler.h"
#include "simulator/measure/histogram.h"

namespace tenfold::api {

/// The emulated cores of one API instance. A thread books the CPU its request costs and waits until
/// the cores have done it: an absolute deadline, predicted, and looked at again if others came.
class EmulatedCpu {
public:
    EmulatedCpu(int cores, double sliceMs);

    /// Books `costMs` of CPU from `arrivalNs` on and returns when it is done, and `afterNs` later
    /// (a link to whoever asked).
    void spend(double costMs, std::int64_t arrivalNs, std::int64_t afterNs = 0);
    /// Bigger (or smaller) machines, from now on.
    void setCores(int cores);

    struct Counters {
        double busyCoreMs = 0;  // since the last call
        int running = 0;
        int waiting = 0;
        measure::Histogram overrun;  // woken later than due
    };
    Counters takeCounters();

private:
    std::mutex m_mutex;
    hardware::CoreScheduler m_cores;
    std::unordered_map<hardware::CoreScheduler::JobId, std::int64_t> m_finished;
    std::vector<hardware::CoreScheduler::Grant> m_grants;
    std::vector<hardware::CoreScheduler::Finish> m_finishes;
    std::int64_t m_busyBeforeNs = 0;
    measure::Histogram m_overrun;
};

}  // namespace tenfold::api

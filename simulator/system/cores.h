// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "simulator/hardware/core_scheduler.h"
#include "simulator/system/event.h"

namespace tenfold::system {

/// The emulated cores of one simulated node: the live nodes' scheduler, driven by events.
class Cores {
public:
    using Queue = kernel::EventQueue<Event>;

    /// `kind` and `node`: the event that says that something is due here.
    Cores(Queue& queue, EventKind kind, std::uint32_t node, int cores, double sliceMs);

    /// A job that arrives at `at` (now or later) and belongs to `owner`.
    hardware::CoreScheduler::JobId submit(Nanos now, Nanos at, Nanos cost, std::uint32_t owner);
    /// Somebody gave up: what has not begun costs only this much.
    void limitIfNotBegun(hardware::CoreScheduler::JobId id, Nanos cost);
    bool hasBegun(hardware::CoreScheduler::JobId id) const;
    void setCores(Nanos now, int cores);
    /// Everything up to now; the owners of what has finished, in order, are in finished().
    void advance(Nanos now);
    const std::vector<std::uint32_t>& finished() const { return m_owners; }
    /// Core time used, ns, cumulative.
    Nanos busyNs(Nanos now) const { return m_scheduler.busyNs(now); }
    int cores() const { return m_scheduler.cores(); }
    int waiting() const { return m_scheduler.waiting(); }
    /// Asks for the event that is due next. Call after every change and every advance().
    void arm(Nanos now);

private:
    void run(Nanos now);

    Queue& m_queue;
    Event m_event;
    hardware::CoreScheduler m_scheduler;
    std::vector<std::uint32_t> m_ownerOf;  // by the place of a job in the scheduler
    std::vector<bool> m_hasBegun;
    std::vector<hardware::CoreScheduler::Grant> m_grants;
    std::vector<hardware::CoreScheduler::Finish> m_finishes;
    std::vector<std::uint32_t> m_owners;
    std::vector<std::uint32_t> m_due;  // finished, and not yet told
    Nanos m_armedAt = std::numeric_limits<Nanos>::max();
};

}  // namespace tenfold::system

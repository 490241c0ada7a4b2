// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "simulator/measure/sample.h"
#include "simulator/scenario/design.h"
#include "simulator/system/event.h"
#include "simulator/system/provider.h"

namespace tenfold::system {

class System;

/// The worker: looks for jobs, takes them under a lease, has them delivered, deletes them, by the
/// statements and at the pace of the live one. One round trip to the primary at a time.
class Worker {
public:
    explicit Worker(System& system) : m_system(system) {}

    /// Jobs or none; one that is not wanted any more does the jobs that are left, for a while.
    void configure(Nanos now, const scenario::Design& design);
    bool isRunning() const { return m_isRunning; }

    void wakes(Nanos now);
    void statementAnswers(std::uint32_t work, Nanos now);
    /// The cache has been told that a product has changed.
    void newsArrives(std::uint64_t job, Nanos now);
    void delivered(std::uint64_t job, CallEnd end, Nanos now);
    void collect(measure::Sample& sample, Nanos now);

private:
    enum class Asking : std::uint8_t { nothing, left, due, transaction };
    enum class As : std::uint8_t { done, later, dead };
    struct Settled {
        std::uint64_t job;
        As as;
        Nanos runAt;
    };
    void arm(Nanos now);
    void cycle(Nanos now);
    void beginTransaction(Nanos now);
    void endTransaction(Nanos now);
    void send(Asking what, std::vector<Nanos> costs, bool isWrite, Nanos now);
    void beginDeliveries(Nanos now);
    Nanos cost(const char* shape, double steps) const;
    int room() const;

    System& m_system;
    bool m_isRunning = false;
    Nanos m_endsAt = 0;  // not wanted any more; 0: it is
    int m_workers = 1;
    Nanos m_timeoutNs = 0;
    Asking m_asking = Asking::nothing;
    Nanos m_armedAt = -1;
    Nanos m_nextCycle = 0;
    Nanos m_nextLook = 0;
    int m_room = 0;  // of the transaction under way
    std::size_t m_settling = 0;
    std::deque<std::uint64_t> m_jobs;  // taken, not begun
    std::vector<Settled> m_settled;    // and not yet told to the database
    int m_inProgress = 0;
    double m_leftJobs = 0;  // as it last saw them
    Nanos m_oldestAt = 0;
    double m_dead = 0;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    std::map<std::string, std::uint64_t> m_rejected;
};

}  // namespace tenfold::system

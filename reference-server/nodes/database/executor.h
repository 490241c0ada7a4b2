// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "simulator/hardware/core_scheduler.h"
#include "simulator/hardware/profile.h"
#include "simulator/hardware/statement_costs.h"
#include "simulator/measure/clock.h"

namespace tenfold::nodes {

/// Runs the real work of a database node and decides when it is done on the emulated cores.
///
/// Everything but the work itself happens on the IO thread. Work that is known to be short runs
/// there too: two thread changes would cost more than an indexed look-up. The rest runs on two
/// worker threads, so a scan never blocks the IO thread.
class Executor {
public:
    using Nanos = measure::Nanos;
    struct Usage {
        std::uint64_t vmSteps = 0;
        std::uint64_t fullScanSteps = 0;
        double extraUs = 0;  // on top of what the steps cost
    };
    using Work = std::function<Usage()>;
    /// Told the time at which the emulated cores finished: at or before now.
    using Done = std::function<void(Nanos finishedAt)>;

    Executor(boost::asio::io_context& io, const hardware::HardwareProfile& hardware, int cores);
    ~Executor();

    /// Books a statement that may start at `startAt`.
    void submit(Nanos startAt, std::string shape, Work work, Done done);
    /// Real work that no emulated core pays for, on a worker thread; `done` on the IO thread.
    void aside(std::function<void()> work, std::function<void()> done);
    /// Waits for the work in progress and drops what has not begun. Nothing can be submitted after.
    void drain();
    /// Calls back at or soon after an absolute time.
    void at(Nanos when, std::function<void()> callback);

    void setCores(int cores) { m_scheduler.setCores(cores); }
    void setDataFactor(double factor) { m_hardware.dataFactor = factor; }
    /// After a schema change nothing is known about how long a shape takes.
    void forgetShapes() { m_steps.clear(); }

    int cores() const { return m_scheduler.cores(); }
    int waiting() const { return m_scheduler.waiting(); }
    bool isNative() const { return m_hardware.native; }
    Nanos busyNs(Nanos upTo) const { return m_scheduler.busyNs(upTo); }
    std::uint64_t arrived() const { return m_arrived; }
    std::uint64_t completed() const { return m_completed; }

private:
    struct Job {
        std::string shape;
        Work work;
        Done done;
    };
    struct Deadline {
        Nanos when;
        std::uint64_t sequence;
        std::function<void()> callback;
    };
    struct Later {
        bool operator()(const Deadline& a, const Deadline& b) const {
            return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
        }
    };
    bool isShort(const std::string& shape) const;
    void note(const std::string& shape, std::uint64_t vmSteps);
    void execute(hardware::CoreScheduler::JobId id);
    void worked(hardware::CoreScheduler::JobId id, const Usage& usage);
    void pump();
    void arm();

    boost::asio::io_context& m_io;
    hardware::HardwareProfile m_hardware;
    hardware::StatementCosts m_costs;
    hardware::CoreScheduler m_scheduler;
    boost::asio::steady_timer m_timer;
    boost::asio::thread_pool m_workers;
    std::unordered_map<hardware::CoreScheduler::JobId, Job> m_jobs;
    std::priority_queue<Deadline, std::vector<Deadline>, Later> m_deadlines;
    std::unordered_map<std::string, std::uint64_t> m_steps;  // shape → most VM steps seen
    std::uint64_t m_sequence = 0;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    bool m_isPumping = false;
    bool m_isPumpPosted = false;
    Nanos m_armedFor = 0;
};

}  // namespace tenfold::nodes

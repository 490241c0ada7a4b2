// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "reference-server/api/cache_client.h"
#include "reference-server/mechanisms/side_effects/job_queue.h"
#include "simulator/measure/sample.h"
#include "simulator/random/stream.h"

namespace tenfold::nodes {

/// Takes jobs under a lease, delivers them, deletes them; what fails it tries again later, and
/// gives up after so many attempts. E-mails and webhooks go to the provider, the news of a change
/// to the shared cache: that is tried until the cache is there, because to give it up would be to
/// leave an old answer where it is, and without a cache there is nobody to tell.
///
/// One thread talks to the database: what has ended and what is taken next is one transaction. The
/// others call the provider and the cache. A job is held by this process from its lease on; if it
/// dies, the lease ends and the job is somebody else's. At most twice as many jobs are taken as
/// there are workers.
class Relay {
public:
    struct Settings {
        int workers = 64;
        double timeoutS = 5;
        double leaseS = 30;
        int attempts = 5;
        double backoffS = 1;
        int markTtlMs = 120'000;  // of the news in the cache
    };
    struct Peers {
        std::shared_ptr<api::DatabaseAccess> databases;
        std::shared_ptr<mechanisms::SinkClient> sink;
        std::shared_ptr<api::CacheClient> cache;  // nullptr: the design has none
    };
    Relay(std::uint64_t seed, const Settings& settings, Peers peers);
    ~Relay();

    /// From now on; jobs under way end as they were begun.
    void use(const Settings& settings, Peers peers);
    /// Waits until no job is left; false when some are after the limit.
    bool drain(measure::Nanos limitNs);
    /// What was counted since the last call.
    measure::NodeSample collect();

private:
    void loop();
    void cycle();
    void look();
    void work();
    void settle(const mechanisms::Job& job, mechanisms::Delivery how);

    std::mutex m_mutex;  // of everything below but the threads
    std::condition_variable m_loopWake;
    std::condition_variable m_workWake;
    std::condition_variable m_drained;
    Settings m_settings;
    Peers m_peers;
    random::Stream m_jitter;
    std::deque<mechanisms::Job> m_jobs;          // taken, not begun
    std::vector<mechanisms::Settled> m_settled;  // and not yet told to the database
    int m_inProgress = 0;
    mechanisms::JobQueue::Left m_left;
    std::uint64_t m_looks = 0;  // at what is left
    measure::Nanos m_nextCycle = 0;
    measure::Nanos m_nextLook = 0;
    measure::NodeSample m_node;  // of the current slot
    bool m_isEnding = false;
    std::vector<std::thread> m_workers;
    std::thread m_loop;
};

}  // namespace tenfold::nodes

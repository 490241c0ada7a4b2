// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tenfold::nodes {

/// The threads of an API server. cpp-httplib gives each connection to one thread for as long as it
/// lives. The queue is bounded, but a job must never be dropped: its socket would leak. What is too
/// much runs with the mark "reject", and is answered 503 and closed.
class WorkerQueue final : public httplib::TaskQueue {
public:
    WorkerQueue(int threads, std::size_t bound);

    void enqueue(std::function<void()> job) override;
    void shutdown() override;

    /// On a worker thread: this connection is over the bound.
    static bool isRejected();
    /// On a worker thread, once for each connection: how long it waited for the thread, ms.
    static double takeWaitMs();

private:
    struct Job {
        std::function<void()> run;
        std::int64_t queuedAt;
        bool isRejected;
    };
    void work();

    std::size_t m_bound;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Job> m_jobs;
    bool m_isStopping = false;
    std::vector<std::thread> m_threads;
};

}  // namespace tenfold::nodes

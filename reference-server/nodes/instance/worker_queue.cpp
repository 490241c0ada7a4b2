// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/worker_queue.h"

#include <sys/prctl.h>

#include <utility>

#include "simulator/measure/clock.h"

namespace tenfold::nodes {

namespace {
// Of the connection a thread is serving. cpp-httplib hands a job nothing but the socket.
thread_local bool t_isRejected = false;
thread_local double t_waitMs = 0;
}  // namespace

WorkerQueue::WorkerQueue(int threads, std::size_t bound) : m_bound(bound) {
    for (int i = 0; i < threads; ++i) m_threads.emplace_back([this] { work(); });
}

bool WorkerQueue::isRejected() {
    return t_isRejected;
}
double WorkerQueue::takeWaitMs() {
    return std::exchange(t_waitMs, 0.0);
}

void WorkerQueue::enqueue(std::function<void()> job) {
    {
        std::lock_guard lock(m_mutex);
        const bool isRejected = m_jobs.size() >= m_bound;
        Job entry{std::move(job), measure::monotonicNow(), isRejected};
        // A refusal is quick, and the sooner it is out the better.
        if (isRejected) {
            m_jobs.push_front(std::move(entry));
        } else {
            m_jobs.push_back(std::move(entry));
        }
    }
    m_wake.notify_one();
}

void WorkerQueue::work() {
    // The default slack of 50 µs would be added to every emulated wait.
    ::prctl(PR_SET_TIMERSLACK, 1000);
    while (true) {
        Job job;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_isStopping || !m_jobs.empty(); });
            if (m_jobs.empty()) return;
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        t_isRejected = job.isRejected;
        t_waitMs = static_cast<double>(measure::monotonicNow() - job.queuedAt) / 1e6;
        job.run();
    }
}

void WorkerQueue::shutdown() {
    {
        std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    m_wake.notify_all();
    for (auto& t : m_threads) t.join();
}

}  // namespace tenfold::nodes

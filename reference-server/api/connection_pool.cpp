// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/connection_pool.h"

#include <algorithm>
#include <chrono>

#include "reference-server/api/problem.h"

namespace tenfold::api {

namespace {
constexpr int kConnectTimeoutMs = 2000;
// Shorter than the wait for a connection: who waits gets what another has given up meanwhile.
constexpr auto kRetryAfter = std::chrono::milliseconds(250);
}  // namespace

ConnectionPool::ConnectionPool(Settings settings) : m_settings(std::move(settings)) {
    m_opener = std::thread([this] { openLoop(); });
}

ConnectionPool::~ConnectionPool() {
    {
        std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    m_openWake.notify_all();
    m_opener.join();
}

void ConnectionPool::openLoop() {
    std::unique_lock lock(m_mutex);
    bool isFirstFill = true;
    int attempts = 0;
    while (!m_isStopping) {
        const bool isWanted =
            m_open < m_settings.size && (isFirstFill || !m_waiters.empty() || m_open == 0);
        if (!isWanted) {
            m_openWake.wait_for(lock, kRetryAfter);
            continue;
        }
        lock.unlock();
        std::unique_ptr<Connection> fresh;
        try {
            fresh = std::make_unique<Connection>(m_settings.port, m_settings.database,
                                                 kConnectTimeoutMs, m_settings.node);
        } catch (const DatabaseError&) {
            // Counted below; the database has said why in its own log of rejections.
        }
        lock.lock();
        if (fresh) {
            ++m_open;
            ++m_inUse;  // giveBack undoes it
            lock.unlock();
            giveBack(std::move(fresh));
            lock.lock();
        } else {
            ++m_refused;
        }
        // The first fill asks once for each connection it wants; later tries are paced.
        if (isFirstFill && ++attempts >= m_settings.size) isFirstFill = false;
        // Nobody who comes to wait may cut the pause short: each attempt that a full database turns
        // away costs it a process start, and would be counted as one more refusal.
        if (!fresh && !isFirstFill)
            m_openWake.wait_for(lock, kRetryAfter, [&] { return m_isStopping; });
    }
}

ConnectionPool::Lease ConnectionPool::lend(Trace& trace) {
    const StageTimer timer(trace, measure::Stage::connection);
    std::unique_lock lock(m_mutex);
    while (m_waiters.empty() && !m_idle.empty()) {
        auto connection = std::move(m_idle.back());
        m_idle.pop_back();
        // A database that was restarted has closed them all: without the look, each of them would
        // cost one more request.
        if (!connection->isAlive()) {
            --m_open;
            continue;
        }
        ++m_inUse;
        return Lease(*this, std::move(connection));
    }
    Waiter self;
    m_waiters.push_back(&self);
    if (m_open < m_settings.size) m_openWake.notify_one();
    const auto limit = std::chrono::steady_clock::now() +
                       std::chrono::microseconds(static_cast<long>(m_settings.waitMs * 1000));
    self.wake.wait_until(lock, limit, [&] { return self.connection != nullptr; });
    if (!self.connection) {
        std::erase(m_waiters, &self);
        ++m_timedOut;
        throw Problem(503, "Every connection of this instance was busy for too long.",
                      "connection_wait", 1);
    }
    return Lease(*this, std::move(self.connection));
}

void ConnectionPool::giveBack(std::unique_ptr<Connection> connection) {
    std::lock_guard lock(m_mutex);
    --m_inUse;
    if (!connection->isUsable()) {
        --m_open;
        m_openWake.notify_one();
        return;
    }
    if (m_waiters.empty()) {
        m_idle.push_back(std::move(connection));
        return;
    }
    Waiter* next = m_waiters.front();
    m_waiters.pop_front();
    ++m_inUse;
    next->connection = std::move(connection);
    next->wake.notify_one();
}

ConnectionPool::Counters ConnectionPool::takeCounters() {
    std::lock_guard lock(m_mutex);
    Counters c{m_open, m_inUse, static_cast<int>(m_waiters.size()), m_refused, m_timedOut};
    m_refused = 0;
    m_timedOut = 0;
    return c;
}

}  // namespace tenfold::api

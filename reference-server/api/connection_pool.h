// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "reference-server/api/connection.h"

namespace tenfold::api {

/// A fixed-size pool of connections to one database, lent first come, first served.
///
/// It is filled at once from a thread of its own (HikariCP's fixed pool), so a database with too
/// few connections says so when the instance starts, not at the first peak. What could not be
/// opened is tried again when somebody waits, at most four times a second.
class ConnectionPool {
public:
    struct Settings {
        int port = 0;
        std::string database = "shop";
        int size = 10;
        double waitMs = 1000;  // then 503
        std::string node{};    // whose answers these are, in what a trace tells
    };
    struct Counters {
        int open = 0;
        int inUse = 0;
        int waiting = 0;
        std::uint64_t refused = 0;   // 53300 and other failed attempts, since the last call
        std::uint64_t timedOut = 0;  // waits that ended in 503, since the last call
    };

    explicit ConnectionPool(Settings settings);
    ~ConnectionPool();

    /// Gives its connection back at the end of its scope.
    class Lease {
    public:
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
            : m_pool(&pool), m_connection(std::move(connection)) {}
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (m_connection) m_pool->giveBack(std::move(m_connection));
        }
        Connection* operator->() const { return m_connection.get(); }

    private:
        ConnectionPool* m_pool;
        std::unique_ptr<Connection> m_connection;
    };

    /// Waits in line for a connection. Throws Problem 503 ("connection_wait") after the limit. The
    /// time it took is booked as the stage `connection`.
    Lease lend(Trace& trace);

    /// Reads and resets the event counts.
    Counters takeCounters();
    const Settings& settings() const { return m_settings; }

private:
    struct Waiter {
        std::condition_variable wake;
        std::unique_ptr<Connection> connection;
    };
    void giveBack(std::unique_ptr<Connection> connection);
    void openLoop();

    Settings m_settings;
    std::mutex m_mutex;
    std::vector<std::unique_ptr<Connection>> m_idle;
    std::deque<Waiter*> m_waiters;
    std::condition_variable m_openWake;
    int m_open = 0;
    int m_inUse = 0;
    std::uint64_t m_refused = 0;
    std::uint64_t m_timedOut = 0;
    bool m_isStopping = false;
    std::thread m_opener;
};

}  // namespace tenfold::api

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>

#include "simulator/random/stream.h"
#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// The outbox of the simulated database: the jobs in the order of their ids, as the statements of
/// the live worker see them.
class Outbox final : public system::JobQueue {
public:
    explicit Outbox(std::uint64_t seed);

    void configure(const scenario::Design& design) override;
    void add(const system::NewJob& job, system::Nanos now) override;
    Seen look(int limit, system::Nanos now) const override;
    std::vector<std::uint64_t> take(int limit, system::Nanos now) override;
    system::NewJob what(std::uint64_t job) const override;
    bool wasCarriedOut(std::uint64_t job) override;
    Failure failed(std::uint64_t job, system::Nanos now) override;
    void later(std::uint64_t job, system::Nanos runAt) override;
    void done(std::uint64_t job) override { m_jobs.erase(job); }
    void bury(std::uint64_t job) override;
    std::size_t jobs() const override { return m_jobs.size(); }
    system::Nanos oldestAt() const override;
    std::uint64_t dead() const override { return m_dead; }

private:
    struct Job {
        system::NewJob what;
        bool isCarriedOut = false;
        int attempts = 0;
        system::Nanos createdAt = 0;
        system::Nanos runAt = 0;
        system::Nanos lockedUntil = 0;
    };
    random::Stream m_jitter;
    system::Nanos m_leaseNs = 0;
    int m_attempts = 1;
    double m_backoffS = 1;
    std::map<std::uint64_t, Job> m_jobs;
    std::uint64_t m_lastId = 0;
    std::uint64_t m_dead = 0;
};

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/side_effects/side_effects.h"

#include <utility>

#include "simulator/mechanisms/side_effects/spec.h"

namespace tenfold::mechanisms {

using system::Nanos;

Outbox::Outbox(std::uint64_t seed) : m_jitter(seed, "worker.jitter") {}

void Outbox::configure(const scenario::Design& design) {
    m_leaseNs = static_cast<Nanos>(design.parameter("side_effects", "lease_s", 30) * 1e9);
    m_attempts = static_cast<int>(design.parameter("side_effects", "attempts", 5));
    m_backoffS = design.parameter("side_effects", "backoff_s", 1);
}

void Outbox::add(const system::NewJob& what, Nanos now) {
    Job job;
    job.what = what;
    job.createdAt = job.runAt = now;
    m_jobs.emplace_hint(m_jobs.end(), ++m_lastId, job);
}

system::JobQueue::Seen Outbox::look(int limit, Nanos now) const {
    Seen seen;
    for (const auto& [id, job] : m_jobs) {
        if (seen.due >= limit) break;
        ++seen.read;
        seen.due += job.runAt <= now && job.lockedUntil <= now;
    }
    return seen;
}

std::vector<std::uint64_t> Outbox::take(int limit, Nanos now) {
    std::vector<std::uint64_t> taken;
    for (auto& [id, job] : m_jobs) {
        if (static_cast<int>(taken.size()) >= limit) break;
        if (job.runAt > now || job.lockedUntil > now) continue;
        job.lockedUntil = now + m_leaseNs;
        ++job.attempts;
        taken.push_back(id);
    }
    return taken;
}

system::NewJob Outbox::what(std::uint64_t id) const {
    const auto it = m_jobs.find(id);
    return it == m_jobs.end() ? system::NewJob{} : it->second.what;
}

bool Outbox::wasCarriedOut(std::uint64_t id) {
    const auto it = m_jobs.find(id);
    return it != m_jobs.end() && std::exchange(it->second.isCarriedOut, true);
}

system::JobQueue::Failure Outbox::failed(std::uint64_t id, Nanos now) {
    const double u = m_jitter.uniform();
    const auto it = m_jobs.find(id);
    if (it == m_jobs.end()) return {true, now};
    // News is tried until there is somebody to tell it to.
    const bool isNews = it->second.what.kind == system::NewJob::Kind::news;
    if (it->second.attempts >= m_attempts && !isNews) return {true, now};
    const double waitS = u * backoffLimitS(m_backoffS, it->second.attempts);
    return {false, now + static_cast<Nanos>(waitS * 1e9)};
}

void Outbox::later(std::uint64_t id, Nanos runAt) {
    const auto it = m_jobs.find(id);
    if (it == m_jobs.end()) return;
    it->second.runAt = runAt;
    it->second.lockedUntil = 0;
}

void Outbox::bury(std::uint64_t id) {
    m_dead += m_jobs.erase(id);
}

Nanos Outbox::oldestAt() const {
    return m_jobs.empty() ? 0 : m_jobs.begin()->second.createdAt;
}

}  // namespace tenfold::mechanisms

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/worker.h"

#include <algorithm>
#include <utility>

#include "simulator/scenario/jobs.h"
#include "simulator/system/system.h"
#include "simulator/system/worker_steps.h"

namespace tenfold::system {

namespace {

// As the live worker.
constexpr Nanos kPoll = 200'000'000;
constexpr Nanos kGather = 20'000'000;
constexpr Nanos kLookEvery = 500'000'000;
constexpr Nanos kAfterError = 250'000'000;
constexpr Nanos kDrain = 10'000'000'000;
constexpr std::size_t kMostSettled = 256;

}  // namespace

void Worker::configure(Nanos now, const scenario::Design& design) {
    const auto parameter = [&](const char* name, double fallback) {
        return design.parameter("side_effects", name, fallback);
    };
    const bool isWanted = scenario::hasJobs(design);
    if (isWanted || m_isRunning) {
        m_workers = static_cast<int>(parameter("workers", 64));
        m_timeoutNs = static_cast<Nanos>(parameter("timeout_s", 5) * 1e9);
    }
    if (isWanted && !m_isRunning) {
        m_isRunning = true;
        m_nextCycle = m_nextLook = now;
    }
    m_endsAt = isWanted ? 0 : m_endsAt > 0 ? m_endsAt : now + kDrain;
    beginDeliveries(now);
    arm(now);
}

int Worker::room() const {
    return 2 * m_workers - static_cast<int>(m_jobs.size()) - m_inProgress;
}

void Worker::arm(Nanos now) {
    if (!m_isRunning || m_asking != Asking::nothing) return;
    const Nanos due = std::max(now, std::min(m_nextCycle, m_nextLook));
    if (m_armedAt == due) return;
    m_armedAt = due;
    m_system.at(due, EventKind::workerWakes, 0);
}

void Worker::wakes(Nanos now) {
    if (!m_isRunning || m_asking != Asking::nothing || now != m_armedAt) return;
    m_armedAt = -1;
    const auto& queue = *m_system.mechanisms().jobs;
    const bool isIdle = m_settled.empty() && m_jobs.empty() && m_inProgress == 0;
    if (m_endsAt > 0 && isIdle && (queue.jobs() == 0 || now >= m_endsAt)) {
        m_isRunning = false;
        return;
    }
    if (m_nextLook > m_nextCycle) return cycle(now);
    const auto jobs = static_cast<double>(queue.jobs());
    send(Asking::left, {cost("outbox.left", kJobsLeftSteps.of(jobs, 0))}, false, now);
}

void Worker::cycle(Nanos now) {
    m_nextCycle = now + kPoll;
    if (!m_settled.empty()) return beginTransaction(now);
    if (room() <= 0) return arm(now);
    const auto seen = m_system.mechanisms().jobs->look(1, now);
    send(Asking::due, {cost("outbox.due", kJobsDueSteps.of(seen.read, seen.due))}, false, now);
}

void Worker::beginTransaction(Nanos now) {
    m_settling = std::min(m_settled.size(), kMostSettled);
    m_room = std::max(0, room());
    std::vector<Nanos> costs{cost("begin", 0)};
    for (std::size_t i = 0; i < m_settling; ++i) {
        const As as = m_settled[i].as;
        if (as == As::later) costs.push_back(cost("outbox.later", kJobLaterSteps.once));
        if (as == As::dead) costs.push_back(cost("outbox.bury", kBuryJobSteps.once));
        if (as != As::later) costs.push_back(cost("outbox.done", kJobDoneSteps.once));
    }
    if (m_room > 0) {
        const auto seen = m_system.mechanisms().jobs->look(m_room, now);
        costs.push_back(cost("outbox.take", kTakeJobsSteps.of(seen.read, seen.due)));
    }
    costs.push_back(cost("commit", 0));
    send(Asking::transaction, std::move(costs), true, now);
}

void Worker::endTransaction(Nanos now) {
    auto& queue = *m_system.mechanisms().jobs;
    for (std::size_t i = 0; i < m_settling; ++i) {
        const Settled& s = m_settled[i];
        if (s.as == As::done) queue.done(s.job);
        if (s.as == As::later) queue.later(s.job, s.runAt);
        if (s.as == As::dead) queue.bury(s.job);
    }
    m_settled.erase(m_settled.begin(), m_settled.begin() + static_cast<std::ptrdiff_t>(m_settling));
    if (m_room > 0) {
        const auto taken = queue.take(m_room, now);
        m_arrived += taken.size();
        m_jobs.insert(m_jobs.end(), taken.begin(), taken.end());
        if (static_cast<int>(taken.size()) == m_room)
            m_nextCycle = std::min(m_nextCycle, now + kGather);
    }
    if (!m_settled.empty()) m_nextCycle = std::min(m_nextCycle, now + kGather);
    beginDeliveries(now);
}

void Worker::beginDeliveries(Nanos now) {
    while (m_isRunning && !m_jobs.empty() && m_inProgress < m_workers) {
        const auto job = m_jobs.front();
        m_jobs.pop_front();
        ++m_inProgress;
        const auto what = m_system.mechanisms().jobs->what(job);
        if (what.kind != NewJob::Kind::news) {
            m_system.provider().callForJob(job, what.kind == NewJob::Kind::email, now,
                                           now + m_timeoutNs);
            continue;
        }
        m_system.at(now + m_system.hopNs(Hop::cache), EventKind::newsArrives,
                    static_cast<std::uint32_t>(job));
    }
}

void Worker::newsArrives(std::uint64_t job, Nanos now) {
    const auto news = m_system.mechanisms().jobs->what(job);
    const auto& design = m_system.design();
    if (design.hasCache && !m_system.isCacheAlive()) return delivered(job, CallEnd::failed, now);
    if (design.hasCache) {
        m_system.countCacheCommand();
        // As the live mark: whoever stores what is older does so within a time to live.
        m_system.mechanisms().cache->changed(news.product, news.version,
                                             now + 2 * design.cacheTtlNs);
    }
    delivered(job, CallEnd::done, now);
}

void Worker::delivered(std::uint64_t job, CallEnd end, Nanos now) {
    --m_inProgress;
    Settled s{job, As::done, 0};
    if (end == CallEnd::done) {
        ++m_completed;
    } else {
        ++m_rejected[end == CallEnd::failed ? "failed" : "timed_out"];
        const auto failure = m_system.mechanisms().jobs->failed(job, now);
        s.as = failure.isLast ? As::dead : As::later;
        s.runAt = failure.runAt;
        if (failure.isLast) ++m_rejected["dead"];
    }
    m_settled.push_back(s);
    m_nextCycle = std::min(m_nextCycle, now + kGather);
    beginDeliveries(now);
    arm(now);
}

Nanos Worker::cost(const char* shape, double vmSteps) const {
    return m_system.databases().costOf(shape, static_cast<std::uint64_t>(vmSteps));
}

void Worker::send(Asking what, std::vector<Nanos> costs, bool isWrite, Nanos now) {
    m_asking = what;
    auto& works = m_system.databases().works();
    const auto index = works.take();
    Work& w = works[index];
    w.isWrite = isWrite;
    w.count = costs.size();
    w.own = std::move(costs);
    w.sentAt = now;
    const Nanos hop = m_system.design().hasPooler ? m_system.hopNs(Hop::pooler) : 0;
    m_system.at(now + hop + m_system.halfLinkNs(), EventKind::workArrives, index);
}

void Worker::statementAnswers(std::uint32_t index, Nanos now) {
    auto& works = m_system.databases().works();
    const bool hasFailed = works[index].hasFailed;
    works.giveBack(index);
    const Asking asked = std::exchange(m_asking, Asking::nothing);
    auto& queue = *m_system.mechanisms().jobs;
    if (hasFailed) {
        ++m_rejected["database"];
        m_nextCycle = m_nextLook = now + kAfterError;
    } else if (asked == Asking::left) {
        m_leftJobs = static_cast<double>(queue.jobs());
        m_oldestAt = queue.oldestAt();
        m_dead = static_cast<double>(queue.dead());
        m_nextLook = now + kLookEvery;
    } else if (asked == Asking::due) {
        if (queue.look(1, now).due > 0) return beginTransaction(now);
    } else if (asked == Asking::transaction) {
        endTransaction(now);
    }
    arm(now);
}

void Worker::collect(measure::Sample& sample, Nanos now) {
    if (!m_isRunning) return;
    auto& n = sample.nodes["worker"];
    n.role = "worker";
    n.spanMs = measure::SlotClock::kSlotMs;
    n.capacity = m_workers;
    n.inUse = m_inProgress;
    n.waiting = std::max(0.0, m_leftJobs - m_inProgress);
    n.arrived = std::exchange(m_arrived, 0);
    n.completed = std::exchange(m_completed, 0);
    n.rejected = std::exchange(m_rejected, {});
    n.gauges["jobs"] = m_leftJobs;
    n.gauges["oldest_age_ms"] = m_leftJobs > 0 ? static_cast<double>(now - m_oldestAt) / 1e6 : 0;
    n.gauges["dead"] = m_dead;
}

}  // namespace tenfold::system

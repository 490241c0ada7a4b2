// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/worker/relay.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "reference-server/mechanisms/shared_cache/product_changes.h"
#include "simulator/mechanisms/side_effects/spec.h"

namespace tenfold::nodes {

using measure::Nanos;
using mechanisms::Delivery;
using mechanisms::Job;
using mechanisms::JobQueue;
using mechanisms::Settled;

namespace {

// Without work it looks for some so often; with work a transaction takes what has gathered.
constexpr Nanos kPollNs = 200'000'000;
constexpr Nanos kGatherNs = 20'000'000;
constexpr Nanos kLookEveryNs = 500'000'000;
constexpr Nanos kAfterErrorNs = 250'000'000;
constexpr std::size_t kMostSettled = 256;

/// Run times are read by whoever takes the job, another process perhaps: the wall clock.
std::int64_t unixMs() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

bool isNews(const Job& job) {
    return job.effect.kind == mechanisms::kProductChanged;
}

Delivery deliver(const Job& job, const Relay::Peers& peers, const Relay::Settings& settings) {
    if (!isNews(job))
        return peers.sink->deliver(
            job.effect, measure::monotonicNow() + static_cast<Nanos>(settings.timeoutS * 1e9));
    const auto change = mechanisms::productChangeFrom(job.effect.payload);
    if (!change || !peers.cache) return Delivery::done;
    const bool isMarked =
        peers.cache->set(mechanisms::markOf(change->product), change->version, settings.markTtlMs);
    return isMarked ? Delivery::done : Delivery::failed;
}

std::chrono::steady_clock::time_point at(Nanos ns) {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns));
}

}  // namespace

Relay::Relay(std::uint64_t seed, const Settings& settings, Peers peers)
    : m_settings(settings), m_peers(std::move(peers)), m_jitter(seed, "worker.jitter") {
    use(m_settings, m_peers);
    m_loop = std::thread([this] { loop(); });
}

Relay::~Relay() {
    {
        std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_loopWake.notify_all();
    m_workWake.notify_all();
    m_drained.notify_all();
    m_loop.join();
    for (auto& t : m_workers) t.join();
}

void Relay::use(const Settings& settings, Peers peers) {
    Peers before;  // closed outside the lock
    std::lock_guard lock(m_mutex);
    m_settings = settings;
    before = std::exchange(m_peers, std::move(peers));
    while (m_workers.size() < static_cast<std::size_t>(m_settings.workers))
        m_workers.emplace_back([this] { work(); });
}

void Relay::loop() {
    std::unique_lock lock(m_mutex);
    while (!m_isEnding) {
        const Nanos due = std::min(m_nextCycle, m_nextLook);
        if (measure::monotonicNow() < due) {
            m_loopWake.wait_until(lock, at(due));
            continue;
        }
        const bool isLook = m_nextLook <= m_nextCycle;
        lock.unlock();
        bool hasFailed = false;
        try {
            isLook ? look() : cycle();
        } catch (const std::exception&) {
            hasFailed = true;  // no database, or none of its connections
        }
        lock.lock();
        if (!hasFailed) continue;
        ++m_node.rejected["database"];
        m_nextCycle = m_nextLook = measure::monotonicNow() + kAfterErrorNs;
    }
}

void Relay::look() {
    std::unique_lock lock(m_mutex);
    JobQueue queue(m_peers.databases);
    lock.unlock();
    const auto left = queue.left();
    lock.lock();
    m_left = left;
    ++m_looks;
    m_nextLook = measure::monotonicNow() + kLookEveryNs;
    m_drained.notify_all();
}

void Relay::cycle() {
    std::unique_lock lock(m_mutex);
    const Settings settings = m_settings;
    JobQueue queue(m_peers.databases);
    const auto n = static_cast<std::ptrdiff_t>(std::min(m_settled.size(), kMostSettled));
    const std::vector<Settled> settled(m_settled.begin(), m_settled.begin() + n);
    const int room = 2 * settings.workers - static_cast<int>(m_jobs.size()) - m_inProgress;
    m_nextCycle = measure::monotonicNow() + kPollNs;
    lock.unlock();
    const std::int64_t nowMs = unixMs();
    if (settled.empty() && (room <= 0 || !queue.isAnyDue(nowMs))) return;
    auto taken = queue.settleAndTake(settled, std::max(0, room), nowMs,
                                     static_cast<std::int64_t>(settings.leaseS * 1000));
    lock.lock();
    // What has ended meanwhile stands behind.
    m_settled.erase(m_settled.begin(), m_settled.begin() + n);
    m_node.arrived += taken.size();
    const bool isMoreThere = room > 0 && static_cast<int>(taken.size()) == room;
    for (auto& job : taken) m_jobs.push_back(std::move(job));
    if (isMoreThere || !m_settled.empty())
        m_nextCycle = std::min(m_nextCycle, measure::monotonicNow() + kGatherNs);
    lock.unlock();
    m_workWake.notify_all();
}

void Relay::work() {
    std::unique_lock lock(m_mutex);
    while (true) {
        m_workWake.wait(lock, [this] {
            return m_isEnding || (!m_jobs.empty() && m_inProgress < m_settings.workers);
        });
        if (m_isEnding) return;
        const Job job = std::move(m_jobs.front());
        m_jobs.pop_front();
        ++m_inProgress;
        const Peers peers = m_peers;
        const Settings settings = m_settings;
        lock.unlock();
        const Delivery how = deliver(job, peers, settings);
        lock.lock();
        --m_inProgress;
        settle(job, how);
    }
}

void Relay::settle(const Job& job, Delivery how) {
    Settled s{job.effect.id, Settled::As::done, 0};
    if (how == Delivery::done) {
        ++m_node.completed;
    } else {
        ++m_node.rejected[how == Delivery::failed ? "failed" : "timed_out"];
        const double u = m_jitter.uniform();
        if (job.attempts >= m_settings.attempts && !isNews(job)) {
            s.as = Settled::As::dead;
            ++m_node.rejected["dead"];
        } else {
            s.as = Settled::As::later;
            s.runAtMs =
                unixMs() +
                static_cast<std::int64_t>(
                    u * 1000 * mechanisms::backoffLimitS(m_settings.backoffS, job.attempts));
        }
    }
    m_settled.push_back(std::move(s));
    m_nextCycle = std::min(m_nextCycle, measure::monotonicNow() + kGatherNs);
    m_loopWake.notify_all();
}

bool Relay::drain(Nanos limitNs) {
    const Nanos limit = measure::monotonicNow() + limitNs;
    std::unique_lock lock(m_mutex);
    const auto before = m_looks;
    m_nextLook = 0;
    m_loopWake.notify_all();
    m_drained.wait_until(lock, at(limit), [&] {
        if (m_isEnding) return true;
        if (m_looks == before || m_left.jobs > 0) {
            m_nextLook = std::min(m_nextLook, measure::monotonicNow() + kGatherNs);
            m_loopWake.notify_all();
            return false;
        }
        return true;
    });
    return m_looks != before && m_left.jobs == 0;
}

measure::NodeSample Relay::collect() {
    std::lock_guard lock(m_mutex);
    measure::NodeSample out = std::exchange(m_node, {});
    out.capacity = m_settings.workers;
    out.inUse = m_inProgress;
    out.waiting = std::max(0.0, static_cast<double>(m_left.jobs) - m_inProgress);
    out.gauges["jobs"] = static_cast<double>(m_left.jobs);
    out.gauges["oldest_age_ms"] =
        m_left.oldestAtMs
            ? static_cast<double>(std::max<std::int64_t>(0, unixMs() - *m_left.oldestAtMs))
            : 0;
    out.gauges["dead"] = static_cast<double>(m_left.dead);
    return out;
}

}  // namespace tenfold::nodes

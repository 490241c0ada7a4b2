// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/executor.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <limits>

namespace tenfold::nodes {

namespace asio = boost::asio;
using hardware::CoreScheduler;

namespace {
constexpr std::uint64_t kShortSteps = 4000;  // some 100 µs of real work
// A client may think up shapes without end; the API has some 25.
constexpr std::size_t kMaxShapes = 1000;
constexpr int kScanNiceness = 10;
constexpr measure::Nanos kNever = std::numeric_limits<measure::Nanos>::max();

asio::steady_timer::time_point timePoint(measure::Nanos at) {
    return asio::steady_timer::time_point(std::chrono::nanoseconds(at));
}

/// A scan is bounded by what its emulated core grants it and has time; who waits on a deadline,
/// here or in another node, has not. Once for each worker thread; on native hardware nobody calls
/// it.
void giveWay() {
    thread_local const bool isDone = [] {
        return ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kScanNiceness) == 0;
    }();
    static_cast<void>(isDone);
}
}  // namespace

Executor::Executor(asio::io_context& io, const hardware::HardwareProfile& hardware, int cores)
    : m_io(io),
      m_hardware(hardware),
      m_costs(hardware::StatementCosts::shipped()),
      m_scheduler(cores, static_cast<Nanos>(std::max(0.001, hardware.sliceMs) * 1e6)),
      m_timer(io),
      m_workers(2) {}

Executor::~Executor() {
    m_workers.join();
}

void Executor::drain() {
    m_workers.stop();
    m_workers.join();
}

void Executor::aside(std::function<void()> work, std::function<void()> done) {
    asio::post(m_workers, [this, work = std::move(work), done = std::move(done)] {
        work();
        asio::post(m_io, done);
    });
}

bool Executor::isShort(const std::string& shape) const {
    // Statements without a shape have nothing in common: after a SELECT 1 may come a join that
    // takes minutes.
    if (shape == hardware::shapeOf("")) return false;
    const auto it = m_steps.find(shape);
    return it != m_steps.end() && it->second < kShortSteps;
}

void Executor::note(const std::string& shape, std::uint64_t vmSteps) {
    if (m_steps.size() >= kMaxShapes && !m_steps.contains(shape)) m_steps.clear();
    auto& most = m_steps[shape];
    most = std::max(most, vmSteps);
}

void Executor::submit(Nanos startAt, std::string shape, Work work, Done done) {
    ++m_arrived;
    // Native hardware has no emulated cores; the same path with a cost of nothing would wait for a
    // core, so it goes straight to work.
    if (m_hardware.native) {
        if (isShort(shape)) {
            const Usage usage = work();
            note(shape, usage.vmSteps);
            ++m_completed;
            done(measure::monotonicNow());
            return;
        }
        asio::post(m_workers, [this, shape = std::move(shape), work = std::move(work),
                               done = std::move(done)]() mutable {
            const Usage usage = work();
            asio::post(m_io, [this, shape = std::move(shape), usage, done = std::move(done)] {
                note(shape, usage.vmSteps);
                ++m_completed;
                done(measure::monotonicNow());
            });
        });
        return;
    }
    const auto id = m_scheduler.submit(startAt);
    m_jobs.emplace(id, Job{std::move(shape), std::move(work), std::move(done)});
    pump();
}

void Executor::at(Nanos when, std::function<void()> callback) {
    m_deadlines.push({when, ++m_sequence, std::move(callback)});
    if (!m_isPumping) arm();
}

void Executor::execute(CoreScheduler::JobId id) {
    Job& job = m_jobs.at(id);
    if (isShort(job.shape)) {
        worked(id, job.work());
        return;
    }
    asio::post(m_workers, [this, id, work = std::move(job.work)] {
        giveWay();
        const Usage usage = work();
        asio::post(m_io, [this, id, usage] {
            worked(id, usage);
            pump();
        });
    });
}

void Executor::worked(CoreScheduler::JobId id, const Usage& usage) {
    const Job& job = m_jobs.at(id);
    note(job.shape, usage.vmSteps);
    m_scheduler.setCost(
        id, m_costs.costNs(job.shape, usage.vmSteps, usage.fullScanSteps, m_hardware.dataFactor) +
                static_cast<Nanos>(usage.extraUs * 1000));
}

void Executor::pump() {
    // done() submits the next statement of its session: the loop below takes it along.
    if (m_isPumping) return;
    m_isPumping = true;
    std::vector<CoreScheduler::Grant> grants;
    std::vector<CoreScheduler::Finish> finishes;
    for (bool again = true; again;) {
        const Nanos now = measure::monotonicNow();
        grants.clear();
        finishes.clear();
        m_scheduler.advance(now, grants, finishes);
        for (const auto& g : grants) execute(g.id);
        for (const auto& f : finishes) {
            const auto it = m_jobs.find(f.id);
            Job job = std::move(it->second);
            m_jobs.erase(it);
            ++m_completed;
            job.done(f.at);
        }
        while (!m_deadlines.empty() && m_deadlines.top().when <= now) {
            const auto callback = std::move(const_cast<Deadline&>(m_deadlines.top()).callback);
            m_deadlines.pop();
            callback();
        }
        const auto next = m_scheduler.nextEventAt();
        again = (!grants.empty() || !finishes.empty() || (next && *next <= now));
    }
    m_isPumping = false;
    arm();
}

void Executor::arm() {
    Nanos next = kNever;
    if (const auto event = m_scheduler.nextEventAt()) next = *event;
    if (!m_deadlines.empty()) next = std::min(next, m_deadlines.top().when);
    if (next == m_armedFor && next != kNever) return;
    m_armedFor = next;
    if (next == kNever) {
        m_timer.cancel();
        return;
    }
    m_timer.expires_at(timePoint(next));
    m_timer.async_wait([this](boost::system::error_code e) {
        if (e) return;
        m_armedFor = 0;
        pump();
    });
}

}  // namespace tenfold::nodes

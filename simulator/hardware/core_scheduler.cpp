// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/core_scheduler.h"

#include <algorithm>
#include <stdexcept>

namespace tenfold::hardware {

CoreScheduler::CoreScheduler(int cores, Nanos slice) : m_slice(slice) {
    if (cores < 1) throw std::invalid_argument("a node needs at least one core");
    if (slice < 1) throw std::invalid_argument("a slice must be longer than nothing");
    m_cores.resize(static_cast<std::size_t>(cores));
}

CoreScheduler::JobId CoreScheduler::idOf(std::uint32_t index) const {
    return (static_cast<JobId>(m_jobs[index].generation) << 32) | index;
}

std::uint32_t CoreScheduler::indexOf(JobId id) const {
    const auto index = static_cast<std::uint32_t>(id & 0xffffffff);
    if (index >= m_jobs.size()) return kNone;
    const Job& job = m_jobs[index];
    return job.isLive && job.generation == static_cast<std::uint32_t>(id >> 32) ? index : kNone;
}

CoreScheduler::JobId CoreScheduler::submit(Nanos arrivalAt) {
    return submit(arrivalAt, kUnknown);
}

CoreScheduler::JobId CoreScheduler::submit(Nanos arrivalAt, Nanos cost) {
    std::uint32_t index = 0;
    if (m_free.empty()) {
        index = static_cast<std::uint32_t>(m_jobs.size());
        m_jobs.emplace_back();
    } else {
        index = m_free.back();
        m_free.pop_back();
    }
    Job& job = m_jobs[index];
    const std::uint32_t generation = job.generation + 1;
    job = Job{};
    job.generation = generation;
    job.arrivalAt = arrivalAt;
    job.cost = cost;
    job.isLive = true;
    // Nearly always the latest; a message read late may have arrived before one read earlier.
    auto at = m_arrivals.end();
    while (at != m_arrivals.begin() && m_jobs[*(at - 1)].arrivalAt > arrivalAt) --at;
    m_arrivals.insert(at, index);
    return idOf(index);
}

void CoreScheduler::setCost(JobId id, Nanos cost) {
    const std::uint32_t index = indexOf(id);
    if (index == kNone) return;
    Job& job = m_jobs[index];
    job.cost = std::max<Nanos>(cost, 0);
    if (job.core == kNone && job.isGranted && job.attained >= job.cost) {
        const auto it = std::find(m_line.begin(), m_line.end(), index);
        if (it != m_line.end()) m_line.erase(it);
        m_overdue.push_back(index);
    }
}

void CoreScheduler::release(std::uint32_t index) {
    m_jobs[index].isLive = false;
    m_free.push_back(index);
}

void CoreScheduler::cancel(JobId id) {
    const std::uint32_t index = indexOf(id);
    if (index == kNone) return;
    if (const auto core = m_jobs[index].core; core != kNone) {
        Core& c = m_cores[core];
        m_busyDone += std::max<Nanos>(0, m_now - c.sliceStart);
        c.job = kNone;
        c.freeSince = std::max(m_now, c.sliceStart);
    }
    std::erase(m_line, index);
    std::erase(m_arrivals, index);
    std::erase(m_overdue, index);
    release(index);
}

void CoreScheduler::setCores(int cores) {
    if (cores < 1) throw std::invalid_argument("a node needs at least one core");
    if (static_cast<int>(m_cores.size()) > cores && m_line.empty()) alignSlices(m_now);
    while (static_cast<int>(m_cores.size()) > cores) {
        const Core& last = m_cores.back();
        if (last.job != kNone) {
            Job& job = m_jobs[last.job];
            const Nanos used = std::max<Nanos>(0, m_now - last.sliceStart);
            job.attained += used;
            job.core = kNone;
            m_busyDone += used;
            m_line.push_front(last.job);
        }
        m_cores.pop_back();
    }
    while (static_cast<int>(m_cores.size()) < cores) {
        m_cores.emplace_back();
        m_cores.back().freeSince = m_now;
    }
}

Nanos CoreScheduler::eventAt(const Core& core) const {
    const Job& job = m_jobs[core.job];
    if (job.cost == kUnknown) return core.sliceStart + m_slice;
    const Nanos left = std::max<Nanos>(job.cost - job.attained, 0);
    // While nobody waits the end of a slice changes nothing: no event for each of them.
    return core.sliceStart + (m_line.empty() ? left : std::min(left, m_slice));
}

void CoreScheduler::alignSlices(Nanos at) {
    for (auto& core : m_cores) {
        if (core.job == kNone || at <= core.sliceStart) continue;
        const Nanos whole = (at - 1 - core.sliceStart) / m_slice * m_slice;
        core.sliceStart += whole;
        m_jobs[core.job].attained += whole;
        m_busyDone += whole;
    }
}

void CoreScheduler::giveCore(std::uint32_t core, std::uint32_t job, Nanos at,
                             std::vector<Grant>& grants) {
    m_cores[core].job = job;
    m_cores[core].sliceStart = at;
    m_jobs[job].core = core;
    if (!m_jobs[job].isGranted) {
        m_jobs[job].isGranted = true;
        grants.push_back({idOf(job), at});
    }
}

void CoreScheduler::fillCore(std::uint32_t core, Nanos at, std::vector<Grant>& grants) {
    if (m_line.empty()) return;
    const std::uint32_t next = m_line.front();
    m_line.pop_front();
    giveCore(core, next, std::max(at, m_jobs[next].arrivalAt), grants);
}

void CoreScheduler::admitArrivals(Nanos upTo, std::vector<Grant>& grants) {
    while (!m_arrivals.empty() && m_jobs[m_arrivals.front()].arrivalAt <= upTo) {
        const std::uint32_t index = m_arrivals.front();
        m_arrivals.pop_front();
        // The core that has been idle longest; booked from the arrival, not from now.
        std::uint32_t best = kNone;
        for (std::uint32_t c = 0; c < m_cores.size(); ++c)
            if (m_cores[c].job == kNone &&
                (best == kNone || m_cores[c].freeSince < m_cores[best].freeSince))
                best = c;
        if (best == kNone || !m_line.empty()) {
            if (m_line.empty()) alignSlices(m_jobs[index].arrivalAt);
            m_line.push_back(index);
        } else {
            giveCore(best, index, std::max(m_jobs[index].arrivalAt, m_cores[best].freeSince),
                     grants);
        }
    }
}

void CoreScheduler::endSlice(std::uint32_t c, Nanos at, std::vector<Grant>& grants,
                             std::vector<Finish>& finishes) {
    Core& core = m_cores[c];
    const std::uint32_t index = core.job;
    Job& job = m_jobs[index];
    const Nanos used = at - core.sliceStart;
    job.attained += used;
    m_busyDone += used;
    if (job.cost != kUnknown && job.attained >= job.cost) {
        finishes.push_back({idOf(index), at});
        job.core = kNone;
        core.job = kNone;
        core.freeSince = at;
        release(index);
        fillCore(c, at, grants);
        return;
    }
    if (m_line.empty()) {
        core.sliceStart = at;
        return;
    }
    job.core = kNone;
    core.job = kNone;
    core.freeSince = at;
    m_line.push_back(index);
    fillCore(c, at, grants);
}

void CoreScheduler::advance(Nanos now, std::vector<Grant>& grants, std::vector<Finish>& finishes) {
    for (const auto index : m_overdue) {
        finishes.push_back({idOf(index), m_now});
        release(index);
    }
    m_overdue.clear();
    // Cores that setCores or cancel left idle while somebody waits.
    for (std::uint32_t c = 0; c < m_cores.size() && !m_line.empty(); ++c)
        if (m_cores[c].job == kNone) fillCore(c, std::max(m_now, m_cores[c].freeSince), grants);
    while (true) {
        std::uint32_t next = kNone;
        Nanos at = now + 1;
        for (std::uint32_t c = 0; c < m_cores.size(); ++c) {
            if (m_cores[c].job == kNone) continue;
            const Nanos e = eventAt(m_cores[c]);
            if (e < at) {
                at = e;
                next = c;
            }
        }
        // An arrival at the same instant as the end of a slice is in line before it ends.
        if (!m_arrivals.empty() && m_jobs[m_arrivals.front()].arrivalAt <= std::min(at, now)) {
            admitArrivals(m_jobs[m_arrivals.front()].arrivalAt, grants);
            continue;
        }
        if (next == kNone) break;
        m_now = std::max(m_now, at);
        endSlice(next, at, grants, finishes);
    }
    m_now = std::max(m_now, now);
}

std::optional<Nanos> CoreScheduler::nextEventAt() const {
    std::optional<Nanos> at;
    const auto consider = [&](Nanos t) { at = at ? std::min(*at, t) : t; };
    if (!m_overdue.empty()) consider(m_now);
    if (!m_arrivals.empty()) consider(m_jobs[m_arrivals.front()].arrivalAt);
    for (const auto& core : m_cores) {
        if (core.job != kNone) {
            consider(eventAt(core));
        } else if (!m_line.empty()) {
            // cancel or setCores left it idle: whoever waits gets it at the next advance.
            consider(std::max(m_now, core.freeSince));
        }
    }
    return at;
}

Nanos CoreScheduler::predictFinish(JobId id) const {
    const std::uint32_t index = indexOf(id);
    if (index == kNone) return m_now;
    const Job& job = m_jobs[index];
    if (job.core != kNone && m_line.empty() && m_arrivals.empty())
        return m_cores[job.core].sliceStart + std::max<Nanos>(0, job.cost - job.attained);
    CoreScheduler copy = *this;
    for (auto& j : copy.m_jobs)
        if (j.isLive && j.cost == kUnknown) j.cost = j.attained + m_slice;
    std::vector<Grant> grants;
    std::vector<Finish> finishes;
    while (const auto at = copy.nextEventAt()) {
        copy.advance(*at, grants, finishes);
        for (const auto& f : finishes)
            if (f.id == id) return f.at;
        finishes.clear();
        grants.clear();
    }
    return m_now;
}

Nanos CoreScheduler::busyNs(Nanos upTo) const {
    Nanos busy = m_busyDone;
    for (const auto& core : m_cores)
        if (core.job != kNone)
            busy += std::max<Nanos>(0, std::min(upTo, eventAt(core)) - core.sliceStart);
    // A cost that becomes known late may end a slice in the past; what was reported stands.
    m_busyReported = std::max(m_busyReported, busy);
    return m_busyReported;
}

int CoreScheduler::running() const {
    return static_cast<int>(std::count_if(m_cores.begin(), m_cores.end(),
                                          [](const Core& c) { return c.job != kNone; }));
}

int CoreScheduler::waiting() const {
    return static_cast<int>(m_line.size() + m_arrivals.size());
}

}  // namespace tenfold::hardware

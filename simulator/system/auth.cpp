// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/auth.h"

#include <algorithm>
#include <utility>

#include "simulator/system/system.h"

namespace tenfold::system {

namespace {
// As the live gateway and the live generator have them.
constexpr std::size_t kMostWaiting = 256;
constexpr Nanos kRefreshLimit = 2'000'000'000;
constexpr double kConnections = 160;
}  // namespace

Auth::Auth(System& system) : m_system(system) {}

void Auth::makeCores(Nanos) {
    m_cores = std::make_unique<Cores>(m_system.queue(), EventKind::authCores, 0,
                                      std::max(1, m_hardware.authCores), m_hardware.sliceMs);
    m_busyBefore = 0;
}

void Auth::configure(Nanos now, const hardware::HardwareProfile& hardware, Nanos linkNs) {
    m_hardware = hardware;
    m_linkNs = linkNs;
    if (!m_cores) {
        makeCores(now);
    } else if (m_cores->cores() != std::max(1, hardware.authCores)) {
        m_cores->setCores(now, std::max(1, hardware.authCores));
        m_cores->arm(now);
    }
}

void Auth::introspect(std::uint32_t request, Nanos now) {
    const Request& r = m_system.requests()[request];
    if (!m_isAlive) return m_system.gateway().introspected(request, now, "auth_down");
    const bool isFull = m_open >= r.design->authConnections;
    if (isFull && m_line.size() >= kMostWaiting)
        return m_system.gateway().introspected(request, now, "auth_queue_full");
    const auto index = m_works.take();
    Work& w = m_works[index];
    w.subject = request;
    w.requestGeneration = r.generation;
    expect(index, now, r.design->authLimitNs);
    if (isFull) {
        m_line.push_back(index);
    } else {
        start(index, now);
    }
}

void Auth::refresh(std::uint32_t user, Nanos now) {
    if (!m_isAlive) return m_system.clients().refreshed(user, false, now);
    const auto index = m_works.take();
    Work& w = m_works[index];
    w.isRefresh = true;
    w.subject = user;
    expect(index, now, kRefreshLimit);
    start(index, now);
}

void Auth::expect(std::uint32_t work, Nanos now, Nanos limit) {
    // In order of time: limits differ, and change with the design.
    const Deadline d{work, m_works[work].generation, now + limit};
    const auto after =
        std::upper_bound(m_deadlines.begin(), m_deadlines.end(), d,
                         [](const Deadline& a, const Deadline& b) { return a.at < b.at; });
    const bool isFirst = after == m_deadlines.begin();
    m_deadlines.insert(after, d);
    if (isFirst) armDeadline();
}

void Auth::armDeadline() {
    if (!m_deadlines.empty()) m_system.at(m_deadlines.front().at, EventKind::authWaitEnds, 0);
}

void Auth::start(std::uint32_t index, Nanos now) {
    Work& w = m_works[index];
    w.isStarted = true;
    if (!w.isRefresh) ++m_open;
    ++m_arrived;
    ++(w.isRefresh ? m_issued : m_introspected);
    m_onCores.push_back(index);
    m_cores->submit(now, now, static_cast<Nanos>(m_hardware.authRequestMs * 1e6), index);
}

void Auth::coresDue(Nanos now) {
    m_cores->advance(now);
    m_finished = m_cores->finished();
    m_cores->arm(now);
    for (const auto index : m_finished) {
        std::erase(m_onCores, index);
        ++m_completed;
        // An exchange between two processes, as the gateway's with an instance.
        const Nanos hop = m_system.hopNs(Hop::gateway);
        m_system.at(now + m_linkNs + hop, EventKind::authAnswers, index);
    }
}

void Auth::answers(std::uint32_t index, Nanos now) {
    const bool isOver = m_works[index].isOver;
    if (!isOver) end(index, now, nullptr);
    m_works.giveBack(index);
    if (!isOver) serveLine(now);
}

/// Whoever waits is told; the place of the work stays until the cores are done with it.
void Auth::end(std::uint32_t index, Nanos now, const char* failure) {
    Work& w = m_works[index];
    w.isOver = true;
    const Work ended = w;
    if (ended.isRefresh)
        return m_system.clients().refreshed(ended.subject, failure == nullptr, now);
    if (ended.isStarted) --m_open;
    if (m_system.requests()[ended.subject].generation == ended.requestGeneration)
        m_system.gateway().introspected(ended.subject, now, failure);
}

void Auth::serveLine(Nanos now) {
    while (!m_line.empty() && m_open < m_system.design().authConnections) {
        const auto next = m_line.front();
        m_line.pop_front();
        start(next, now);
    }
}

void Auth::waitEnds(Nanos now) {
    while (!m_deadlines.empty()) {
        const Deadline d = m_deadlines.front();
        const bool isOver = m_works[d.work].generation != d.generation || m_works[d.work].isOver;
        if (!isOver && d.at > now) break;
        m_deadlines.pop_front();
        if (isOver) continue;
        const bool wasStarted = m_works[d.work].isStarted;
        end(d.work, now, "auth_timeout");
        if (!wasStarted) {
            std::erase(m_line, d.work);
            m_works.giveBack(d.work);
        }
        serveLine(now);
    }
    armDeadline();
}

void Auth::kill(Nanos now) {
    m_isAlive = false;
    const auto broken = std::exchange(m_onCores, {});
    const auto waiting = std::exchange(m_line, {});
    makeCores(now);
    for (const auto index : broken) {
        if (!m_works[index].isOver) end(index, now, "auth_down");
        m_works.giveBack(index);
    }
    for (const auto index : waiting) {
        end(index, now, "auth_down");
        m_works.giveBack(index);
    }
}

void Auth::revive(Nanos) {
    m_isAlive = true;
}

void Auth::collect(measure::Sample& sample, Nanos now) {
    auto& n = sample.nodes["auth"];
    n.role = "auth";
    n.alive = m_isAlive;
    n.spanMs = measure::SlotClock::kSlotMs;
    n.cores = m_cores->cores();
    const Nanos busy = m_cores->busyNs(now);
    n.busyCoreMs = static_cast<double>(busy - m_busyBefore) / 1e6;
    m_busyBefore = busy;
    n.waiting = m_cores->waiting();
    n.capacity = kConnections;
    n.inUse = static_cast<double>(m_onCores.size());
    n.arrived = std::exchange(m_arrived, 0);
    n.completed = std::exchange(m_completed, 0);
    n.gauges["introspections"] = static_cast<double>(std::exchange(m_introspected, 0));
    n.gauges["tokens_issued"] = static_cast<double>(std::exchange(m_issued, 0));
}

}  // namespace tenfold::system

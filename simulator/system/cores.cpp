// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/cores.h"

#include <algorithm>
#include <utility>

namespace tenfold::system {

using hardware::CoreScheduler;

namespace {
std::size_t placeOf(CoreScheduler::JobId id) {
    return static_cast<std::size_t>(id & 0xffffffff);
}
}  // namespace

Cores::Cores(Queue& queue, EventKind kind, std::uint32_t node, int cores, double sliceMs)
    : m_queue(queue),
      m_event{kind, 0, node},
      m_scheduler(cores, static_cast<Nanos>(std::max(0.001, sliceMs) * 1e6)) {}

CoreScheduler::JobId Cores::submit(Nanos now, Nanos at, Nanos cost, std::uint32_t owner) {
    const auto id = m_scheduler.submit(at, cost);
    const auto place = placeOf(id);
    if (place >= m_ownerOf.size()) {
        m_ownerOf.resize(place + 1);
        m_hasBegun.resize(place + 1);
    }
    m_ownerOf[place] = owner;
    m_hasBegun[place] = false;
    // A job that has arrived gets its core at once: one event for its end, none for its beginning.
    if (at <= now) run(now);
    arm(now);
    return id;
}

void Cores::run(Nanos now) {
    m_grants.clear();
    m_finishes.clear();
    m_scheduler.advance(now, m_grants, m_finishes);
    for (const auto& g : m_grants) m_hasBegun[placeOf(g.id)] = true;
    for (const auto& f : m_finishes) m_due.push_back(m_ownerOf[placeOf(f.id)]);
}

bool Cores::hasBegun(CoreScheduler::JobId id) const {
    return m_hasBegun[placeOf(id)];
}

void Cores::limitIfNotBegun(CoreScheduler::JobId id, Nanos cost) {
    if (!hasBegun(id)) m_scheduler.setCost(id, cost);
}

void Cores::setCores(Nanos now, int cores) {
    advance(now);
    m_scheduler.setCores(cores);
}

void Cores::advance(Nanos now) {
    run(now);
    m_owners.clear();
    std::swap(m_owners, m_due);
    if (m_armedAt <= now) m_armedAt = std::numeric_limits<Nanos>::max();
}

void Cores::arm(Nanos now) {
    auto next = m_scheduler.nextEventAt();
    if (!m_due.empty()) next = now;
    if (!next || *next >= m_armedAt) return;
    m_armedAt = std::max(now, *next);
    m_queue.push(m_armedAt, m_event);
}

}  // namespace tenfold::system

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/twin_follower.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "simulator/measure/clock.h"

namespace tenfold::app {

using measure::EventKind;

namespace {

// A fault that nobody asked for by hand, and that the scenario does not name.
constexpr double kUnknownFaultS = 20;

std::int64_t slotOf(const measure::Event& event) {
    return static_cast<std::int64_t>(std::floor(event.atMs / measure::SlotClock::kSlotMs));
}

bool isBehind(const engine::Change& change, const measure::Event& flag) {
    if (const auto* d = std::get_if<engine::DesignChange>(&change))
        return flag.kind == EventKind::switched && flag.text == d->text;
    if (std::holds_alternative<engine::MachinesChange>(change))
        return flag.kind == EventKind::machines;
    if (std::holds_alternative<engine::UsersChange>(change)) return flag.kind == EventKind::tier;
    const auto& fault = std::get<engine::FaultStart>(change);
    return flag.kind == EventKind::fault && flag.text == scenario::titleOfFault(fault.name);
}

}  // namespace

void TwinFollower::begin(const scenario::Scenario& scenario) {
    m_scenario = scenario;
    m_asked.clear();
    m_log.clear();
    m_events.clear();
    m_offset.reset();
    m_liveSlot = -1;
    m_done = m_eventsDone = 0;
    m_reached = -1;
    m_history.clear();
    m_trouble.clear();
}

void TwinFollower::log(std::int64_t slot, std::variant<engine::Change, Pause> what) {
    // In order, whatever a clock said.
    if (!m_log.empty()) slot = std::max(slot, m_log.back().slot);
    m_log.push_back({slot, std::move(what)});
}

void TwinFollower::paused(bool isPaused) {
    // Before there was load there is nothing to pause: slot 0 of the twin is the first with load.
    if (m_offset) log(m_liveSlot + 1, Pause{isPaused});
    pump();
}

void TwinFollower::onSample(const measure::Sample& sample) {
    m_liveSlot = std::max(m_liveSlot, sample.slot);
    if (!m_offset) {
        const auto total = sample.total();
        if (total.users.offered + total.abuser.offered == 0) return;
        m_offset = sample.slot;
    }
    pump();
}

std::optional<engine::Change> TwinFollower::changeOf(const measure::Event& flag) {
    const auto found = std::find_if(m_asked.begin(), m_asked.end(),
                                    [&](const auto& change) { return isBehind(change, flag); });
    if (found != m_asked.end()) {
        engine::Change change = *found;
        m_asked.erase(m_asked.begin(), found + 1);
        return change;
    }
    if (flag.kind != EventKind::fault) return std::nullopt;
    // One that the scenario asked for.
    for (const auto& fault : m_scenario.faults)
        if (scenario::titleOfFault(fault.name) == flag.text)
            return engine::FaultStart{fault.name, fault.durationS};
    for (const auto& name : scenario::faultNames())
        if (scenario::titleOfFault(name) == flag.text)
            return engine::FaultStart{name, kUnknownFaultS};
    return std::nullopt;
}

void TwinFollower::onEvent(const measure::Event& event) {
    m_events.push_back(event);
    if (event.version == 0) return;
    if (auto change = changeOf(event)) log(slotOf(event), std::move(*change));
    pump();
}

void TwinFollower::attach(Engine engine) {
    m_engine = std::move(engine);
    m_done = m_eventsDone = 0;
    m_reached = -1;
    m_history.clear();
    m_trouble.clear();
    scenario::Scenario start = m_scenario;
    start.faults.clear();  // they come with the live run's flags
    m_engine.engine->start(start, false);
    pump();
}

TwinFollower::Engine TwinFollower::detach() {
    return std::exchange(m_engine, {});
}

void TwinFollower::pump() {
    if (!m_engine.engine || !m_offset) return;
    // A change takes effect between two slots: the twin waits before it until all before is done.
    while (m_done < m_log.size() && m_log[m_done].slot - *m_offset <= m_reached + 1) {
        const auto& what = m_log[m_done++].what;
        if (const auto* p = std::get_if<Pause>(&what)) {
            p->isPaused ? m_engine.engine->pause() : m_engine.engine->resume();
        } else {
            m_engine.engine->apply(std::get<engine::Change>(what));
        }
    }
    std::int64_t allowed = std::min(m_liveSlot - *m_offset, m_reached + kMostAhead);
    if (m_done < m_log.size()) allowed = std::min(allowed, m_log[m_done].slot - *m_offset - 1);
    if (allowed > m_reached) m_engine.engine->advanceTo(allowed);
}

bool TwinFollower::collect() {
    if (!m_engine.channel) return false;
    const bool isNew = m_engine.channel->take([this](const TwinSlot& slot) {
        m_reached = std::max(m_reached, slot.row.slot);
        SlotRow row = slot.row;
        row.slot += m_offset.value_or(0);
        for (; m_eventsDone < m_events.size() && slotOf(m_events[m_eventsDone]) <= row.slot;
             ++m_eventsDone)
            m_history.add(m_events[m_eventsDone]);
        m_history.add(row, slot.endpointSlots());
    });
    if (const char* trouble = m_engine.channel->trouble()) m_trouble = QString::fromUtf8(trouble);
    if (isNew) pump();
    return isNew;
}

}  // namespace tenfold::app

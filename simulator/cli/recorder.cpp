// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/recorder.h"

namespace tenfold::cli {

Recorder::Recorder(const std::string& server) {
    m_engine = engine::makeLiveEngine(
        [this](engine::Update update) {
            std::lock_guard lock(m_mutex);
            m_updates.push_back(std::move(update));
            m_wake.notify_one();
        },
        server);
}

Recorder::~Recorder() = default;

void Recorder::handle(engine::Update update) {
    if (auto* sample = std::get_if<measure::Sample>(&update)) {
        if (sample->slot > m_timeline.lastSlot()) m_timeline.add(std::move(*sample));
    } else if (auto* event = std::get_if<measure::Event>(&update)) {
        m_timeline.add(std::move(*event));
    } else if (auto* topology = std::get_if<engine::Topology>(&update)) {
        m_topology = std::move(*topology);
    } else if (auto* change = std::get_if<engine::PhaseChange>(&update)) {
        if (change->phase == engine::Phase::running && m_phase == engine::Phase::starting)
            m_firstRunningSlot = m_timeline.lastSlot() + 1;
        m_phase = change->phase;
        if (m_phase == engine::Phase::failed) m_failure = change->reason;
    }
}

bool Recorder::waitFor(const std::function<bool()>& isEnough, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!isEnough()) {
        std::optional<engine::Update> update;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait_until(lock, deadline, [&] { return !m_updates.empty(); }))
                return false;
            update = std::move(m_updates.front());
            m_updates.pop_front();
        }
        handle(std::move(*update));
        if (m_phase == engine::Phase::failed) return isEnough();
    }
    return true;
}

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/relayed_engine.h"

#include <utility>

namespace tenfold::app {

RelayedEngine::RelayedEngine(std::unique_ptr<engine::SimulatedEngine> engine)
    : m_engine(std::move(engine)), m_thread([this] { work(); }) {}

RelayedEngine::~RelayedEngine() {
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void RelayedEngine::post(Command command) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_commands.size() >= kMost) return;
        m_commands.push_back(std::move(command));
    }
    m_wake.notify_all();
}

void RelayedEngine::work() {
    while (true) {
        Command command;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_isEnding || !m_commands.empty(); });
            if (m_commands.empty()) return;
            command = std::move(m_commands.front());
            m_commands.pop_front();
        }
        command(*m_engine);
    }
}

void RelayedEngine::start(const scenario::Scenario& scenario, bool isPaused) {
    post([scenario, isPaused](auto& engine) { engine.start(scenario, isPaused); });
}
void RelayedEngine::apply(engine::Change change) {
    post([change = std::move(change)](auto& engine) { engine.apply(change); });
}
void RelayedEngine::pause() {
    post([](auto& engine) { engine.pause(); });
}
void RelayedEngine::resume() {
    post([](auto& engine) { engine.resume(); });
}
void RelayedEngine::stop() {
    post([](auto& engine) { engine.stop(); });
}
void RelayedEngine::advanceTo(std::int64_t slot) {
    post([slot](auto& engine) { engine.advanceTo(slot); });
}

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "simulator/engine/simulated/simulated_engine.h"

namespace tenfold::app {

/// A simulated engine whose commands are given by a thread of ordinary priority.
///
/// The engine's own thread is of idle priority and takes a lock to look for commands: on a full
/// host it may be stopped with the lock in its hand, and whoever gives a command waits until it
/// runs again. That must not be the window. Commands are carried out in order; at most kMost wait.
class RelayedEngine final : public engine::SimulatedEngine {
public:
    static constexpr std::size_t kMost = 1024;

    explicit RelayedEngine(std::unique_ptr<engine::SimulatedEngine> engine);
    /// Carries out what waits, then ends the engine.
    ~RelayedEngine() override;

    void start(const scenario::Scenario& scenario, bool isPaused) override;
    void apply(engine::Change change) override;
    void pause() override;
    void resume() override;
    void stop() override;
    void advanceTo(std::int64_t slot) override;

private:
    using Command = std::function<void(engine::SimulatedEngine&)>;
    void post(Command command);
    void work();

    std::unique_ptr<engine::SimulatedEngine> m_engine;
    std::mutex m_mutex;  // of what follows; never held while the engine is called
    std::condition_variable m_wake;
    std::deque<Command> m_commands;
    bool m_isEnding = false;
    std::thread m_thread;
};

}  // namespace tenfold::app

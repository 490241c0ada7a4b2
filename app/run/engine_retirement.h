// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "app/run/update_queue.h"
#include "simulator/engine/engine.h"

namespace tenfold::app {

using EngineFactory = std::function<std::unique_ptr<engine::Engine>(engine::Engine::Handler)>;

/// Ends engines in the background: stop, wait for the drain with a limit, destroy. The window is
/// gone or shows the next run meanwhile. Destroying this waits for all of them.
class EngineRetirement {
public:
    explicit EngineRetirement(std::chrono::milliseconds limit = std::chrono::seconds(7))
        : m_limit(limit) {}
    ~EngineRetirement();

    void retire(std::unique_ptr<engine::Engine> engine, std::shared_ptr<UpdateQueue> updates);

private:
    std::chrono::milliseconds m_limit;
    std::vector<std::thread> m_threads;
};

}  // namespace tenfold::app

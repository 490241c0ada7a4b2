// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/engine_retirement.h"

namespace tenfold::app {

EngineRetirement::~EngineRetirement() {
    for (auto& thread : m_threads) thread.join();
}

void EngineRetirement::retire(std::unique_ptr<engine::Engine> engine,
                              std::shared_ptr<UpdateQueue> updates) {
    if (!engine) return;
    updates->close();
    m_threads.emplace_back(
        [engine = std::move(engine), updates = std::move(updates), limit = m_limit]() mutable {
            engine->stop();
            updates->waitForEnd(limit);
            // Whatever still runs after the limit dies with the engine.
            engine.reset();
        });
}

}  // namespace tenfold::app

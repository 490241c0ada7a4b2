// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include "simulator/engine/engine.h"

namespace tenfold::app {

/// Carries updates from the engine's thread to the window's. Bounded: when the window does not keep
/// up, the oldest sample is dropped and becomes a gap; phases, topology and events are kept.
class UpdateQueue {
public:
    static constexpr std::size_t kLimit = 1024;

    /// `wake` is called, on the engine's thread, when something arrives in an empty queue.
    explicit UpdateQueue(std::function<void()> wake) : m_wake(std::move(wake)) {}

    void push(engine::Update update);
    std::deque<engine::Update> takeAll();
    /// From here on nobody is woken and nothing is kept: the reader is gone.
    void close();
    /// Waits until the engine said idle or failed. False when the time ran out.
    bool waitForEnd(std::chrono::milliseconds limit);
    std::uint64_t dropped() const;

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_ended;
    std::function<void()> m_wake;
    std::deque<engine::Update> m_updates;
    std::uint64_t m_dropped = 0;
    bool m_isClosed = false;
    bool m_hasEnded = false;
};

}  // namespace tenfold::app

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "simulator/engine/engine.h"
#include "simulator/measure/timeline.h"

namespace tenfold::cli {

/// A run on the command line: starts a live engine, collects what it emits, waits.
class Recorder {
public:
    /// `server`: the program to run; empty: beside this one.
    explicit Recorder(const std::string& server = "");
    ~Recorder();

    engine::Engine& engine() { return *m_engine; }
    /// Handles updates until the predicate says enough or the time is up. The predicate is called
    /// after each update.
    bool waitFor(const std::function<bool()>& isEnough, std::chrono::milliseconds limit);

    const measure::Timeline& timeline() const { return m_timeline; }
    const engine::Topology& topology() const { return m_topology; }
    engine::Phase phase() const { return m_phase; }
    const std::string& failure() const { return m_failure; }
    /// First slot in which the load was on: what comes before is start-up.
    std::int64_t firstRunningSlot() const { return m_firstRunningSlot; }

private:
    void handle(engine::Update update);

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<engine::Update> m_updates;
    measure::Timeline m_timeline;
    engine::Topology m_topology;
    engine::Phase m_phase = engine::Phase::idle;
    std::string m_failure;
    std::int64_t m_firstRunningSlot = 0;
    std::unique_ptr<engine::Engine> m_engine;
};

}  // namespace tenfold::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "app/run/history.h"
#include "app/twin/twin_channel.h"
#include "simulator/engine/simulated/simulated_engine.h"

namespace tenfold::app {

/// One simulated engine beside a live run: paced by its slots, switched by its flags.
///
/// It keeps the log of what the live run was told and when that took effect, whether a twin is
/// there or not; one that joins later simulates the run from its beginning and catches up. The
/// twin's slots count from the start of its load, the live ones from the start of its processes:
/// the first live slot with load is the twin's slot 0.
///
/// Lives on the window's thread. The engine's thread posts into a channel; collect() empties it.
class TwinFollower {
public:
    /// The engine may be so many slots ahead of what was collected: the channel has room.
    static constexpr std::int64_t kMostAhead = 400;

    /// A live run starts: what was known is forgotten.
    void begin(const scenario::Scenario& scenario);

    // The live run.
    /// It was asked for a change; its flag will say when that took effect.
    void asked(const engine::Change& change) { m_asked.push_back(change); }
    void paused(bool isPaused);
    void onSample(const measure::Sample& sample);
    void onEvent(const measure::Event& event);

    // The twin.
    struct Engine {
        std::unique_ptr<engine::SimulatedEngine> engine;
        std::shared_ptr<TwinChannel> channel;  // where its handler posts
    };
    /// REQUIRES: none is attached.
    void attach(Engine engine);
    bool isAttached() const { return m_engine.engine != nullptr; }
    /// To be ended by the caller, in the background.
    Engine detach();
    /// Takes what the twin has simulated; true when there was something.
    bool collect();

    /// As the live one's, on its slots.
    const History& history() const { return m_history; }
    /// Why it stopped, or could not follow a change; empty: it is fine.
    const QString& trouble() const { return m_trouble; }
    /// Live slot at which the load began.
    std::optional<std::int64_t> loadBegan() const { return m_offset; }

private:
    struct Pause {
        bool isPaused;
    };
    struct Entry {
        std::int64_t slot;  // live
        std::variant<engine::Change, Pause> what;
    };
    void log(std::int64_t slot, std::variant<engine::Change, Pause> what);
    /// The change behind a flag; those asked for before it were refused. Nothing: none that counts.
    std::optional<engine::Change> changeOf(const measure::Event& flag);
    void pump();

    scenario::Scenario m_scenario;  // as started
    std::deque<engine::Change> m_asked;
    std::vector<Entry> m_log;
    std::vector<measure::Event> m_events;
    std::optional<std::int64_t> m_offset;
    std::int64_t m_liveSlot = -1;  // the last one seen

    Engine m_engine;
    std::size_t m_done = 0;        // entries of the log that the twin knows
    std::size_t m_eventsDone = 0;  // that its history knows
    std::int64_t m_reached = -1;   // its last slot
    History m_history{false};
    QString m_trouble;
};

}  // namespace tenfold::app

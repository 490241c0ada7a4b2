// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "simulator/engine/engine.h"
#include "simulator/random/stream.h"

namespace tenfold::fake {

/// A scripted engine for tests of the window: a small fluid model that answers switches, faults and
/// tiers plausibly. Same seed, same samples. It is never part of the program.
class FakeEngine final : public engine::Engine {
public:
    enum class Pace {
        byHand,    // step() makes a slot
        realTime,  // a thread makes one every 250 ms
    };
    struct Options {
        Pace pace = Pace::byHand;
        std::string failure{};  // start() ends in `failed` with this reason
        bool staysStarting = false;
        int preludeSlots = 0;  // made at once when it starts: fills the charts
    };

    FakeEngine(Handler handler, Options options);
    ~FakeEngine() override;

    void start(const scenario::Scenario& scenario, bool isPaused) override;
    void apply(engine::Change change) override;
    void pause() override;
    void resume() override;
    void stop() override;

    /// Makes `slots` slots.
    void step(int slots = 1);
    /// Leaves slots out: a gap.
    void skip(int slots);
    void killNode(const std::string& id);
    const std::vector<engine::Change>& changes() const { return m_changes; }
    bool wasStopped() const { return m_wasStopped; }

private:
    struct Work {
        double cpuMs = 0;  // of the primary, for one request on average
        double statements = 0;
        double listStatements = 0;
        double scanned = 0;
        double hits = 0;
    };
    void makeSlot();
    void setTopology();
    void flag(measure::EventKind kind, const std::string& text, const std::string& detail = "");
    Work workOf() const;
    int instances() const;
    double cores() const;
    void fillNodes(measure::Sample& s, double arrived, double answered, const Work& work);

    Handler m_handler;
    Options m_options;
    std::recursive_mutex m_mutex;
    scenario::Scenario m_scenario;
    std::vector<engine::Change> m_changes;
    std::map<std::string, std::int64_t> m_faultEnds;
    std::map<std::string, bool> m_isDead;
    random::Stream m_random{7, "fake engine"};
    std::int64_t m_slot = 0;
    std::uint64_t m_version = 1;
    int m_flags = 0;
    double m_backlogMs = 0;  // core time the primary owes
    bool m_isPaused = false;
    bool m_isStarted = false;
    bool m_wasStopped = false;
    bool m_isEnding = false;
    std::thread m_thread;
};

}  // namespace tenfold::fake

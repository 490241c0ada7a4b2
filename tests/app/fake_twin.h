// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <vector>

#include "app/twin/twin_source.h"

namespace tenfold::fake {

/// A simulated engine without a thread: it simulates in advanceTo(), every request 40 ms long.
class FakeTwin final : public engine::SimulatedEngine {
public:
    FakeTwin(Handler handler, Pace pace) : m_handler(std::move(handler)), m_pace(pace) {}

    void start(const scenario::Scenario& scenario, bool) override {
        started = scenario;
        m_handler(engine::PhaseChange{engine::Phase::running, ""});
        // Under the clock a minute goes by at once.
        if (m_pace == Pace::clock) advanceTo(240);
    }
    void apply(engine::Change change) override {
        changes.push_back({m_next, std::move(change)});
        // Its own flags are of no interest to whoever follows the live ones.
        measure::Event e;
        e.kind = measure::EventKind::switched;
        e.version = 1;
        e.number = 1;
        e.text = "the twin's own";
        m_handler(e);
    }
    void pause() override { pauses.push_back(m_next); }
    void resume() override { resumes.push_back(m_next); }
    void stop() override { m_handler(engine::PhaseChange{engine::Phase::idle, ""}); }
    void advanceTo(std::int64_t slot) override {
        allowed = std::max(allowed, slot);
        while (m_next <= allowed) {
            measure::Sample s;
            s.slot = m_next++;
            auto& e = s.endpoints["products.get"];
            e.users.offered = e.users.sent = 25;
            e.users.of(measure::Outcome::ok) = 25;
            e.users.response.recordMs(40, 25);
            e.server.requests = 25;
            s.nodes["primary"].role = "database";
            s.nodes["primary"].spanMs = 250;
            m_handler(std::move(s));
        }
    }

    struct Applied {
        std::int64_t beforeSlot;
        engine::Change change;
    };
    scenario::Scenario started;
    std::vector<Applied> changes;
    std::vector<std::int64_t> pauses, resumes;
    std::int64_t allowed = -1;

private:
    Handler m_handler;
    Pace m_pace;
    std::int64_t m_next = 0;
};

/// Makes them, and knows the last one.
struct FakeTwins {
    FakeTwin* last = nullptr;
    int made = 0;
    app::TwinSource source{
        [] { return system::Inputs{}; },
        [this](engine::Engine::Handler handler, const system::Inputs&, app::TwinSource::Pace pace) {
            auto twin = std::make_unique<FakeTwin>(std::move(handler), pace);
            last = twin.get();
            ++made;
            return twin;
        }};
};

}  // namespace tenfold::fake

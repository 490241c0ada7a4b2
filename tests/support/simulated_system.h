// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/mechanisms/catalogue.h"
#include "tests/support/shipped_inputs.h"

namespace tenfold::test {

/// The twin, to be handled as test::LiveSystem is.
class SimulatedSystem {
public:
    explicit SimulatedSystem(scenario::Scenario scenario)
        : m_scenario(std::move(scenario)),
          m_system(engine::makeSystem(m_scenario, shippedInputs())) {}

    bool isUp() const { return true; }
    const measure::Timeline& timeline() const { return m_timeline; }
    system::System& system() { return *m_system; }

    void step() {
        m_timeline.add(m_system->nextSlot());
        for (auto& flag : m_system->takeFlags()) m_timeline.add(std::move(flag));
    }
    void runFor(double seconds) {
        for (double s = 0; s < seconds; s += 0.25) step();
    }
    void set(const std::vector<std::string>& assignments) {
        scenario::Problems problems;
        for (const auto& a : assignments)
            m_scenario.design.set(a, mechanisms::catalogue(), problems);
        EXPECT_TRUE(problems.empty()) << problems.joined();
        m_system->change(m_scenario.design);
        m_system->flagChange(measure::EventKind::switched, "test");
        for (auto& flag : m_system->takeFlags()) m_timeline.add(std::move(flag));
    }
    /// Ends the load and drains; at most as long as the most patient of all waits.
    void stop() {
        m_system->endLoad();
        for (int slots = 0; !m_system->isDrained() && slots < 60; ++slots) step();
        EXPECT_TRUE(m_system->isDrained());
    }
    measure::Sample sinceChange(int skip = 2) const {
        return m_timeline.window(m_timeline.slotAfterLastChange() + skip, m_timeline.lastSlot());
    }

private:
    scenario::Scenario m_scenario;
    std::unique_ptr<system::System> m_system;
    measure::Timeline m_timeline;
};

}  // namespace tenfold::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/calibration.h"

#include <gtest/gtest.h>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

// A twin of known components stands in for real ones: what it was told must come out again.
TEST(Calibration, FindsWhatTheComponentsAre) {
    for (const auto* design : {"indexes=off", "indexes=on"}) {
        auto s = shippedScenario("sound", 2'000, {design, "read_replicas=0"});
        s.durationS = 600;
        auto inputs = shippedInputs();
        inputs.real = system::Calibration{0.7, 300, 0, 120, 2};
        const auto run = engine::simulate(s, inputs);
        auto window = run.timeline.window(8, 2400);
        // A real component does not say what of a round trip is the way there.
        for (auto& [id, e] : window.endpoints)
            e.where.of(measure::Stage::database) +=
                std::exchange(e.where.totalMs[static_cast<std::size_t>(measure::Stage::link)], 0.0);
        // The gateway's link to the client is in the same stage here: take it out again.
        auto plain = inputs;
        plain.real = system::Calibration{0, 0, 0, 0, 2};
        const auto links = engine::simulate(s, plain).timeline.window(8, 2400);
        for (auto& [id, e] : window.endpoints) {
            const auto& other = links.endpoints.at(id);
            e.where.of(measure::Stage::database) -= other.where.of(measure::Stage::link) *
                                                    static_cast<double>(e.where.requests) /
                                                    static_cast<double>(other.where.requests);
        }
        const auto found = calibrate(window, s.design, shippedInputs(), 2);
        EXPECT_NEAR(found.statementFactor, 0.7, 0.04) << design;
        EXPECT_NEAR(found.databaseHopUs, 300, 20) << design;
        EXPECT_NEAR(found.cacheHopUs, 120, 12) << design;
        EXPECT_EQ(found.databaseCores, 2);
    }
}

TEST(Calibration, NothingMeasuredIsNothingKnown) {
    const auto s = shippedScenario("sound", 10'000);
    EXPECT_THROW(calibrate({}, s.design, shippedInputs(), 2), std::runtime_error);
}

}  // namespace
}  // namespace tenfold::study

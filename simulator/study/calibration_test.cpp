// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/calibration.h"

#include <gtest/gtest.h>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

constexpr double kWatchingCores = 0.01;

/// A twin of known components in the place of real ones.
measure::Sample asReal(const scenario::Scenario& s, const system::Inputs& inputs) {
    auto window = engine::simulate(s, inputs).timeline.window(8, 2400);
    auto plain = inputs;
    plain.real = system::Calibration{0, 0, 0, 0, 0, 0, 2};
    const auto links = engine::simulate(s, plain).timeline.window(8, 2400);
    for (auto& [id, e] : window.endpoints) {
        // A real component does not say what of a round trip is the way there; the gateway's link
        // to the client is in the same stage here, and stays out.
        const auto& other = links.endpoints.at(id);
        const double ofClient = other.where.of(measure::Stage::link) *
                                static_cast<double>(e.where.requests) /
                                static_cast<double>(other.where.requests);
        e.where.of(measure::Stage::database) += e.where.of(measure::Stage::link) - ofClient;
    }
    auto& primary = window.nodes.at("primary");
    primary.hostCpuMs = primary.busyCoreMs + kWatchingCores * primary.spanMs;
    return window;
}

TEST(Calibration, FindsWhatTheComponentsAre) {
    const std::vector<std::string> plain{"read_replicas=0", "in_process_cache=off",
                                         "side_effects=inline"};
    auto inputs = shippedInputs();
    inputs.real = system::Calibration{1.4, 0.8, 100, 200, 120, 1.5, 2};
    const auto scenarioOf = [&](double users, const char* indexes) {
        auto set = plain;
        set.push_back(indexes);
        auto s = shippedScenario("sound", users, set);
        s.durationS = 600;
        return s;
    };
    const auto scans = scenarioOf(2'000, "indexes=off");
    const auto lookUps = scenarioOf(10'000, "indexes=on");
    const auto found =
        calibrate({asReal(scenarioOf(1, "indexes=on"), inputs), asReal(lookUps, inputs),
                   lookUps.design, asReal(scans, inputs), scans.design, 2},
                  shippedInputs());
    EXPECT_NEAR(found.scanFactor, 1.4, 0.07);
    EXPECT_NEAR(found.lookUpFactor, 0.8, 0.04);
    EXPECT_NEAR(found.roundTripCpuUs + found.databaseHopUs, 300, 20);
    EXPECT_NEAR(found.roundTripCpuUs, 100, 20);
    EXPECT_NEAR(found.cacheHopUs, 120, 12);
    EXPECT_NEAR(found.commitMs, 1.5, 0.15);
    EXPECT_EQ(found.databaseCores, 2);
}

TEST(Calibration, NothingMeasuredIsNothingKnown) {
    CalibrationRuns nothing;
    nothing.lookUpDesign = nothing.scanDesign = shippedScenario("sound", 10'000).design;
    EXPECT_THROW(calibrate(nothing, shippedInputs()), std::runtime_error);
}

}  // namespace
}  // namespace tenfold::study

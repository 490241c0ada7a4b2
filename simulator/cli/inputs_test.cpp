// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tenfold;  // NOLINT: a test
using testing::HasSubstr;

namespace {
std::string problemOf(const std::function<void(cli::ScenarioFlags&)>& set) {
    cli::ScenarioFlags flags;
    flags.scenario = "sound";
    set(flags);
    try {
        cli::scenarioFrom(flags);
    } catch (const scenario::InputError& e) {
        return e.what();
    }
    return "";
}
}  // namespace

TEST(Inputs, EveryShippedScenarioIsSound) {
    for (const char* name :
         {"naive", "sound", "first-minute", "connection-pooler", "in-process-cache", "indexes",
          "pagination", "query-shape", "rate-limiting", "read-replicas", "shared-cache",
          "side-effects", "token-validation", "one-address", "idempotency"})
        EXPECT_EQ(problemOf([&](auto& f) { f.scenario = name; }), "") << name;
}

TEST(Inputs, FlagsThatTheServerWouldRefuseAreBadInputHere) {
    EXPECT_THAT(problemOf([](auto& f) { f.seed = UINT64_MAX; }), HasSubstr("--seed"));
    EXPECT_THAT(problemOf([](auto& f) { f.faults = {"kill_instance@1s+1e9s"}; }),
                HasSubstr("--fault"));
    EXPECT_THAT(
        problemOf([](auto& f) { f.faults = std::vector<std::string>(101, "kill_instance@1s+1s"); }),
        HasSubstr("$.faults: found 101 faults; allowed: a list of at most 100"));
    EXPECT_THAT(problemOf([](auto& f) { f.instancesTimes = 5; }), HasSubstr("1 to 4"));
    EXPECT_THAT(problemOf([](auto& f) { f.hardware = "abacus"; }),
                HasSubstr("hardware: found \"abacus\""));
    EXPECT_THAT(problemOf([](auto& f) { f.duration = "0.5s"; }), HasSubstr("--duration"));
}

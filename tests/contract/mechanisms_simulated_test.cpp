// SPDX-License-Identifier: GPL-3.0-or-later
// Each mechanism, switched in the twin: the counts change as its card says, nobody's request is
// lost, and a run is the same whenever and beside whatever it is made.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "simulator/mechanisms/catalogue.h"
#include "tests/contract/mechanism_cases.h"
#include "tests/support/simulated_system.h"

using namespace tenfold;  // NOLINT: a test
using test::MechanismCase;
using test::SimulatedSystem;

namespace {

scenario::Scenario storm() {
    // Something of everything: caches, limits, lines, faults.
    for (const auto& c : test::mechanismCases())
        if (c.name == "AnOwnWriteIsReadWhereItIs") {
            auto s = c.scenario;
            s.workload.mix.clear();
            s.faults = {{"flash_crowd", 1, 1}, {"kill_instance", 2, 1}, {"rolling_deploy", 3.5, 1}};
            return s;
        }
    throw std::logic_error("the case has another name");
}

void drive(SimulatedSystem& s, int slot) {
    if (slot == 8) s.set({"shared_cache=ttl", "connection_pooler=transaction"});
    if (slot == 12) s.set({"query_shape=join", "read_replicas=1"});
    s.step();
}
constexpr int kSlots = 30;

std::string bytesOf(const SimulatedSystem& s) {
    return s.timeline().toJson().dump();
}

std::string alone(const scenario::Scenario& scenario) {
    SimulatedSystem s(scenario);
    for (int i = 0; i < kSlots; ++i) drive(s, i);
    return bytesOf(s);
}

std::string nameOf(const testing::TestParamInfo<MechanismCase>& info) {
    return info.param.name;
}

}  // namespace

namespace tenfold::test {
void PrintTo(const MechanismCase& c, std::ostream* out) {
    *out << c.name;
}
}  // namespace tenfold::test

class MechanismsSimulated : public testing::TestWithParam<MechanismCase> {};

TEST_P(MechanismsSimulated, CountsChangeAsTheCardSaysAndNothingIsLost) {
    test::runCase<SimulatedSystem>(GetParam());
}
INSTANTIATE_TEST_SUITE_P(All, MechanismsSimulated, testing::ValuesIn(test::mechanismCases()),
                         nameOf);

TEST(MechanismCases, EveryPositionOfEverySwitchAndEveryCountOfItsCardIsLookedAt) {
    for (const auto& spec : mechanisms::catalogue().specs()) {
        std::set<std::string> positions, counts;
        for (const auto& c : test::mechanismCases()) {
            if (c.mechanism != spec.id) continue;
            for (const auto& step : c.steps) {
                for (const auto& set : step.set)
                    for (const auto& value : spec.values)
                        if (set.find('=') != std::string::npos &&
                            scenario::Setting{set.substr(set.find('=') + 1), {}}.has(value.id) &&
                            set.rfind(spec.id + "=", 0) == 0)
                            positions.insert(value.id);
                for (const auto& e : step.expected) counts.insert(e.count);
            }
        }
        for (const auto& value : spec.values)
            EXPECT_TRUE(positions.count(value.id)) << spec.id << '=' << value.id;
        for (const auto& count : spec.counts)
            EXPECT_TRUE(counts.count(count)) << spec.id << ": " << count;
    }
}

TEST(MechanismsSimulated, EverySwitchFlippedOneAfterTheOtherUnderLoadLosesNothing) {
    auto s = storm();
    s.faults.clear();
    SimulatedSystem system(s);
    for (const auto& spec : mechanisms::catalogue().specs())
        for (const auto& value : spec.values) {
            // The database would be a bottleneck without indexes, and whole lists too.
            if (spec.id == "indexes" || value.id == "none") continue;
            system.set({spec.id + "=" + value.id});
            system.runFor(0.75);
        }
    system.stop();
    const auto all = system.timeline().window(0, system.timeline().lastSlot()).total().users;
    EXPECT_EQ(all.offered, all.ended());
    EXPECT_EQ(all.failed(), all.of(measure::Outcome::rateLimited));
}

TEST(Deterministic, TheSameScenarioAndSeedGiveTheSameBytes) {
    const auto one = alone(storm());
    EXPECT_GT(one.size(), 10'000u);
    EXPECT_EQ(one, alone(storm()));
}

TEST(Deterministic, AnotherSeedIsAnotherRun) {
    auto other = storm();
    other.seed += 1;
    EXPECT_NE(alone(storm()), alone(other));
}

TEST(Deterministic, TwoSimulationsInOneProcessDoNotKnowOfEachOther) {
    auto other = storm();
    other.seed += 1;
    other.workload.dailyActiveUsers *= 2;
    SimulatedSystem a(storm()), b(other);
    for (int i = 0; i < kSlots; ++i) {
        drive(a, i);
        drive(b, i);
    }
    EXPECT_EQ(bytesOf(a), alone(storm()));
    EXPECT_EQ(bytesOf(b), alone(other));
}

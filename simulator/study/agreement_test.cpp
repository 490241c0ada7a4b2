// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/agreement.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

MeasuredRun runOf(const scenario::Scenario& s, const system::Inputs& inputs = shippedInputs()) {
    MeasuredRun out;
    const auto run = engine::simulate(s, inputs);
    out.window = run.timeline.window(8, static_cast<std::int64_t>(s.durationS * 4) - 1);
    out.verdict = judge::judge(out.window, s.objective, "10k", std::nullopt);
    return out;
}

std::vector<GridCell> smallGrid() {
    auto grid = agreementGrid(shippedScenario("sound", 10'000), shippedScenario("naive", 10'000),
                              mechanisms::catalogue(), {"10k"});
    return grid;
}

TEST(Agreement, TheGridHasAtLeastTwelveDesignsOfEachTier) {
    const auto grid =
        agreementGrid(shippedScenario("sound", 10'000), shippedScenario("naive", 10'000),
                      mechanisms::catalogue(), {"10k", "1M"});
    std::set<std::string> names;
    for (const auto& cell : grid) names.insert(cell.design);
    EXPECT_GE(names.size(), 12u);
    EXPECT_EQ(grid.size(), 2 * names.size());
    for (const auto& cell : grid)
        if (!cell.base.empty()) {
            EXPECT_TRUE(names.count(cell.base)) << cell.base;
        }
}

TEST(Agreement, ATwinAgreesWithItself) {
    auto grid = smallGrid();
    const auto same = [](const scenario::Scenario& s) { return runOf(s); };
    const auto found = findAgreement(grid, shippedInputs(), same, same, 2, {});
    EXPECT_EQ(found.within(), found.figures());
    EXPECT_EQ(found.decisions.signsRight, found.decisions.signs);
    EXPECT_GT(found.decisions.signs, 3);
    EXPECT_EQ(found.decisions.ranksRight, found.decisions.ranks);
    for (const auto& c : found.cells) EXPECT_TRUE(c.isSameVerdict) << c.cell.design;
}

TEST(Agreement, AWrongModelIsSeen) {
    auto grid = smallGrid();
    grid.resize(3);
    auto wrong = shippedInputs();
    wrong.factors.apiCpu = 1.3;
    const auto found = findAgreement(
        grid, shippedInputs(), [](const scenario::Scenario& s) { return runOf(s); },
        [&](const scenario::Scenario& s) { return runOf(s, wrong); }, 1, {});
    for (const auto& c : found.cells)
        for (const auto& m : c.metrics)
            if (m.metric == Metric::p50Ms) {
                EXPECT_FALSE(m.isWithin) << c.cell.design;
            }
    EXPECT_GT(found.medianError(Metric::p50Ms), 0.1);
    const auto j = toJson(found);
    EXPECT_FALSE(j["worst"].empty());
    EXPECT_LT(j["within"].get<int>(), j["cells"].get<int>());
}

TEST(Agreement, ACellThatCouldNotBeRunSaysWhy) {
    auto grid = smallGrid();
    grid.resize(1);
    const auto found = findAgreement(
        grid, shippedInputs(),
        [](const scenario::Scenario&) {
            MeasuredRun none;
            none.failure = "this host is too small";
            return none;
        },
        [](const scenario::Scenario& s) { return runOf(s); }, 2, {});
    EXPECT_EQ(found.cells.front().missing, "this host is too small");
    EXPECT_EQ(found.figures(), 0);
}

}  // namespace
}  // namespace tenfold::study

// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/checklist.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "simulator/load/endpoints.h"
#include "simulator/study/sensitivity.h"
#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

namespace fs = std::filesystem;

fs::path written(const std::string& name, const std::string& text) {
    const auto file = fs::path(::testing::TempDir()) / name;
    std::ofstream(file) << text;
    return file;
}

/// Few enough choices that every design can be asked.
ChecklistRows rows(const std::string& entries, const std::string& substitutes = "") {
    return {written("rows.json", R"({"format":"tenfold.checklist/1","source":"a test","rows":[)" +
                                     entries + R"(],"substitutes":[)" + substitutes + "]}"),
            mechanisms::catalogue()};
}

std::string row(const std::string& id, const std::string& with, const std::string& without,
                bool isRow = true) {
    const std::string article =
        R"(,"article":{"10k":"Required","100k":"Required","1M":"Required"})";
    return R"({"id":")" + id + R"(","title":")" + id + R"(","with":[")" + with +
           R"("],"without":[")" + without + R"("])" + (isRow ? article : "") + "}";
}

IncidentTable incidents(const std::string& entries = "", const std::string& share = "0.999") {
    return IncidentTable(
        written("incidents.json", R"({"format":"tenfold.incidents/1","budgets":{"10k":)" + share +
                                      R"(,"100k":)" + share + R"(,"1M":)" + share +
                                      R"(},"incidents":[)" + entries + "]}"));
}

std::string incident(const std::string& fault, int perYear, int minutes) {
    return R"({"fault":")" + fault + R"(","per_year":)" + std::to_string(perYear) +
           R"(,"minutes":)" + std::to_string(minutes) + R"(,"source":"a test"})";
}

const std::string kIndexes = row("queries", R"(indexes=on","query_shape=batched)",
                                 R"(indexes=off","query_shape=n_plus_one)");
const std::string kTokens = row("jwt", "token_validation=jwt", "token_validation=central");

ChecklistCell cellOf(const ChecklistTier& tier, const std::string& id) {
    const auto it = std::find_if(tier.cells.begin(), tier.cells.end(),
                                 [&](const auto& c) { return c.row == id; });
    return it == tier.cells.end() ? ChecklistCell{} : *it;
}

TEST(ChecklistRows, ChoicesBecomeADesign) {
    const auto r = rows(kIndexes + "," + kTokens);
    const auto base = scenario::Design::sound(mechanisms::catalogue());
    const auto design = r.design(base, 0b10);
    EXPECT_TRUE(design.is("indexes", "off"));
    EXPECT_TRUE(design.is("token_validation", "jwt"));
    EXPECT_EQ(design.of("pagination").value, base.of("pagination").value);
    EXPECT_EQ(r.namesOf(0b11), "queries, jwt");
    EXPECT_EQ(r.namesOf(0), "nothing");
}

TEST(ChecklistRows, AMechanismThatDoesNotExistLeavesItsRowOut) {
    const auto r = rows(kIndexes + "," + row("teleport", "teleport=on", "teleport=off"));
    EXPECT_EQ(r.known(), 0b01u);
    EXPECT_FALSE(r.all()[1].isKnown);
}

TEST(ChecklistRows, SaysEverythingThatIsWrong) {
    try {
        rows(R"({"id":3,"with":["indexes=on"],"surplus":1,"article":{"10k":"Perhaps"}})");
        FAIL() << "it was taken";
    } catch (const scenario::InputError& e) {
        const std::string all = e.what();
        for (const char* part :
             {"$.rows[0].id", "$.rows[0].title", "$.rows[0].without", "$.rows[0].surplus",
              "$.rows[0].article.10k", "\"Perhaps\"", "$.rows[0].article.1M"})
            EXPECT_NE(all.find(part), std::string::npos) << part << " in\n" << all;
    }
}

TEST(IncidentTable, GravestFirstAndItsBudget) {
    const auto t = incidents(incident("auth_down", 1, 10) + "," + incident("slow_email", 2, 30));
    ASSERT_EQ(t.incidents().size(), 2u);
    EXPECT_EQ(t.incidents()[0].fault, "slow_email");
    EXPECT_NEAR(t.budgetMinutes("100k"), 525.6, 0.01);
}

TEST(IncidentTable, SaysEverythingThatIsWrong) {
    try {
        incidents(R"({"fault":"earthquake","per_year":-1})");
        FAIL() << "it was taken";
    } catch (const scenario::InputError& e) {
        const std::string all = e.what();
        for (const char* part : {"earthquake", "auth_down", "per_year", "minutes", "source"})
            EXPECT_NE(all.find(part), std::string::npos) << part << " in\n" << all;
    }
}

TEST(DemandBound, ScansAtTenThousandUsersNeedMoreCoresThanThereAre) {
    const DemandBound bound(shippedInputs());
    const auto hardware = hardware::profileForTier("10k");
    const auto with = [&](const std::vector<std::string>& set) {
        const auto s = shippedScenario("naive", 10'000, set);
        return bound.utilisation(s, hardware, s.workload.rate().peakHz);
    };
    EXPECT_GT(with({}), 1);
    const double indexed = with({"indexes=on", "pagination=keyset"});
    EXPECT_LT(indexed, 0.5);
    EXPECT_GT(indexed, 0);
    // A cache may have some of the answers: the least is less. Copies share the reads.
    EXPECT_LT(with({"indexes=on", "pagination=keyset", "shared_cache=ttl"}), indexed);
    EXPECT_NEAR(with({"indexes=on", "pagination=keyset", "read_replicas=1"}), indexed / 2,
                indexed / 4);
}

TEST(DemandBound, WhoWaitsForAnotherServerMissesTheObjectiveAlone) {
    const DemandBound bound(shippedInputs());
    const auto hardware = hardware::profileForTier("10k");
    const auto refusal = [&](const std::vector<std::string>& set) {
        const auto s = shippedScenario("sound", 10'000, set);
        return bound.refusal(s, hardware, s.workload.rate().peakHz);
    };
    EXPECT_EQ(refusal({"side_effects=queued"}), "");
    EXPECT_NE(refusal({"side_effects=inline"}).find("calls it waits for"), std::string::npos);
    EXPECT_NE(
        refusal({"indexes=off", "query_shape=n_plus_one"}).find("orders.list: the statements"),
        std::string::npos);
}

TEST(DemandBound, IsNeverMoreThanTheSimulationFinds) {
    const DemandBound bound(shippedInputs());
    const auto s = shippedScenario("sound", 100'000, {"shared_cache=off", "in_process_cache=off"});
    const auto e = estimate(s, shippedInputs());
    double busy = 0, cores = 0;
    for (const auto& [id, n] : e.window.nodes)
        if (n.role == "database" || n.role == "replica") {
            busy += n.busyCoreMs / n.spanMs;
            cores += n.cores;
        }
    const double least =
        bound.utilisation(s, hardware::profileForTier("100k"), s.workload.rate().peakHz);
    EXPECT_GT(least, 0);
    EXPECT_LE(least, busy / cores * 1.05);  // of the arrivals' chance
}

TEST(HoldCriterion, SaysWhatItWasNotStoodBy) {
    const auto s = shippedScenario("sound", 10'000);
    const HoldCriterion test(s, incidents(), shippedInputs());
    EXPECT_TRUE(test.ask(s.design).holds);
    const auto naive = test.ask(shippedScenario("naive", 10'000).design);
    EXPECT_FALSE(naive.holds);
    EXPECT_FALSE(naive.isByIncident);
    EXPECT_EQ(naive.failedBy, "three times the peak");
}

TEST(HoldCriterion, AnIncidentCostsTheMinutesThatRequestsFailIn) {
    const auto s = shippedScenario("sound", 10'000, {"token_validation=central"});
    // 47 minutes of which what needs a user fails: 61 % of the mix, less than all of it.
    const HoldCriterion test(s, incidents(incident("auth_down", 10, 47)), shippedInputs());
    const auto central = test.errorMinutes(s.design);
    EXPECT_GT(central.at("auth_down"), 0.2 * 470);
    EXPECT_LT(central.at("auth_down"), 470 * 1.05);
    const auto jwt = test.errorMinutes(shippedScenario("sound", 10'000).design);
    EXPECT_LT(jwt.at("auth_down"), 0.05 * 470);
}

TEST(Smallest, TheEnumerationFindsWhatEveryDesignMustHave) {
    const auto r = rows(kIndexes + "," + kTokens);
    const auto s = shippedScenario("sound", 10'000);
    const HoldCriterion test(s, incidents(), shippedInputs());
    const auto found = findSmallest(test, r, s.design);
    ASSERT_EQ(found.minimal, std::vector<Choices>{0b01});
    EXPECT_TRUE(found.isInAll(0));
    EXPECT_FALSE(found.isInSome(1));
    // Nothing and {jwt} were asked and failed, {queries, jwt} has a part that holds.
    EXPECT_EQ(found.trials.size(), 3u);
    EXPECT_EQ(found.skipped, 1);
}

TEST(Smallest, OneThreadOrTwoFindTheSame) {
    const auto r = rows(kIndexes + "," + kTokens);
    const auto s = shippedScenario("sound", 10'000);
    const HoldCriterion test(s, incidents(), shippedInputs());
    EXPECT_EQ(findSmallest(test, r, s.design, 1).minimal,
              findSmallest(test, r, s.design, 2).minimal);
}

TEST(Checklist, LoadDecidesIndexesAndAnIncidentTheTokens) {
    const auto r = rows(kIndexes + "," + kTokens);
    const ChecklistInputs from{r, incidents(incident("auth_down", 20, 60)),
                               shippedScenario("sound", 10'000), shippedInputs()};
    const auto tier = deriveTier(from);
    const auto queries = cellOf(tier, "queries");
    EXPECT_EQ(queries.derived, Derived::required);
    EXPECT_EQ(queries.decidedBy, "load");
    EXPECT_TRUE(queries.agrees());
    const auto jwt = cellOf(tier, "jwt");
    EXPECT_EQ(jwt.derived, Derived::required);
    EXPECT_EQ(jwt.decidedBy, "auth_down");
}

TEST(Checklist, WithoutTheIncidentTheTokensAreNotRequired) {
    const auto r = rows(kIndexes + "," + kTokens);
    const ChecklistInputs from{r, incidents(), shippedScenario("sound", 10'000), shippedInputs()};
    const auto jwt = cellOf(deriveTier(from), "jwt");
    EXPECT_NE(jwt.derived, Derived::required);
    EXPECT_FALSE(jwt.agrees());
    EXPECT_EQ(jwt.improvements.size(), 3u);
}

/// With so many users that three times their peak uses the databases of this design to `share`.
scenario::Scenario atDatabaseLoad(scenario::Scenario s, const std::string& machines, double share) {
    const DemandBound bound(shippedInputs());
    s.hardware = machines;
    const auto hardware = hardware::profileForTier(s.hardware);
    const double now = bound.utilisation(s, hardware, 3 * s.workload.rate().peakHz);
    s.workload.dailyActiveUsers *= share / now;
    return s;
}

TEST(Checklist, WhatStandsInForAnotherIsNamed) {
    const auto r = rows(row("cache", "shared_cache=ttl", "shared_cache=off"),
                        row("copies", "read_replicas=3", "read_replicas=0", false));
    // Half again more than the primary can do by itself: with a cache, or copies, it can.
    auto onlyLists = shippedScenario(
        "sound", 10'000,
        {"indexes=off", "in_process_cache=off", "shared_cache=off", "read_replicas=0"});
    for (const auto& e : load::endpoints()) onlyLists.workload.mix[std::string(e.id)] = 0;
    onlyLists.workload.mix["products.list"] = 1;
    const ChecklistInputs from{r, incidents(), atDatabaseLoad(onlyLists, "1M", 1.5),
                               shippedInputs()};
    const auto tier = deriveTier(from);
    EXPECT_EQ(tier.smallest.minimal, (std::vector<Choices>{0b01, 0b10}));
    const auto cache = cellOf(tier, "cache");
    EXPECT_EQ(cache.derived, Derived::oneOf);
    EXPECT_EQ(cache.substitute, "copies");
    EXPECT_EQ(cache.decidedBy, "load");
}

TEST(Checklist, RecommendedIsWhatTheNextSizeRequiresAndClientsHold) {
    // Only at 100k the budget does not allow for the auth service.
    const auto table = IncidentTable(
        written("by_tier.json",
                R"({"format":"tenfold.incidents/1","budgets":{"10k":0.5,"100k":0.9999,"1M":0.9999},
            "incidents":[)" +
                    incident("auth_down", 20, 60) + "]}"));
    const auto r = rows(kTokens);
    const ChecklistInputs from{r, table, shippedScenario("sound", 10'000), shippedInputs()};
    const auto all = deriveChecklist(from, {"10k", "100k"}, mechanisms::catalogue());
    ASSERT_TRUE(all.find("jwt", "100k"));
    EXPECT_EQ(all.find("jwt", "100k")->derived, Derived::required);
    const auto* small = all.find("jwt", "10k");
    ASSERT_TRUE(small);
    EXPECT_TRUE(small->derived == Derived::recommended || small->derived == Derived::helpful);
}

TEST(Checklist, ACostThatDecidesFlipsItsCell) {
    const auto r = rows(row("queries", "indexes=on", "indexes=off"));
    // Scans hold at this price and not at one and a half times.
    const auto s = atDatabaseLoad(shippedScenario("sound", 10'000,
                                                  {"indexes=off", "in_process_cache=off",
                                                   "shared_cache=off", "read_replicas=0"}),
                                  "10k", 0.8);
    const ChecklistInputs from{r, incidents(), s, shippedInputs()};
    const auto derivedAt = [&](double factor) {
        ChecklistInputs other = from;
        other.inputs = withCost(from.inputs, Cost::statements, factor);
        return cellOf(deriveTier(other), "queries").derived;
    };
    EXPECT_NE(derivedAt(0.5), Derived::required);
    EXPECT_EQ(derivedAt(1.5), Derived::required);
}

}  // namespace
}  // namespace tenfold::study

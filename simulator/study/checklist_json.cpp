// SPDX-License-Identifier: GPL-3.0-or-later
// A derived checklist as JSON, each cell with its evidence.
#include <nlohmann/json.hpp>

#include "simulator/study/checklist.h"

namespace tenfold::study {

using nlohmann::json;

namespace {

json trialJson(const HoldTrial& t) {
    json j = {{"holds", t.holds}, {"simulated", t.isSimulated}};
    if (!t.holds) {
        j["failed_by"] = t.failedBy;
        j["why"] = t.why;
    }
    if (!t.errorMinutes.empty()) j["error_minutes_a_year"] = t.errorMinutes;
    return j;
}

/// The designs that decide: the smallest that hold.
json smallestJson(const ChecklistTier& tier, const ChecklistRows& rows) {
    json designs = json::array();
    for (const Choices m : tier.smallest.minimal) {
        json design = trialJson(tier.smallest.trials.at(m));
        design["has"] = rows.namesOf(m);
        designs.push_back(std::move(design));
    }
    return designs;
}

json cellJson(const ChecklistCell& cell) {
    json evidence = {{"why", cell.why}};
    for (const auto& i : cell.improvements)
        evidence["improvements"].push_back({{"what", i.what},
                                            {"added_to", i.onto},
                                            {"ratio", i.ratio.value},
                                            {"low", i.ratio.low},
                                            {"high", i.ratio.high},
                                            {"helpful", i.isHelpful}});
    return {{"row", cell.row},
            {"tier", cell.tier},
            {"article", cell.article},
            {"derived", titleOf(cell.derived)},
            {"decided_by", cell.decidedBy},
            {"substitute", cell.substitute},
            {"agrees", cell.agrees()},
            {"evidence", std::move(evidence)}};
}

}  // namespace

json toJson(const Checklist& checklist, const ChecklistRows& rows) {
    json j = {{"format", "tenfold.checklist_derived/1"},
              {"cells", json::array()},
              {"tiers", json::array()},
              {"seconds", checklist.seconds}};
    for (const auto& tier : checklist.tiers) {
        for (const auto& cell : tier.cells) j["cells"].push_back(cellJson(cell));
        j["tiers"].push_back({{"tier", tier.tier},
                              {"budget_minutes_a_year", tier.budgetMinutes},
                              {"smallest", smallestJson(tier, rows)},
                              {"simulated", tier.smallest.simulated},
                              {"refused", tier.smallest.refused},
                              {"skipped", tier.smallest.skipped}});
    }
    return j;
}

}  // namespace tenfold::study

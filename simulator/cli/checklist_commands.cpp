// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/checklist_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <thread>

#include "simulator/cli/ask_twin.h"
#include "simulator/cli/output_file.h"
#include "simulator/mechanisms/catalogue.h"
#include "simulator/study/checklist.h"

namespace tenfold::cli {

using study::ChecklistCell;
using study::Derived;

namespace {

int threads() {
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

study::ChecklistInputs inputsFor(const ChecklistFlags& flags, const scenario::Scenario& s,
                                 const study::ChecklistRows& rows) {
    auto incidents = flags.incidents.empty() ? study::IncidentTable::shipped()
                                             : study::IncidentTable(flags.incidents);
    return {rows, std::move(incidents), s, system::Inputs::shipped()};
}

std::string wordsOf(const ChecklistCell& cell) {
    std::string words(titleOf(cell.derived));
    if (cell.derived == Derived::oneOf) words += " with " + cell.substitute;
    return words;
}

void printCells(const study::ChecklistRows& rows, const std::vector<study::ChecklistTier>& tiers) {
    for (const auto& tier : tiers) {
        fmt::print("\nAt {} users; {:.0f} minutes a year may be lost\n", tier.tier,
                   tier.budgetMinutes);
        fmt::print("  {:<27}{:<26}{:<16}{:<15}{}\n", "", "derived", "decided by", "article", "why");
        for (const auto& cell : tier.cells) {
            const auto row = std::find_if(rows.all().begin(), rows.all().end(),
                                          [&](const auto& r) { return r.id == cell.row; });
            fmt::print(
                "  {:<27}{:<26}{:<16}{:<15}{}\n", row->title, wordsOf(cell), cell.decidedBy,
                (cell.agrees() || cell.derived == Derived::unknown ? "" : "≠ ") + cell.article,
                cell.why);
        }
        fmt::print("  smallest that hold:");
        for (const auto m : tier.smallest.minimal) fmt::print("  {{{}}}", rows.namesOf(m));
        fmt::print(
            "\n  {} designs simulated, {} refused by the bound, {} larger than one that "
            "holds\n",
            tier.smallest.simulated, tier.smallest.refused, tier.smallest.skipped);
    }
}

void printSummary(const study::Checklist& c) {
    int cells = 0, derived = 0, agree = 0, byLoad = 0, byIncident = 0;
    for (const auto& tier : c.tiers)
        for (const auto& cell : tier.cells) {
            ++cells;
            if (cell.derived == Derived::unknown) continue;
            ++derived;
            if (cell.agrees()) ++agree;
            if (cell.decidedBy.empty()) continue;
            ++(cell.isByIncident ? byIncident : byLoad);
        }
    fmt::print(
        "\n{} of {} cells derived in {:.1f} s; {} agree with the article; {} decided by "
        "load, {} by an incident\n",
        derived, cells, c.seconds, agree, byLoad, byIncident);
}

void printFlips(const std::vector<study::Flip>& flips, const study::Checklist& c) {
    std::size_t cells = 0, flipped = 0;
    for (const auto& tier : c.tiers)
        for (const auto& cell : tier.cells) {
            ++cells;
            if (std::any_of(flips.begin(), flips.end(), [&](const auto& f) {
                    return f.row == cell.row && f.tier == cell.tier;
                }))
                ++flipped;
        }
    fmt::print("\n{} of {} cells survive ± 50 % on every cost\n", cells - flipped, cells);
    for (const auto& f : flips)
        fmt::print("  {} at {}: {} → {} with {}\n", f.row, f.tier, titleOf(f.from), titleOf(f.to),
                   f.cost);
}

int keep(const std::string& file, const nlohmann::json& j) {
    if (file.empty()) return kHeld;
    const std::string why = writeFile(file, j.dump(1));
    if (why.empty()) return kHeld;
    fmt::print(stderr, "{}: could not be written: {}\n", file, why);
    return kNotTrusted;
}

nlohmann::json flipsJson(const std::vector<study::Flip>& flips) {
    auto j = nlohmann::json::array();
    for (const auto& f : flips)
        j.push_back({{"row", f.row},
                     {"tier", f.tier},
                     {"cost", f.cost},
                     {"from", titleOf(f.from)},
                     {"to", titleOf(f.to)}});
    return j;
}

}  // namespace

int checklistCommand(const ChecklistFlags& flags) {
    int written = kHeld;
    const int asked = askTwin(flags.scenario, [&](const scenario::Scenario& s) {
        const auto& catalogue = mechanisms::catalogue();
        const auto rows = study::ChecklistRows::shipped(catalogue);
        const auto from = inputsFor(flags, s, rows);
        const std::vector<std::string> tiers{"10k", "100k", "1M"};
        const auto checklist = study::deriveChecklist(from, tiers, catalogue, threads());
        printCells(rows, checklist.tiers);
        printSummary(checklist);
        auto j = study::toJson(checklist, rows);
        if (flags.isPerturbed) {
            const auto flips = study::flipsOf(checklist, from, tiers, catalogue, threads());
            printFlips(flips, checklist);
            j["flips"] = flipsJson(flips);
        }
        written = keep(flags.jsonFile, j);
    });
    return asked == kHeld ? written : asked;
}

int smallestCommand(const ChecklistFlags& flags) {
    int written = kHeld;
    const int asked = askTwin(flags.scenario, [&](const scenario::Scenario& s) {
        const auto& catalogue = mechanisms::catalogue();
        const auto rows = study::ChecklistRows::shipped(catalogue);
        study::Checklist one;
        one.tiers.push_back(study::deriveTier(inputsFor(flags, s, rows), threads()));
        printCells(rows, one.tiers);
        auto j = study::toJson(one, rows);
        j["format"] = "tenfold.smallest/1";
        j["scenario"] = scenario::toJson(s);
        written = keep(flags.jsonFile, j);
    });
    return asked == kHeld ? written : asked;
}

}  // namespace tenfold::cli

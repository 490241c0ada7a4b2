// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "simulator/study/improvement.h"
#include "simulator/study/smallest.h"

namespace tenfold::study {

enum class Derived { required, oneOf, helpful, recommended, optional, unknown };
/// "Required", "One of", …; unknown: "Not derived".
std::string_view titleOf(Derived derived);

/// One row at one size: what follows from the enumeration, and from what.
struct ChecklistCell {
    std::string row;
    std::string tier;
    std::string article;
    Derived derived = Derived::unknown;
    /// "load", a fault's name, or what it improves ("p99", "reserve", "error minutes"); empty for
    /// optional.
    std::string decidedBy;
    std::string substitute;                 // of "one of": what other designs have in its place
    std::string why;                        // one sentence, from the trial that decided
    bool isByIncident = false;              // what decided was an incident, not load
    std::vector<Improvement> improvements;  // of the designs it was added to

    /// With the article; "one of" agrees with none of its words.
    bool agrees() const { return article == titleOf(derived); }
};

/// One size: the designs that hold, and what follows for each row.
struct ChecklistTier {
    std::string tier;
    double budgetMinutes = 0;
    Smallest smallest;
    std::vector<ChecklistCell> cells;
};

struct Checklist {
    std::vector<ChecklistTier> tiers;
    double seconds = 0;
    const ChecklistCell* find(const std::string& row, const std::string& tier) const;
};

/// What the checklist is made from.
struct ChecklistInputs {
    const ChecklistRows& rows;
    IncidentTable incidents;
    scenario::Scenario base;  // its design: where what no choice names stands
    system::Inputs inputs;
};

/// One size by itself: the scenario's own users, mix, hardware and objective. Recommended is never
/// said: it needs the next size. The article's words are those of the nearest size.
ChecklistTier deriveTier(const ChecklistInputs& from, int threads = 2,
                         const std::atomic<bool>* isCancelled = nullptr);

/// Derives every cell by the rule of design.md, section 5: Required, in every design that holds;
/// one of, in some smallest design that holds; Helpful, improves one of the smallest designs by
/// 20 % and clearly; Recommended, Required at the next size and held by clients; else Optional.
/// `tiers`: of "10k", "100k", "1M", in order. Throws what HoldCriterion::ask throws.
Checklist deriveChecklist(const ChecklistInputs& from, const std::vector<std::string>& tiers,
                          const scenario::Catalogue& catalogue, int threads = 2,
                          const std::atomic<bool>* isCancelled = nullptr);

/// Cells that become others when a cost is halved or one and a half times as large.
struct Flip {
    std::string row;
    std::string tier;
    std::string cost;  // "the cost of a statement × 1.5"
    Derived from = Derived::unknown;
    Derived to = Derived::unknown;
};
/// Derives the checklist again with each cost ± 50 %. `onEach`: after each, with its name.
std::vector<Flip> flipsOf(const Checklist& checklist, const ChecklistInputs& from,
                          const std::vector<std::string>& tiers,
                          const scenario::Catalogue& catalogue, int threads = 2,
                          const std::function<void(const std::string&)>& onEach = {});

/// {"cells":[{"row","tier","article","derived","decided_by","substitute","agrees","evidence"}],
/// "seconds"}.
nlohmann::json toJson(const Checklist& checklist, const ChecklistRows& rows);

}  // namespace tenfold::study

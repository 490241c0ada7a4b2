// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/measure/timeline.h"
#include "simulator/scenario/catalogue.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::judge {

/// `<node>.cpu | connections | threads | queue | lock | link`: the first at ≥ 95 % for 2 s, or the
/// first to reject, since the last change. Nothing when nothing is at its limit. `fromSlot`: from
/// there instead, for a run whose changes (the faults of its scenario) belong to the question.
std::optional<std::string> firstToBreak(const measure::Timeline& timeline,
                                        std::optional<std::int64_t> fromSlot = std::nullopt);

struct Figure {
    std::string name;   // "primary CPU"
    std::string value;  // "2.0 of 2 cores"
};

struct Suggestion {
    std::string title;      // "Turn on indexes"
    std::string mechanism;  // to apply; empty for bigger machines
    std::string value;
    std::string because;  // "each list scans 500,000 rows 20 times"
};

/// What limits, in words made from numbers: one sentence, four figures, at most three things to
/// try.
struct Diagnosis {
    std::string title;
    std::string text;
    std::vector<Figure> figures;
    std::vector<Suggestion> tryNext;
};

Diagnosis diagnose(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                   const scenario::Catalogue& catalogue);

}  // namespace tenfold::judge

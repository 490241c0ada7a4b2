// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <map>
#include <vector>

#include "simulator/study/checklist_rows.h"
#include "simulator/study/hold_criterion.h"

namespace tenfold::study {

/// The smallest designs that hold, and how they were found.
struct Smallest {
    /// Those that hold and of which no part holds. Fewest choices first.
    std::vector<Choices> minimal;
    /// Every design that was asked about.
    std::map<Choices, HoldTrial> trials;
    int simulated = 0;
    int refused = 0;  // by the bound, without a simulation
    int skipped = 0;  // a part of them holds: they cannot be smallest

    /// In every design that holds. (A design that holds has a smallest one as a part of it, so
    /// those decide.)
    bool isInAll(std::size_t choice) const;
    bool isInSome(std::size_t choice) const;
};

/// Enumerates the designs by how many of the choices they have, on `threads` threads. Nothing is
/// assumed of designs that have more. `base`: what no choice names. Ends early, with what it has,
/// when `isCancelled` becomes true. Throws what HoldCriterion::ask throws.
Smallest findSmallest(const HoldCriterion& test, const ChecklistRows& rows,
                      const scenario::Design& base, int threads = 2,
                      const std::atomic<bool>* isCancelled = nullptr);

}  // namespace tenfold::study

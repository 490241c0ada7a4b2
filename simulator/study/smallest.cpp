// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/smallest.h"

#include <algorithm>
#include <bit>

#include "simulator/study/in_parallel.h"

namespace tenfold::study {

namespace {

bool isPartOf(Choices part, Choices whole) {
    return (part & whole) == part;
}

}  // namespace

bool Smallest::isInAll(std::size_t choice) const {
    return !minimal.empty() && std::all_of(minimal.begin(), minimal.end(),
                                           [&](Choices m) { return (m >> choice & 1) != 0; });
}

bool Smallest::isInSome(std::size_t choice) const {
    return std::any_of(minimal.begin(), minimal.end(),
                       [&](Choices m) { return (m >> choice & 1) != 0; });
}

Smallest findSmallest(const HoldCriterion& test, const ChecklistRows& rows,
                      const scenario::Design& base, int threads,
                      const std::atomic<bool>* isCancelled) {
    Smallest found;
    const Choices all = rows.known();
    for (int size = 0; size <= std::popcount(all); ++size) {
        std::vector<Choices> level;
        for (Choices c = 0; c <= all; ++c) {
            if (!isPartOf(c, all) || std::popcount(c) != size) continue;
            const bool isLarger = std::any_of(found.minimal.begin(), found.minimal.end(),
                                              [&](Choices m) { return isPartOf(m, c); });
            if (isLarger)
                ++found.skipped;
            else
                level.push_back(c);
        }
        std::vector<HoldTrial> trials(level.size());
        inParallel(level.size(), threads, [&](std::size_t i) {
            if (isCancelled && isCancelled->load()) return;
            trials[i] = test.ask(rows.design(base, level[i]));
        });
        if (isCancelled && isCancelled->load()) return found;
        for (std::size_t i = 0; i < level.size(); ++i) {
            ++(trials[i].isSimulated ? found.simulated : found.refused);
            if (trials[i].holds) found.minimal.push_back(level[i]);
            found.trials.emplace(level[i], std::move(trials[i]));
        }
    }
    return found;
}

}  // namespace tenfold::study

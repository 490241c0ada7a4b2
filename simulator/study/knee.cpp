// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/knee.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tenfold::study {

using judge::Holds;

namespace {

KneeTrial attempt(const scenario::Scenario& scenario, double users, const system::Inputs& inputs,
                  const KneeOptions& options) {
    scenario::Scenario s = scenario;
    s.workload.dailyActiveUsers = users;
    EstimateOptions e = options.estimate;
    KneeTrial trial;
    trial.dailyActiveUsers = users;
    for (int doubled = 0; doubled < 4; ++doubled) {
        const Estimate found = estimate(s, inputs, e);
        trial.holds = found.verdict.holds;
        trial.p99Ms = found.of(Metric::p99Ms).value;
        trial.failedRatio = found.of(Metric::failedRatio).value;
        trial.firstToBreak = found.verdict.firstToBreak;
        if (trial.holds != Holds::notYetKnown) return trial;
        e.simulatedS = 2 * found.batchS * static_cast<double>(found.batches.size());
    }
    // Neither seen to hold nor seen to fail: right at the edge. It does not count as held.
    trial.holds = Holds::no;
    return trial;
}

}  // namespace

std::string Knee::words() const {
    const auto rounded = [](double users) {
        // Three significant figures are more than a capacity deserves.
        const double scale = std::pow(10, std::floor(std::log10(users)) - 1);
        return scenario::usersToText(std::round(users / scale) * scale);
    };
    if (holdsTo <= 0) return fmt::format("fails at {} users already", rounded(failsFrom));
    if (failsFrom <= 0) return fmt::format("holds beyond {} users", rounded(holdsTo));
    return fmt::format("holds to {}–{} users", rounded(holdsTo), rounded(failsFrom));
}

Knee findKnee(const scenario::Scenario& scenario, const system::Inputs& inputs,
              const KneeOptions& options, const std::atomic<bool>* isCancelled) {
    scenario::Scenario s = scenario;
    if (s.hardware == "tier")
        s.hardware = hardware::profileForUsers(s.workload.dailyActiveUsers).id;
    Knee knee;
    const auto holds = [&](double users) {
        knee.trials.push_back(attempt(s, users, inputs, options));
        const KneeTrial& t = knee.trials.back();
        const bool isHeld = t.holds == Holds::yes;
        if (isHeld) knee.holdsTo = std::max(knee.holdsTo, users);
        if (!isHeld && (knee.failsFrom == 0 || users < knee.failsFrom)) {
            knee.failsFrom = users;
            knee.firstToBreak = t.firstToBreak;
        }
        return isHeld;
    };
    const auto stopped = [&] { return isCancelled && isCancelled->load(); };
    double users = std::clamp(s.workload.dailyActiveUsers, options.fewest, options.most);
    const bool isUpwards = holds(users);
    const double factor = isUpwards ? 2.0 : 0.5;
    while (!stopped()) {
        if (isUpwards ? users >= options.most : users <= options.fewest) return knee;
        users = std::clamp(users * factor, options.fewest, options.most);
        if (holds(users) != isUpwards) break;
    }
    while (!stopped() && knee.failsFrom > knee.holdsTo * (1 + options.precision))
        holds(std::sqrt(knee.holdsTo * knee.failsFrom));
    return knee;
}

}  // namespace tenfold::study

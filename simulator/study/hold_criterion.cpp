// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/hold_criterion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "simulator/engine/simulated/simulate.h"
#include "simulator/judge/verdict.h"

namespace tenfold::study {

using measure::Outcome;
using measure::Sample;

namespace {

constexpr int kFillSlots = 4;  // caches start as they would be after a long time
constexpr int kLookEverySlots = 4;
constexpr double kAlpha = 1e-4;
constexpr double kRequests = 20'000;  // 100 of the rarest endpoint
constexpr double kShortestS = 10;     // a rolling deploy lies within
constexpr double kDeployS = 8;

// An incident: long enough for what it does slowly, and what comes after it.
constexpr int kIncidentSlots = 48;
constexpr int kSettledSlots = 24;  // of these, the last so many are how it stays
constexpr int kAfterSlots = 24;

std::int64_t slotsFor(double rateHz) {
    return static_cast<std::int64_t>(
        std::ceil(std::max(kShortestS, kRequests / rateHz) / measure::SlotClock::kSlotS));
}

/// Fails so clearly that a longer look would not help: twice the shares that are allowed, at exact
/// lower bounds of 99.99 %. A verdict that is asked for again and again would say "no" by chance.
bool isClearlyFailing(const Sample& window, const scenario::Objective& objective) {
    const auto fails = [&](const measure::ClientCounts& c) {
        const auto above = c.response.countAboveMs(objective.p99Ms);
        return judge::binomialLowerBound(above, c.response.count(), kAlpha) > 0.02 ||
               judge::binomialLowerBound(c.failed(), c.ended(), kAlpha) >
                   2 * (1 - objective.answeredRatio);
    };
    return std::any_of(window.endpoints.begin(), window.endpoints.end(),
                       [&](const auto& e) { return fails(e.second.users); });
}

/// What the users of a window had: offered in it, and ended in anything but ok.
struct Ended {
    double failed = 0;
    double all = 0;
    void add(const Sample& s) {
        for (const auto& [id, e] : s.endpoints) {
            failed += static_cast<double>(e.users.failed());
            all += static_cast<double>(e.users.ended());
        }
    }
    double share() const { return all > 0 ? failed / all : 0; }
};

}  // namespace

double HoldTrial::totalErrorMinutes() const {
    double sum = 0;
    for (const auto& [fault, minutes] : errorMinutes) sum += minutes;
    return sum;
}

HoldCriterion::HoldCriterion(scenario::Scenario scenario, IncidentTable incidents,
                             system::Inputs inputs)
    : m_scenario(std::move(scenario)),
      m_incidents(std::move(incidents)),
      m_inputs(std::move(inputs)),
      m_hardware(m_scenario.hardware == "tier"
                     ? hardware::profileForUsers(m_scenario.workload.dailyActiveUsers)
                     : hardware::profileForTier(m_scenario.hardware)),
      m_bound(m_inputs) {
    m_scenario.faults.clear();
    // Three times the users would be another tier's machines.
    m_scenario.hardware = m_hardware.id;
    m_budgetMinutes = m_incidents.budgetMinutes(
        hardware::profileForUsers(m_scenario.workload.dailyActiveUsers).id);
}

scenario::Scenario HoldCriterion::with(const scenario::Design& design, double timesPeak) const {
    scenario::Scenario s = m_scenario;
    s.design = design;
    s.workload.peakFactor *= timesPeak;
    return s;
}

std::string HoldCriterion::failureUnder(const Load& load, const scenario::Design& design) const {
    const scenario::Scenario s = with(design, load.timesPeak);
    const auto system = engine::makeSystem(s, m_inputs, {true, "twin"});
    const auto slots = slotsFor(s.workload.rate().peakHz);
    Sample window;
    for (std::int64_t i = 0; i < slots + kFillSlots; ++i) {
        if (load.isDeploying && i == kFillSlots) system->beginFault("rolling_deploy", kDeployS);
        const Sample slot = system->nextSlot();
        if (i < kFillSlots) continue;
        // What users had is all that is judged here.
        for (const auto& [id, e] : slot.endpoints) window.endpoints[id].users.merge(e.users);
        if (i % kLookEverySlots == 0 && isClearlyFailing(window, s.objective)) break;
    }
    const auto verdict = judge::judge(window, s.objective, "", std::nullopt);
    if (verdict.holds == judge::Holds::yes) return "";
    // Neither seen to hold nor seen to fail: right at the edge. It does not count as held.
    if (verdict.reasons.empty()) return "too close to tell";
    const auto worst = std::max_element(verdict.reasons.begin(), verdict.reasons.end(),
                                        [](const auto& a, const auto& b) {
                                            return std::max(a.aboveRatioLow, a.failedRatioLow) <
                                                   std::max(b.aboveRatioLow, b.failedRatioLow);
                                        });
    return fmt::format("{}: {}", worst->endpoint, worst->text);
}

double HoldCriterion::errorMinutesOf(const Incident& incident,
                                     const scenario::Design& design) const {
    const scenario::Scenario s = with(design, 1);
    const auto system = engine::makeSystem(s, m_inputs, {true, "twin"});
    for (int i = 0; i < kFillSlots; ++i) system->nextSlot();
    system->beginFault(incident.fault, kIncidentSlots * measure::SlotClock::kSlotS);
    Ended onset, settled, after;
    for (int i = 0; i < kIncidentSlots; ++i)
        (i < kIncidentSlots - kSettledSlots ? onset : settled).add(system->nextSlot());
    for (int i = 0; i < kAfterSlots; ++i) after.add(system->nextSlot());
    // What goes wrong for as long as it lasts, and what its beginning and end cost once.
    const double lasting = settled.share();
    const double onceRequests = std::max(0.0, onset.failed - lasting * onset.all) + after.failed;
    const double onceMinutes = onceRequests / s.workload.rate().peakHz / 60;
    return incident.perYear * (incident.minutes * lasting + onceMinutes);
}

std::map<std::string, double> HoldCriterion::errorMinutes(const scenario::Design& design) const {
    std::map<std::string, double> minutes;
    for (const auto& incident : m_incidents.incidents())
        minutes[incident.fault] += errorMinutesOf(incident, design);
    return minutes;
}

HoldTrial HoldCriterion::ask(const scenario::Design& design) const {
    constexpr std::array<Load, 3> loads{{{"three times the peak", 3, false},
                                         {"a rolling deploy", 1, true},
                                         {"the peak", 1, false}}};
    HoldTrial trial;
    const auto hardest = with(design, loads.front().timesPeak);
    trial.why = m_bound.refusal(hardest, m_hardware, hardest.workload.rate().peakHz);
    if (!trial.why.empty()) {
        trial.isSimulated = false;
        trial.failedBy = loads.front().name;
        return trial;
    }
    for (const Load& load : loads) {
        trial.why = failureUnder(load, design);
        if (trial.why.empty()) continue;
        trial.failedBy = load.name;
        return trial;
    }
    for (const auto& incident : m_incidents.incidents()) {
        trial.errorMinutes[incident.fault] += errorMinutesOf(incident, design);
        if (trial.totalErrorMinutes() <= m_budgetMinutes) continue;
        const auto worst =
            std::max_element(trial.errorMinutes.begin(), trial.errorMinutes.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
        trial.failedBy = worst->first;
        trial.isByIncident = true;
        trial.why = fmt::format("{:.0f} minutes a year of the {:.0f} that may be lost",
                                worst->second, m_budgetMinutes);
        return trial;
    }
    trial.holds = true;
    return trial;
}

}  // namespace tenfold::study

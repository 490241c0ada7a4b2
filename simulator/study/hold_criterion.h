// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"
#include "simulator/scenario/scenario.h"
#include "simulator/study/demand_bound.h"
#include "simulator/study/incidents.h"
#include "simulator/system/inputs.h"

namespace tenfold::study {

/// What a design was put through, and where it ended.
struct HoldTrial {
    bool holds = false;
    /// What it did not stand: "three times the peak", "a rolling deploy", "the peak", or the fault
    /// that costs it most of its budget; empty when it holds.
    std::string failedBy;
    bool isByIncident = false;
    std::string why;          // "53 of 120 took longer than 300 ms"
    bool isSimulated = true;  // false: refused by the bound
    /// Fault → minutes a year in which requests fail; of designs that stand the load. Those after
    /// the one that used up the budget are not asked.
    std::map<std::string, double> errorMinutes;
    double totalErrorMinutes() const;
};

/// Whether a design holds (design.md, section 5): every endpoint meets the objective at three times
/// the peak, at the peak with a rolling deploy, and at the peak; and what a year brings costs no
/// more minutes than the budget. The hardest question comes first, and each ends as soon as it is
/// clear. Any number of threads may ask.
class HoldCriterion {
public:
    /// `scenario`: users, mix, hardware, objective; its faults are left out.
    HoldCriterion(scenario::Scenario scenario, IncidentTable incidents, system::Inputs inputs);

    /// Throws std::runtime_error when the design cannot be simulated.
    HoldTrial ask(const scenario::Design& design) const;
    /// Minutes a year in which requests fail, by fault, whatever the budget is.
    std::map<std::string, double> errorMinutes(const scenario::Design& design) const;

    const scenario::Scenario& scenario() const { return m_scenario; }
    const system::Inputs& inputs() const { return m_inputs; }
    double budgetMinutes() const { return m_budgetMinutes; }

private:
    struct Load {
        const char* name;
        double timesPeak;
        bool isDeploying;
    };
    scenario::Scenario with(const scenario::Design& design, double timesPeak) const;
    /// Why it fails; empty when it stands it.
    std::string failureUnder(const Load& load, const scenario::Design& design) const;
    double errorMinutesOf(const Incident& incident, const scenario::Design& design) const;

    scenario::Scenario m_scenario;
    IncidentTable m_incidents;
    system::Inputs m_inputs;
    hardware::HardwareProfile m_hardware;
    DemandBound m_bound;
    double m_budgetMinutes = 0;
};

}  // namespace tenfold::study

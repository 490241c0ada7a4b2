// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "simulator/hardware/profile.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/inputs.h"

namespace tenfold::study {

/// Refuses designs without simulating them, by what even a system without any queue would take.
/// Any number of threads may ask.
class DemandBound {
public:
    explicit DemandBound(system::Inputs inputs) : m_inputs(std::move(inputs)) {}

    /// Why it cannot hold; empty when nothing here says so. Either its databases would need more
    /// than all their cores (utilisation law, ρ = λ · S ∕ m), or some endpoint is slower than the
    /// objective with nobody else there: its statements one after the other, or the call of
    /// somebody else's server.
    std::string refusal(const scenario::Scenario& scenario,
                        const hardware::HardwareProfile& hardware, double rateHz) const;
    /// Utilisation of all database cores together at `rateHz`, at least. Answers that some cache
    /// may give count as free.
    double utilisation(const scenario::Scenario& scenario,
                       const hardware::HardwareProfile& hardware, double rateHz) const;

private:
    /// What requests take when nobody else is there, at least.
    struct Least {
        double databaseMs = 0;  // mean over the mix
        std::string slow;       // an endpoint that misses the objective by itself
    };
    Least leastOf(const scenario::Scenario& scenario,
                  const hardware::HardwareProfile& hardware) const;

    system::Inputs m_inputs;
    mutable std::mutex m_mutex;  // of m_known
    mutable std::map<std::string, Least> m_known;
};

}  // namespace tenfold::study

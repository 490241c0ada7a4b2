// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/demand_bound.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "simulator/load/endpoints.h"
#include "simulator/system/design_state.h"

namespace tenfold::study {

namespace {

// Twice what a p99 allows: at the limit itself the simulation decides.
constexpr double kTooMany = 0.02;

/// Whether anything stands between the API and the database that could have the answer.
bool hasCache(const scenario::Design& design) {
    for (const char* id : {"shared_cache", "in_process_cache"})
        if (const auto& value = design.of(id).value; !value.empty() && value != "off") return true;
    return false;
}

std::string keyOf(const scenario::Scenario& s, const hardware::HardwareProfile& hardware) {
    std::string key = fmt::format("{} {} {}", hardware.id, s.objective.p99Ms, hasCache(s.design));
    // Whatever a request's statements may depend on; the rest only makes more keys.
    for (const char* id : {"indexes", "query_shape", "pagination", "side_effects", "shared_cache",
                           "serialisation", "idempotency"})
        key += " " + s.design.of(id).value;
    key += fmt::format(" {}", s.design.parameter("pagination", "page_size", 20));
    for (const auto& [endpoint, weight] : s.workload.mix)
        key += fmt::format(" {}={}", endpoint, weight);
    return key;
}

/// Share of the calls of somebody else's server that take longer: lognormal.
double providerShareAbove(const hardware::HardwareProfile& hardware, double limitMs) {
    if (hardware.providerMs <= 0 || hardware.providerSigma <= 0) return 0;
    const double z = std::log(limitMs / hardware.providerMs) / hardware.providerSigma;
    return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

}  // namespace

DemandBound::Least DemandBound::leastOf(const scenario::Scenario& s,
                                        const hardware::HardwareProfile& hardware) const {
    const std::string key = keyOf(s, hardware);
    {
        std::lock_guard lock(m_mutex);
        if (const auto it = m_known.find(key); it != m_known.end()) return it->second;
    }
    const auto& endpoints = load::endpoints();
    const auto& statements = m_inputs.operations->statements();
    const auto costMs = [&](std::uint32_t index) {
        const auto& t = statements[index];
        return static_cast<double>(m_inputs.costs->costNs(t.shape, t.vmSteps, t.fullScanSteps,
                                                          hardware.dataFactor)) /
               1e6 * m_inputs.factors.statements;
    };
    const double limitMs = s.objective.p99Ms;
    const bool isCalling = s.design.is("side_effects", "inline");
    Least least;
    double weights = 0;
    for (std::size_t e = 0; e < endpoints.size(); ++e) {
        const auto it = s.workload.mix.find(std::string(endpoints[e].id));
        const double weight = it == s.workload.mix.end() ? endpoints[e].weight : it->second;
        weights += weight;
        if (weight <= 0) continue;
        if (isCalling && system::DesignState::hasSideEffect(e))
            if (const double share = providerShareAbove(hardware, limitMs); share > kTooMany)
                least.slow = fmt::format(
                    "{}: {:.0f} % of the calls it waits for take longer than "
                    "{:g} ms",
                    endpoints[e].id, share * 100, limitMs);
        if (system::DesignState::isCacheable(e) && hasCache(s.design)) continue;
        const auto& traces = m_inputs.operations->traces(e, s.design, false);
        double sumMs = 0;
        std::size_t slow = 0;
        for (const auto& trace : traces) {
            double ms = 0;
            for (std::size_t i = 0; i < trace.statements.size(); ++i) {
                const bool isRepeated = i + trace.repeatLast >= trace.statements.size();
                ms += costMs(trace.statements[i]) *
                      (isRepeated ? static_cast<double>(trace.repeatTimes) : 1);
            }
            sumMs += ms;
            if (ms > limitMs) ++slow;
        }
        const auto n = static_cast<double>(traces.size());
        least.databaseMs += weight * sumMs / n;
        if (static_cast<double>(slow) > kTooMany * n)
            least.slow = fmt::format(
                "{}: the statements of {:.0f} % of its requests alone take "
                "longer than {:g} ms",
                endpoints[e].id, 100 * static_cast<double>(slow) / n, limitMs);
    }
    if (weights > 0) least.databaseMs /= weights;
    std::lock_guard lock(m_mutex);
    return m_known[key] = least;
}

double DemandBound::utilisation(const scenario::Scenario& s,
                                const hardware::HardwareProfile& hardware, double rateHz) const {
    const std::string& replicas = s.design.of("read_replicas").value;
    const int copies = replicas.empty() ? 0 : std::stoi(replicas);
    const double cores =
        (hardware.primaryCores + copies * hardware.replicaCores) * s.machines.databaseCoreFactor;
    return rateHz * leastOf(s, hardware).databaseMs / 1000 / cores;
}

std::string DemandBound::refusal(const scenario::Scenario& s,
                                 const hardware::HardwareProfile& hardware, double rateHz) const {
    if (const double least = utilisation(s, hardware, rateHz); least > 1)
        return fmt::format("its databases would be at {:.0f} % at least", least * 100);
    return leastOf(s, hardware).slow;
}

}  // namespace tenfold::study

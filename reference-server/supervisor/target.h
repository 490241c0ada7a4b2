// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "simulator/hardware/profile.h"
#include "simulator/scenario/design.h"
#include "simulator/scenario/jobs.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::supervisor {

/// What the system shall be: the part of a scenario that decides which nodes run and how.
struct Target {
    scenario::Design design;
    scenario::Machines machines;
    hardware::HardwareProfile hardware;  // of the tier, before `machines` is applied

    /// The tier's hardware with the bigger machines.
    hardware::HardwareProfile effectiveHardware() const;
    int instances() const { return effectiveHardware().instances; }
    int replicas() const;
    /// Edge locations of the CDN; 0: users come to the gateway.
    int edges() const;
    bool hasPooler() const { return !design.is("connection_pooler", "off"); }
    bool hasCache() const { return !design.is("shared_cache", "off"); }
    /// Somebody delivers jobs; the provider itself is there in every design.
    bool hasWorker() const { return scenario::hasJobs(design); }
};

/// How much of the host the real work behind a target may take, at the most: the smaller of what
/// the load asks for and what the emulated cores let through.
struct HostEstimate {
    double askedCores = 0;    // host cores the load would take if nothing held it back
    double allowedCores = 0;  // host cores the emulated hardware lets through
    double hostCores = 0;
    /// Above this share of the host a run is refused (design 3.1).
    static constexpr double kLimit = 0.6;
    double share() const;
    bool isRefused() const { return share() > kLimit; }
    /// The arithmetic, for the message.
    std::string text() const;
};
HostEstimate estimateHost(const Target& target, double rateHz, int hostCores);

}  // namespace tenfold::supervisor

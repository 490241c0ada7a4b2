// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tenfold::supervisor {

namespace {

// Host CPU one request of ours takes through all hops when nothing is scanned, and of one full scan
// of the 500,000 lines; measured on two cores of a 2023 server (ARCHITECTURE.md, "What a hop
// costs").
constexpr double kHostCpuPerRequestMs = 0.45;
constexpr double kHostCpuPerScanMs = 18;
constexpr double kEmulatedScanMs = 33;
// Parts of the mix that scan without indexes: the list counts 20 orders, one order counts its
// lines.
constexpr double kListPart = 0.08;
constexpr double kLinesPart = 0.06;

}  // namespace

hardware::HardwareProfile Target::effectiveHardware() const {
    hardware::HardwareProfile h = hardware;
    h.instances *= machines.instanceFactor;
    h.primaryCores *= machines.databaseCoreFactor;
    return h;
}

int Target::replicas() const {
    const auto& value = design.of("read_replicas").value;
    int n = 0;
    std::from_chars(value.data(), value.data() + value.size(), n);
    return n;
}

int Target::edges() const {
    return design.is("cdn", "on") ? static_cast<int>(design.parameter("cdn", "edges", 2)) : 0;
}

double HostEstimate::share() const {
    return hostCores > 0 ? std::min(askedCores, allowedCores) / hostCores : 0;
}

std::string HostEstimate::text() const {
    return fmt::format(
        "the load asks for {:.2f} host cores of real work, the emulated hardware lets {:.2f} "
        "through, and 60 % of this host are {:.2f}",
        askedCores, allowedCores, kLimit * hostCores);
}

HostEstimate estimateHost(const Target& target, double rateHz, int hostCores) {
    const auto h = target.effectiveHardware();
    double scansHz = 0;
    if (target.design.is("indexes", "off")) {
        const double perList = target.design.is("query_shape", "n_plus_one")
                                   ? target.design.parameter("pagination", "page_size", 20)
                                   : 1;
        scansHz = rateHz * (kListPart * perList + kLinesPart);
    }
    HostEstimate e;
    e.hostCores = hostCores;
    const double requests = rateHz * kHostCpuPerRequestMs / 1000;
    e.askedCores = requests + scansHz * kHostCpuPerScanMs / 1000;
    const double databaseCores = h.primaryCores + target.replicas() * h.replicaCores;
    e.allowedCores =
        requests + databaseCores * kHostCpuPerScanMs / (kEmulatedScanMs * h.dataFactor);
    return e;
}

}  // namespace tenfold::supervisor

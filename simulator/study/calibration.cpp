// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/calibration.h"

#include <algorithm>
#include <stdexcept>

#include "simulator/load/endpoints.h"
#include "simulator/system/databases.h"

namespace tenfold::study {

using measure::Stage;

namespace {

constexpr std::uint64_t kFewestRequests = 5;  // of an endpoint
// A miss asks, locks, asks again, stores and unlocks.
constexpr double kCommandsOfAMiss = 5;

/// What was asked for, by the emulated prices.
struct Work {
    double scanMs = 0;
    double lookUpMs = 0;
    double roundTrips = 0;  // a write pipeline is one
    double statements = 0;
    double commits = 0;
    void add(const Work& w, double times) {
        scanMs += w.scanMs * times;
        lookUpMs += w.lookUpMs * times;
        roundTrips += w.roundTrips * times;
        statements += w.statements * times;
        commits += w.commits * times;
    }
};

/// The mean of an endpoint's recorded operations when no cache answers.
Work workOf(std::size_t endpoint, const scenario::Design& design, const system::Inputs& inputs) {
    const auto& traces = inputs.operations->traces(endpoint, design, false);
    Work all;
    for (const auto& t : traces) {
        for (std::uint64_t i = 0; i < t.statementCount(); ++i) {
            const auto& s = inputs.operations->statements()[system::statementAt(t, i)];
            const double ms =
                static_cast<double>(inputs.costs->costNs(s.shape, s.vmSteps, s.fullScanSteps, 1)) /
                1e6;
            (s.fullScanSteps > 0 ? all.scanMs : all.lookUpMs) += ms;
        }
        const auto n = static_cast<double>(t.statementCount());
        all.statements += n;
        all.roundTrips += t.isWrite ? 1 : n;
        all.commits += t.isWrite ? 1 : 0;
    }
    Work mean;
    mean.add(all, 1 / static_cast<double>(traces.size()));
    return mean;
}

/// All that the database was asked for in a window.
Work askedFor(const measure::Sample& window, const scenario::Design& design,
              const system::Inputs& inputs) {
    Work all;
    for (const auto& [id, e] : window.endpoints) {
        const auto endpoint = load::endpointIndex(id);
        if (!endpoint || e.server.statements == 0) continue;
        const Work w = workOf(*endpoint, design, inputs);
        all.add(w, static_cast<double>(e.server.statements) / w.statements);
    }
    return all;
}

/// ms that the database kept its cores busy with what it was asked for.
double busyMs(const measure::Sample& window, const measure::Sample& idle) {
    const auto of = [](const measure::Sample& s) {
        const auto it = s.nodes.find("primary");
        return it == s.nodes.end() ? measure::NodeSample{} : it->second;
    };
    const auto busy = of(window);
    const auto rest = of(idle);
    return busy.hostCpuMs - (rest.spanMs > 0 ? rest.hostCpuMs / rest.spanMs * busy.spanMs : 0.0);
}

/// Calls `each` with what one request asks of the database, how long it took and how often it came,
/// for every endpoint that no cache stands before: which keys it missed is not recorded.
template <class Each>
void forEndpoints(const measure::Sample& window, const scenario::Design& design,
                  const system::Inputs& inputs, const Each& each) {
    for (const auto& [id, e] : window.endpoints) {
        const auto endpoint = load::endpointIndex(id);
        const auto& s = e.server;
        if (!endpoint || s.requests < kFewestRequests || s.statements == 0) continue;
        if (s.cacheHits + s.cacheMisses + s.localHits + s.localMisses > 0) continue;
        const auto requests = static_cast<double>(s.requests);
        each(workOf(*endpoint, design, inputs), e.where.of(Stage::database) / requests, requests);
    }
}

struct RoundTrip {
    double lookUpFactor = 0;
    double ms = 0;
};

/// Least squares of y = factor · lookUpMs + ms · roundTrips over the endpoints that read.
RoundTrip roundTripOf(const measure::Sample& window, const scenario::Design& design,
                      const system::Inputs& inputs) {
    double cc = 0, ct = 0, tt = 0, cy = 0, ty = 0;
    forEndpoints(window, design, inputs, [&](const Work& w, double ms, double requests) {
        if (w.commits > 0) return;
        // Relative: long answers must not drown short ones.
        const double weight = requests / std::max(1e-6, ms * ms);
        cc += weight * w.lookUpMs * w.lookUpMs;
        ct += weight * w.lookUpMs * w.roundTrips;
        tt += weight * w.roundTrips * w.roundTrips;
        cy += weight * w.lookUpMs * ms;
        ty += weight * w.roundTrips * ms;
    });
    const double determinant = cc * tt - ct * ct;
    if (!(determinant > 1e-9 * cc * tt) || cc <= 0)
        throw std::runtime_error(
            "too little was measured to calibrate: every endpoint asked costs the same");
    const RoundTrip both{(cy * tt - ty * ct) / determinant, (cc * ty - ct * cy) / determinant};
    if (both.lookUpFactor < 0) return {0, ty / tt};
    if (both.ms < 0) return {cy / cc, 0};
    return both;
}

/// What writes take longer than their statements and their round trip: the commit waits for the
/// disk.
double commitMs(const measure::Sample& window, const scenario::Design& design,
                const system::Inputs& inputs, const RoundTrip& trip) {
    double ms = 0, commits = 0;
    forEndpoints(window, design, inputs, [&](const Work& w, double took, double requests) {
        if (w.commits == 0) return;
        ms += requests * (took - trip.lookUpFactor * w.lookUpMs - trip.ms * w.roundTrips);
        commits += requests * w.commits;
    });
    return commits > 0 ? std::max(0.0, ms / commits) : 0;
}

double cacheCommandMs(const measure::Sample& window) {
    const auto all = window.total();
    const double commands = static_cast<double>(all.server.cacheHits) +
                            kCommandsOfAMiss * static_cast<double>(all.server.cacheMisses);
    return commands > 0 ? all.where.of(Stage::cache) / commands : 0;
}

}  // namespace

system::Calibration calibrate(const CalibrationRuns& runs, const system::Inputs& inputs) {
    const auto trip = roundTripOf(runs.lookUps, runs.lookUpDesign, inputs);
    const Work lookedUp = askedFor(runs.lookUps, runs.lookUpDesign, inputs);
    const double ownMs = (busyMs(runs.lookUps, runs.idle) - trip.lookUpFactor * lookedUp.lookUpMs) /
                         lookedUp.roundTrips;
    const double coreMs = std::clamp(ownMs, 0.0, trip.ms);
    const Work scanned = askedFor(runs.scans, runs.scanDesign, inputs);
    if (!(scanned.scanMs > 0))
        throw std::runtime_error("too little was measured to calibrate: nothing scanned a table");
    const double scanMs = busyMs(runs.scans, runs.idle) - trip.lookUpFactor * scanned.lookUpMs -
                          coreMs * scanned.roundTrips;
    system::Calibration c;
    c.scanFactor = std::max(0.0, scanMs) / scanned.scanMs;
    c.lookUpFactor = trip.lookUpFactor;
    c.roundTripCpuUs = coreMs * 1e3;
    c.databaseHopUs = (trip.ms - coreMs) * 1e3;
    c.cacheHopUs = cacheCommandMs(runs.lookUps) * 1e3;
    c.commitMs = commitMs(runs.lookUps, runs.lookUpDesign, inputs, trip);
    c.databaseCores = runs.databaseCores;
    return c;
}

}  // namespace tenfold::study

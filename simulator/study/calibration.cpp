// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/calibration.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "simulator/load/endpoints.h"
#include "simulator/system/databases.h"

namespace tenfold::study {

using measure::Stage;

namespace {

constexpr std::uint64_t kFewestRequests = 5;  // of an endpoint
// A miss asks, locks, asks again, stores and unlocks.
constexpr double kCommandsOfAMiss = 5;

struct Work {
    double costMs = 0;      // by the emulated prices
    double roundTrips = 0;  // a write pipeline is one
};

/// The mean of an endpoint's recorded operations when the cache does not answer.
Work workOf(const std::vector<system::OperationTrace>& traces, const system::Inputs& inputs) {
    Work w;
    for (const auto& t : traces) {
        for (std::uint64_t i = 0; i < t.statementCount(); ++i) {
            const auto& s = inputs.operations->statements()[system::statementAt(t, i)];
            w.costMs +=
                static_cast<double>(inputs.costs->costNs(s.shape, s.vmSteps, s.fullScanSteps, 1)) /
                1e6;
        }
        w.roundTrips += t.isWrite ? 1 : static_cast<double>(t.statementCount());
    }
    const auto n = static_cast<double>(traces.size());
    return {w.costMs / n, w.roundTrips / n};
}

}  // namespace

system::Calibration calibrate(const measure::Sample& window, const scenario::Design& design,
                              const system::Inputs& inputs, int databaseCores) {
    // Normal equations of y = f·cost + h·trips.
    double cc = 0, ct = 0, tt = 0, cy = 0, ty = 0;
    double cacheMs = 0, commands = 0;
    for (const auto& [id, e] : window.endpoints) {
        const auto endpoint = load::endpointIndex(id);
        if (!endpoint || e.server.requests < kFewestRequests) continue;
        cacheMs += e.where.of(Stage::cache);
        commands += static_cast<double>(e.server.cacheHits) +
                    kCommandsOfAMiss * static_cast<double>(e.server.cacheMisses);
        if (e.server.statements == 0) continue;
        const Work w = workOf(inputs.operations->traces(*endpoint, design, false), inputs);
        const auto requests = static_cast<double>(e.server.requests);
        // Which of its keys the cache missed is not recorded: others tell the same.
        if (e.server.cacheHits + e.server.cacheMisses > 0) continue;
        const double cost = w.costMs;
        const double trips = w.roundTrips;
        const double y = e.where.of(Stage::database) / requests;
        // Weighted by requests, and relative: a scan must not drown the look-ups.
        const double weight = requests / std::max(1e-6, y * y);
        cc += weight * cost * cost;
        ct += weight * cost * trips;
        tt += weight * trips * trips;
        cy += weight * cost * y;
        ty += weight * trips * y;
    }
    const double determinant = cc * tt - ct * ct;
    if (!(determinant > 1e-9 * cc * tt) || cc <= 0)
        throw std::runtime_error(
            "too little was measured to calibrate: every endpoint asked costs the same");
    double factor = (cy * tt - ty * ct) / determinant;
    double hopMs = (cc * ty - ct * cy) / determinant;
    if (factor < 0) {
        factor = 0;
        hopMs = ty / tt;
    } else if (hopMs < 0) {
        hopMs = 0;
        factor = cy / cc;
    }
    system::Calibration c;
    c.statementFactor = factor;
    c.databaseHopUs = hopMs * 1e3;
    c.cacheHopUs = commands > 0 ? cacheMs / commands * 1e3 : 0;
    c.databaseCores = databaseCores;
    return c;
}

}  // namespace tenfold::study

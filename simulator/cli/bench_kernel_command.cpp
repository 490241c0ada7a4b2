// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/measure/clock.h"
#include "simulator/station/three_stations.h"

namespace tenfold::cli {

int benchKernelCommand(std::uint64_t events) {
    station::ThreeStations network(1);
    const measure::Nanos begin = measure::monotonicNow();
    network.run(events);
    const double seconds = static_cast<double>(measure::monotonicNow() - begin) / 1e9;
    fmt::print("{}\n",
               nlohmann::json{{"engine", "tenfold"},
                              {"events", network.events()},
                              {"events_per_s", static_cast<double>(network.events()) / seconds},
                              {"mean_response_ms", network.meanResponseMs()}}
                   .dump());
    return kHeld;
}

}  // namespace tenfold::cli

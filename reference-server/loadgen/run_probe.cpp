// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "reference-server/loadgen/prober.h"
#include "reference-server/loadgen/run.h"
#include "reference-server/nodes/common/control.h"

namespace tenfold::loadgen {

using nlohmann::json;

namespace {

ProbeSettings settingsFrom(const json& line) {
    ProbeSettings s;
    s.rateHz = line.at("rate_hz").get<double>();
    s.seconds = line.at("seconds").get<double>();
    s.warmUpS = line.value("warm_up_s", s.warmUpS);
    s.seed = line.value("seed", s.seed);
    for (const auto& p : line.at("paths")) {
        ProbePath path;
        path.ports = p.at("ports").get<std::vector<unsigned short>>();
        path.target = p.at("target").get<std::string>();
        path.least = p.value("least", path.least);
        path.most = p.value("most", path.least);
        if (path.ports.empty() || path.most < path.least)
            throw std::invalid_argument("a path needs ports, and least ≤ most");
        s.paths.push_back(std::move(path));
    }
    if (s.paths.empty() || s.rateHz <= 0 || s.seconds <= 0)
        throw std::invalid_argument("a probe needs paths, rate_hz > 0 and seconds > 0");
    return s;
}

json toJson(const Prober& prober) {
    json samples = json::array();
    for (const auto& s : prober.samples())
        samples.push_back({s.path, s.us, s.bodyBytes, s.serverTiming});
    return {{"failed", prober.failed()}, {"samples", std::move(samples)}};
}

}  // namespace

int runProbe(int parentPid) {
    nodes::ControlChannel control(parentPid);
    control.run([&](const json& command) {
        Prober prober(settingsFrom(command));
        prober.run();
        control.emit({{"probe", toJson(prober)}});
    });
    return 0;
}

}  // namespace tenfold::loadgen

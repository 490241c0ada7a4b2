// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/measure_hops.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "simulator/cli/child_lines.h"
#include "simulator/cli/hop_residuals.h"
#include "simulator/cli/inputs.h"
#include "simulator/hardware/statement_costs.h"
#include "simulator/measure/clock.h"
#include "simulator/system/operation_profile.h"

namespace tenfold::cli {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// An idle host, one with something to do, and a busy one, if it carries that.
constexpr double kRatesHz[] = {25, 250, 1500};
constexpr double kWarmUpS = 0.5;
// A rate at which half of the requests are so late is not carried.
constexpr double kNotCarriedUs = 5000;
constexpr std::uint64_t kProducts = 5000;
// Eight instances of twelve connections fit into the database's hundred without a pooler.
constexpr int kThreads = 12;

struct Nodes {
    std::vector<int> instances;
    int gateway = 0;
};

/// A live system without load.
class ProbedSystem {
public:
    ProbedSystem(const hardware::HardwareProfile& hardware, std::vector<std::string> switches)
        : m_server("tenfold-server") {
        ScenarioFlags flags;
        flags.scenario = "sound";
        flags.tier = "10k";
        flags.set = std::move(switches);
        m_server.send({{"cmd", "start"},
                       {"scenario", scenario::toJson(scenarioFrom(flags))},
                       {"hardware", hardware::toJson(hardware)},
                       {"t0_ns", measure::monotonicNow()},
                       {"paused", true}});
        for (std::string phase; phase != "paused";) {
            const json line = m_server.next(120s);
            if (line.contains("topology")) read(line["topology"]);
            phase = line.value("phase", "");
            if (phase == "failed") throw std::runtime_error(line.value("reason", "it failed"));
        }
    }
    const Nodes& nodes() const { return m_nodes; }

private:
    void read(const json& topology) {
        m_nodes = {};
        for (const auto& n : topology) {
            if (n.at("role") == "instance") m_nodes.instances.push_back(n.at("port").get<int>());
            if (n.at("role") == "gateway") m_nodes.gateway = n.at("port").get<int>();
        }
    }

    ChildLines m_server;
    Nodes m_nodes;
};

class Measurement {
public:
    Measurement(double seconds, const StepProgress& progress)
        : m_prober("tenfold-load", {"--probe"}),
          m_seconds(seconds),
          m_progress(progress),
          m_residuals(std::size(kRatesHz)) {
        m_emulation.hardware = hardware::profileForTier("1M");
        m_emulation.hardware.threadsPerInstance = kThreads;
        const auto operations = system::OperationProfile::shipped();
        for (const auto& s : operations.statements())
            if (s.shape == "products.get")
                m_emulation.statementUs =
                    static_cast<double>(hardware::StatementCosts::shipped().costNs(
                        s.shape, s.vmSteps, s.fullScanSteps, m_emulation.hardware.dataFactor)) /
                    1e3;
    }

    void direct() {
        const ProbedSystem system(m_emulation.hardware,
                                  {"read_replicas=0", "rate_limiting=off", "connection_pooler=off",
                                   "in_process_cache=off", "shared_cache=off"});
        const json paths = {path(system.nodes().instances, 1, kProducts),
                            path({system.nodes().gateway}, 1, kProducts)};
        eachRate(paths, "instance, gateway and database", [&](HopResiduals& into, const auto& a) {
            const bool isThroughGateway = a.path == 1;
            const auto r = m_emulation.residualOf(a, isThroughGateway);
            (isThroughGateway ? into.throughGateway : into.instance).push_back(r.restUs);
            if (r.databaseUs) into.database.push_back(*r.databaseUs);
        });
    }

    void pooledAndCached() {
        // What is kept for a second only is asked for again: one product is mostly a hit, any of
        // all of them mostly a miss, and each answer says which it was.
        const ProbedSystem system(
            m_emulation.hardware,
            {"read_replicas=0", "rate_limiting=off", "connection_pooler=transaction",
             "in_process_cache=off", "shared_cache=ttl", "shared_cache.ttl_s=1",
             "shared_cache.stampede=none"});
        const json paths = {path(system.nodes().instances, 1, 1),
                            path(system.nodes().instances, 1, kProducts)};
        eachRate(paths, "pooler and cache", [&](HopResiduals& into, const auto& a) {
            const auto r = m_emulation.residualOf(a, false);
            if (r.databaseUs) into.throughPooler.push_back(*r.databaseUs);
            if (r.cacheUs) into.cache.push_back(*r.cacheUs);
        });
    }

    json result() const {
        json rates = json::array();
        std::vector<HopResiduals> carried;
        for (std::size_t i = 0; i < std::size(kRatesHz); ++i) {
            const auto& r = m_residuals[i];
            if (r.instance.empty() || r.cache.empty() || r.throughPooler.empty() ||
                quantilesOf(r.instance)[2] > kNotCarriedUs)
                continue;
            rates.push_back(kRatesHz[i]);
            carried.push_back(r);
        }
        if (carried.empty()) throw std::runtime_error("this host carried none of the rates");
        return {{"format", "tenfold.hops/1"},
                {"quantiles", kHopQuantiles},
                {"rates_hz", rates},
                {"hops", hopsJson(carried)}};
    }

private:
    static json path(const std::vector<int>& ports, std::uint64_t least, std::uint64_t most) {
        return {{"ports", ports}, {"target", "/v1/products/"}, {"least", least}, {"most", most}};
    }

    template <typename Take>
    void eachRate(const json& paths, const std::string& what, Take take) {
        for (std::size_t i = 0; i < std::size(kRatesHz); ++i) {
            m_progress(static_cast<double>(m_step++) / (2 * std::size(kRatesHz)),
                       fmt::format("{} at {:.0f} requests/s", what, kRatesHz[i]));
            m_prober.send({{"cmd", "probe"},
                           {"rate_hz", kRatesHz[i]},
                           {"seconds", m_seconds},
                           {"warm_up_s", kWarmUpS},
                           {"seed", i + 1},
                           {"paths", paths}});
            const auto limit = std::chrono::milliseconds(static_cast<long>(m_seconds * 1000));
            const json probe = m_prober.next(limit + 30s).at("probe");
            const auto& samples = probe.at("samples");
            // Refused or broken: this rate is too much, and what was answered says little.
            if (probe.at("failed").get<std::size_t>() * 100 > samples.size()) continue;
            for (const auto& s : samples) take(m_residuals[i], probeAnswerFrom(s));
        }
    }

    ChildLines m_prober;
    double m_seconds;
    const StepProgress& m_progress;
    int m_step = 0;
    ProbeEmulation m_emulation;
    std::vector<HopResiduals> m_residuals;  // by rate
};

/// Ticks of all cores since the host started: busy, and in all. From /proc/stat.
struct CpuTicks {
    double busy = 0;
    double all = 0;
};

CpuTicks cpuTicks() {
    std::ifstream in("/proc/stat");
    std::string name;
    in >> name;
    CpuTicks t;
    double ticks = 0;
    for (int i = 0; i < 8 && in >> ticks; ++i) {
        t.all += ticks;
        if (i != 3 && i != 4) t.busy += ticks;  // idle, and waiting for a disk
    }
    return t;
}

/// How many cores others use before we begin: whoever reads the figures should know.
double othersLoadCores() {
    const auto before = cpuTicks();
    std::this_thread::sleep_for(1s);
    const auto after = cpuTicks();
    const double all = after.all - before.all;
    return all > 0 ? (after.busy - before.busy) / all * std::thread::hardware_concurrency() : 0;
}

std::string cpuModel() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos)
            return line.substr(line.find(": ") + 2);
    return "an unknown machine";
}

}  // namespace

json measureHops(double seconds, const StepProgress& progress) {
    const double others = othersLoadCores();
    Measurement measurement(seconds, progress);
    measurement.direct();
    measurement.pooledAndCached();
    json out = measurement.result();
    out["cpu"] = cpuModel();
    out["others_load_cores_at_start"] = std::round(others * 100) / 100;
    out["cores"] = std::thread::hardware_concurrency();
    out["date"] = fmt::format("{:%F}", fmt::gmtime(std::chrono::system_clock::now()));
    return out;
}

}  // namespace tenfold::cli

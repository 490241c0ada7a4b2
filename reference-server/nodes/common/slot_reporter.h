// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "reference-server/nodes/common/control.h"
#include "simulator/measure/sample.h"

namespace tenfold::nodes {

/// Prometheus text of everything counted so far, named after the OpenTelemetry conventions.
std::string prometheusText(const measure::Sample& cumulative);

/// Real CPU time of this process so far, in ms.
double processCpuMs();

/// Emits {"sample":…} for each slot, shortly after its end, from a thread of its own, and keeps the
/// running total for /metrics. When it is destroyed it reports what the current slot has so far.
class SlotReporter {
public:
    /// Called once a slot; returns what this node counted in it and starts afresh. Must not block.
    /// Without an entry for the node itself and without endpoints it counts as no report.
    using Collect = std::function<measure::Sample(std::int64_t slot)>;

    /// `cpuMs`: CPU time so far of what is reported about; this process's own, as a rule.
    SlotReporter(ControlChannel& control, NodeIdentity identity, Collect collect,
                 std::function<double()> cpuMs = processCpuMs);
    ~SlotReporter();

    std::string metricsText() const;

private:
    void loop();
    void report(std::int64_t slot, measure::Nanos until);

    ControlChannel& m_control;
    NodeIdentity m_identity;
    Collect m_collect;
    std::function<double()> m_cpuMs;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_isStopping = false;
    measure::Sample m_total;
    double m_cpuBeforeMs = 0;
    std::thread m_thread;
};

/// GET /metrics on 127.0.0.1 and a port the kernel picks, for nodes that do not speak HTTP.
class MetricsServer {
public:
    explicit MetricsServer(std::function<std::string()> text);
    ~MetricsServer();
    int port() const { return m_port; }

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
    int m_port = 0;
};

}  // namespace tenfold::nodes

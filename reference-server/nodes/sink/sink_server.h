// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

#include "simulator/measure/sample.h"
#include "simulator/random/stream.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace tenfold::nodes {

class KeptServer;

/// Takes messages (POST /messages, {"kind":"email" or "webhook",…}, the job's id as
/// Idempotency-Key) and answers after a time drawn from a lognormal: 202 when it has done it, 200
/// when it had done it before, 503 when it failed. Counts deliveries and repeats by job id.
///
/// GET /deliveries tells the counts, by kind. Threads: any.
class SinkServer {
public:
    struct Settings {
        double medianMs = 250;
        double sigma = 0.5;
        std::uint64_t seed = 0;
        // Served at the same time; more wait. All threads of the largest tier, and the worker's.
        int connections = 512;
    };
    struct Trouble {
        double latencyFactor = 1;
        double failureRatio = 0;
    };
    /// Throws std::runtime_error when there is no port.
    explicit SinkServer(const Settings& settings);
    ~SinkServer();

    int port() const { return m_port; }
    /// Of e-mails that arrive from now on; webhooks go on as before.
    void setTrouble(const Trouble& trouble);
    /// What was counted since the last call.
    measure::NodeSample collect();
    /// The text of /metrics. When this returns, what was set before is called no more.
    void setMetrics(std::function<std::string()> text);

private:
    struct Counts {
        std::uint64_t delivered = 0;  // once for each job
        std::uint64_t repeated = 0;   // recognised by its id, and not done again
        std::uint64_t failed = 0;
    };
    struct Plan {
        double latencyMs = 0;
        bool fails = false;
    };
    void take(const httplib::Request& in, httplib::Response& out);
    Plan planFor(const std::string& kind);
    /// False when the server ends before.
    bool waitUntil(std::int64_t dueNs);
    std::string deliveriesJson();

    Settings m_settings;
    std::mutex m_mutex;  // of everything below but the server
    std::condition_variable m_ending;
    bool m_isEnding = false;
    random::Stream m_latencies;
    random::Stream m_failures;
    Trouble m_trouble;
    std::map<std::string, Counts> m_counts;  // by kind
    std::unordered_set<std::string> m_done;  // keys, the newest so many
    std::deque<std::string> m_doneInOrder;
    measure::NodeSample m_node;  // of the current slot
    int m_open = 0;
    std::mutex m_metricsMutex;
    std::function<std::string()> m_metrics;
    std::unique_ptr<KeptServer> m_server;
    std::thread m_thread;
    int m_port = 0;
};

}  // namespace tenfold::nodes

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "reference-server/api/cache_client.h"
#include "reference-server/api/context.h"
#include "reference-server/api/database_access.h"
#include "reference-server/api/emulated_cpu.h"
#include "reference-server/mechanisms/shared_cache/recompute_book.h"
#include "reference-server/nodes/common/control.h"
#include "reference-server/nodes/instance/request_book.h"
#include "reference-server/nodes/instance/slow_book.h"
#include "simulator/hardware/profile.h"

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace tenfold::nodes {

class KeptServer;

/// The HTTP server of an instance: takes a request, finds the design it entered with, lets the
/// endpoint answer, spends the emulated CPU, books what it took.
class ApiServer {
public:
    ApiServer(NodeIdentity identity, hardware::HardwareProfile hardware);
    ~ApiServer();

    /// Design and peers of a version; requests carry it once the gateway has it.
    void prepare(std::uint64_t version, scenario::Design design, const nlohmann::json& peers);
    void publish(std::uint64_t version);
    /// Waits until no older request is open (at most 10 s), then lets go of what only they used.
    void retire(std::uint64_t version);

    int port() const { return m_port; }
    measure::Sample collect();
    /// The slowest requests since the last call.
    measure::SlowRequests takeSlow() { return m_slow.take(); }
    /// The text of /metrics. When this returns, what was set before is called no more.
    void setMetrics(std::function<std::string()> text);
    /// Told of each POST with an Idempotency-Key when it is committed, before anybody is answered.
    /// Set before there are requests. Called by any thread.
    using CarriedOut =
        std::function<void(std::string_view endpoint, std::uint64_t user, const std::string& key)>;
    void setCarriedOut(CarriedOut told) { m_carriedOut = std::move(told); }

private:
    /// What a version works with. Held by the requests that use it.
    struct Backend {
        std::uint64_t version = 0;
        scenario::Design design;
        std::shared_ptr<api::DatabaseAccess> databases;
        std::shared_ptr<mechanisms::LocalCache> localCache;
        std::shared_ptr<api::CacheClient> cache;
        std::shared_ptr<mechanisms::SinkClient> sink;
    };
    std::shared_ptr<const Backend> backendOf(std::uint64_t version) const;
    /// Answers what must be answered before its body is read; false when it may be read.
    bool handleEarly(const httplib::Request& in, httplib::Response& out);
    void handle(const httplib::Request& in, httplib::Response& out);
    void handleOther(const httplib::Request& in, httplib::Response& out);
    void answerTo(const httplib::Request& in, httplib::Response& out, std::size_t endpoint,
                  const Backend& backend, bool isFromGateway);
    void remember(const httplib::Request& in, int status, std::size_t endpoint,
                  const Backend& backend, bool isFromGateway, const api::Trace& trace);
    void listen();

    NodeIdentity m_identity;
    hardware::HardwareProfile m_hardware;
    api::EmulatedCpu m_cpu;
    api::IdMaker m_ids;
    RequestBook m_book;
    mechanisms::RecomputeBook m_recomputes;
    SlowBook m_slow;
    CarriedOut m_carriedOut;
    std::mutex m_metricsMutex;
    std::function<std::string()> m_metrics;
    mutable std::mutex m_mutex;  // of the two below
    std::map<std::uint64_t, std::shared_ptr<const Backend>> m_backends;
    std::shared_ptr<const Backend> m_current;
    std::unique_ptr<KeptServer> m_server;
    std::thread m_thread;
    int m_port = 0;
};

}  // namespace tenfold::nodes

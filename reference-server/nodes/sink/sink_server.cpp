// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/sink/sink_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "reference-server/nodes/instance/kept_server.h"
#include "reference-server/nodes/instance/worker_queue.h"
#include "simulator/measure/clock.h"

namespace tenfold::nodes {

using measure::Nanos;
using nlohmann::json;

namespace {
constexpr int kExtraThreads = 4;  // a scraper and curl come beside the senders
constexpr std::size_t kConnectionsWaiting = 1024;
constexpr int kBacklog = 1024;
constexpr std::size_t kKeysKept = 1'000'000;
constexpr std::size_t kLongestKey = 100;
constexpr double kLongestMs = 60'000;  // of one message, however slow it is made
}  // namespace

SinkServer::SinkServer(const Settings& settings)
    : m_settings(settings),
      m_latencies(settings.seed, "sink.latency"),
      m_failures(settings.seed, "sink.failures"),
      m_server(std::make_unique<KeptServer>()) {
    auto& server = *m_server;
    server.new_task_queue = [threads = settings.connections + kExtraThreads] {
        return new WorkerQueue(threads, kConnectionsWaiting);
    };
    server.set_tcp_nodelay(true);
    server.set_keep_alive_max_count(1'000'000'000);
    server.set_keep_alive_timeout(5);  // senders give an idle connection up after a second
    server.set_read_timeout(10, 0);
    server.set_write_timeout(10, 0);
    server.set_payload_max_length(64 << 10);
    // cpp-httplib's default is SO_REUSEPORT, by which two processes silently share a port.
    int fd = -1;
    server.set_socket_options([&fd](socket_t s) {
        const int yes = 1;
        ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        fd = s;
    });
    server.Post("/messages",
                [this](const httplib::Request& in, httplib::Response& out) { take(in, out); });
    server.Get("/deliveries", [this](const httplib::Request&, httplib::Response& out) {
        out.set_content(deliveriesJson(), "application/json");
    });
    server.Get("/healthz", [](const httplib::Request&, httplib::Response& out) {
        out.set_content("{\"status\":\"ok\"}", "application/json");
    });
    server.Get("/metrics", [this](const httplib::Request&, httplib::Response& out) {
        std::lock_guard lock(m_metricsMutex);
        out.set_content(m_metrics ? m_metrics() : "", "text/plain; version=0.0.4");
    });
    m_port = server.bind_to_any_port("127.0.0.1");
    if (m_port <= 0) throw std::runtime_error("no free port on 127.0.0.1");
    ::listen(fd, kBacklog);  // the library's is five
    m_thread = std::thread([this] { m_server->listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
}

SinkServer::~SinkServer() {
    {
        std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_ending.notify_all();
    m_server->end();
    m_thread.join();
}

void SinkServer::setTrouble(const Trouble& trouble) {
    std::lock_guard lock(m_mutex);
    m_trouble = trouble;
}

void SinkServer::setMetrics(std::function<std::string()> text) {
    std::lock_guard lock(m_metricsMutex);
    m_metrics = std::move(text);
}

SinkServer::Plan SinkServer::planFor(const std::string& kind) {
    std::lock_guard lock(m_mutex);
    ++m_node.arrived;
    ++m_open;
    // Both are drawn for every message: trouble changes no other message's fate.
    Plan plan{m_latencies.lognormal(m_settings.medianMs, m_settings.sigma), false};
    const double u = m_failures.uniform();
    if (kind != "email") return plan;
    plan.latencyMs = std::min(kLongestMs, plan.latencyMs * m_trouble.latencyFactor);
    plan.fails = u < m_trouble.failureRatio;
    return plan;
}

bool SinkServer::waitUntil(Nanos dueNs) {
    std::unique_lock lock(m_mutex);
    const auto due = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(dueNs));
    return !m_ending.wait_until(lock, due, [this] { return m_isEnding; });
}

void SinkServer::take(const httplib::Request& in, httplib::Response& out) {
    const Nanos arrived = measure::monotonicNow();
    const json message = json::parse(in.body, nullptr, false);
    const std::string kind = message.is_object() ? message.value("kind", "") : "";
    const std::string key = in.get_header_value("Idempotency-Key");
    if ((kind != "email" && kind != "webhook") || key.empty() || key.size() > kLongestKey) {
        out.status = 422;
        out.set_content("{\"detail\":\"kind must be email or webhook, with an Idempotency-Key\"}",
                        "application/json");
        return;
    }
    const Plan plan = planFor(kind);
    const Nanos due = arrived + static_cast<Nanos>(plan.latencyMs * 1e6);
    const bool isThere = waitUntil(due);
    std::lock_guard lock(m_mutex);
    --m_open;
    if (!isThere) {
        out.status = 503;
        return;
    }
    m_node.overrun.recordMs(
        std::max(0.0, static_cast<double>(measure::monotonicNow() - due) / 1e6));
    Counts& counts = m_counts[kind];
    if (plan.fails) {
        ++counts.failed;
        ++m_node.rejected["failed"];
        out.status = 503;
        out.set_content("{\"detail\":\"the provider is down\"}", "application/json");
        return;
    }
    ++m_node.completed;
    if (!m_done.insert(key).second) {
        ++counts.repeated;
        out.status = 200;
        out.set_content("{\"status\":\"done before\"}", "application/json");
        return;
    }
    ++counts.delivered;
    m_doneInOrder.push_back(key);
    if (m_doneInOrder.size() > kKeysKept) {
        m_done.erase(m_doneInOrder.front());
        m_doneInOrder.pop_front();
    }
    out.status = 202;
    out.set_content("{\"status\":\"done\"}", "application/json");
}

std::string SinkServer::deliveriesJson() {
    std::lock_guard lock(m_mutex);
    json out = json::object();
    for (const char* kind : {"email", "webhook"}) {
        const Counts& c = m_counts[kind];
        out[kind] = {{"delivered", c.delivered}, {"repeated", c.repeated}, {"failed", c.failed}};
    }
    return out.dump();
}

measure::NodeSample SinkServer::collect() {
    std::lock_guard lock(m_mutex);
    measure::NodeSample out = std::exchange(m_node, {});
    out.capacity = m_settings.connections;
    out.inUse = m_open;
    for (const auto& [kind, c] : m_counts) {
        out.gauges["delivered"] += static_cast<double>(c.delivered);
        out.gauges["repeated"] += static_cast<double>(c.repeated);
    }
    return out;
}

}  // namespace tenfold::nodes

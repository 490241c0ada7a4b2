// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/common/slot_reporter.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>

namespace tenfold::nodes {

using measure::Nanos;

namespace {
// A slot is reported a little after its end, so that what ended in it has been booked.
constexpr Nanos kReportAfterNs = 20'000'000;

void line(std::string& out, std::string_view name, std::string_view labels, double value) {
    out += fmt::format("{}{{{}}} {:.10g}\n", name, labels, value);
}
}  // namespace

double processCpuMs() {
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

std::string prometheusText(const measure::Sample& s) {
    std::string out;
    // The OpenTelemetry names where there is one; a summary without quantiles is sum and count.
    out += "# TYPE http_server_request_duration_seconds summary\n";
    out += "# TYPE db_client_statements_total counter\n";
    out += "# TYPE db_client_rows_total counter\n";
    out += "# TYPE cache_hits_total counter\n# TYPE cache_misses_total counter\n";
    for (const auto& [id, e] : s.endpoints) {
        const std::string labels = fmt::format("http_route=\"{}\"", id);
        const auto& v = e.server;
        line(out, "http_server_request_duration_seconds_sum", labels, e.where.sumMs() / 1e3);
        line(out, "http_server_request_duration_seconds_count", labels,
             static_cast<double>(v.requests));
        line(out, "db_client_statements_total", labels, static_cast<double>(v.statements));
        line(out, "db_client_rows_total", labels, static_cast<double>(v.rows));
        line(out, "cache_hits_total", labels, static_cast<double>(v.cacheHits));
        line(out, "cache_misses_total", labels, static_cast<double>(v.cacheMisses));
    }
    for (const auto& [id, n] : s.nodes) {
        const std::string labels =
            fmt::format("service_name=\"{}\",service_role=\"{}\"", id, n.role);
        line(out, "process_cpu_time_seconds_total", labels, n.hostCpuMs / 1e3);
        line(out, "tenfold_emulated_cpu_seconds_total", labels, n.busyCoreMs / 1e3);
        line(out, "tenfold_work_arrived_total", labels, static_cast<double>(n.arrived));
        line(out, "tenfold_work_completed_total", labels, static_cast<double>(n.completed));
        for (const auto& [reason, count] : n.rejected)
            line(out, "tenfold_rejected_total", labels + ",error_type=\"" + reason + "\"",
                 static_cast<double>(count));
        for (const auto& [name, value] : n.gauges) line(out, "tenfold_" + name, labels, value);
    }
    return out;
}

SlotReporter::SlotReporter(ControlChannel& control, NodeIdentity identity, Collect collect,
                           std::function<double()> cpuMs)
    : m_control(control),
      m_identity(std::move(identity)),
      m_collect(std::move(collect)),
      m_cpuMs(std::move(cpuMs)) {
    m_total.slots = 0;
    m_total.nodes[m_identity.id].role = m_identity.role;  // counters that begin at 0 are there
    m_cpuBeforeMs = m_cpuMs();
    m_thread = std::thread([this] { loop(); });
}

SlotReporter::~SlotReporter() {
    {
        std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void SlotReporter::loop() {
    std::int64_t slot = m_identity.clock.slotAt(measure::monotonicNow());
    std::unique_lock lock(m_mutex);
    while (true) {
        const Nanos due = m_identity.clock.endOf(slot) + kReportAfterNs;
        const Nanos now = measure::monotonicNow();
        const bool isLast = m_isStopping;
        if (now < due && !isLast) {
            m_wake.wait_for(lock, std::chrono::nanoseconds(due - now));
            continue;
        }
        lock.unlock();
        report(slot, std::min(now, m_identity.clock.endOf(slot)));
        lock.lock();
        // A node that is asked to go has worked in the slot that has begun: that is told too.
        if (isLast) return;
        ++slot;
    }
}

void SlotReporter::report(std::int64_t slot, Nanos until) {
    measure::Sample s = m_collect(slot);
    // A node whose thread is stuck can say nothing about itself: that is "no data", not zeros.
    if (!s.nodes.contains(m_identity.id) && s.endpoints.empty()) return;
    s.slot = slot;
    const double cpuMs = m_cpuMs();
    auto& node = s.nodes[m_identity.id];
    node.role = m_identity.role;
    node.spanMs = static_cast<double>(until - m_identity.clock.startOf(slot)) / 1e6;
    node.hostCpuMs = cpuMs - m_cpuBeforeMs;
    m_cpuBeforeMs = cpuMs;
    if (slot >= 0) m_control.emit({{"sample", measure::toJson(s)}});
    std::lock_guard lock(m_mutex);
    m_total.mergeLater(s);
}

std::string SlotReporter::metricsText() const {
    std::lock_guard lock(m_mutex);
    return prometheusText(m_total);
}

struct MetricsServer::Impl {
    httplib::Server server;
    std::atomic<bool> hasEnded{false};  // the loop is over, or never began
    std::thread thread;
};

MetricsServer::MetricsServer(std::function<std::string()> text) : m_impl(std::make_unique<Impl>()) {
    auto& server = m_impl->server;
    // One thread is enough for a scraper, and keeps eight idle ones out of every node.
    server.new_task_queue = [] { return new httplib::ThreadPool(1); };
    // cpp-httplib's default is SO_REUSEPORT, by which two processes silently share a port.
    server.set_socket_options([](socket_t fd) {
        const int yes = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server.set_keep_alive_max_count(1);
    server.Get("/metrics", [text = std::move(text)](const httplib::Request&, httplib::Response& r) {
        r.set_content(text(), "text/plain; version=0.0.4");
    });
    m_port = server.bind_to_any_port("127.0.0.1");
    if (m_port < 0) throw std::runtime_error("no free port for /metrics on 127.0.0.1");
    m_impl->thread = std::thread([impl = m_impl.get()] {
        impl->server.listen_after_bind();
        impl->hasEnded = true;
    });
}

MetricsServer::~MetricsServer() {
    // stop() before the loop runs would be lost in cpp-httplib 0.11.
    while (!m_impl->server.is_running() && !m_impl->hasEnded) std::this_thread::yield();
    m_impl->server.stop();
    m_impl->thread.join();
}

}  // namespace tenfold::nodes

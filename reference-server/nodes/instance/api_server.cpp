// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/api_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <strings.h>
#include <sys/socket.h>

#include <cctype>
#include <charconv>
#include <chrono>

#include "reference-server/api/endpoints.h"
#include "reference-server/api/openapi.h"
#include "reference-server/api/problem.h"
#include "reference-server/mechanisms/in_process_cache/local_cache.h"
#include "reference-server/mechanisms/side_effects/sink_client.h"
#include "reference-server/nodes/instance/kept_server.h"
#include "reference-server/nodes/instance/worker_queue.h"
#include "reference-server/protocol/http_cache.h"
#include "reference-server/protocol/identity.h"
#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

using api::Problem;
using measure::Nanos;
using measure::Stage;

namespace {

// Health checks and a scraper come beside the gateway's connections.
constexpr int kExtraThreads = 4;
constexpr std::size_t kConnectionsWaiting = 256;
constexpr int kBacklog = 4096;
constexpr std::size_t kLongestPath = 200;

std::uint64_t number(const std::string& text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::uint32_t instanceNumber(const std::string& id) {
    const auto dash = id.rfind('-');
    return dash == std::string::npos ? 0 : static_cast<std::uint32_t>(number(id.substr(dash + 1)));
}

std::optional<std::string> cookie(const httplib::Request& in, const std::string& name) {
    const std::string all = in.get_header_value("Cookie");
    const std::string key = name + "=";
    for (std::size_t at = all.find(key); at != std::string::npos; at = all.find(key, at + 1)) {
        if (at != 0 && all[at - 1] != ' ' && all[at - 1] != ';') continue;
        const auto from = at + key.size();
        return all.substr(from, all.find(';', from) - from);
    }
    return std::nullopt;
}

/// What a database's refusal means to the one who asked.
Problem problemFrom(const api::DatabaseError& e) {
    const std::string& state = e.sqlState();
    if (state == "53300")
        return Problem(503, "The database has no connection left.", "connection_refused", 1);
    if (state == "57014")
        return Problem(503, "The request took longer than this server allows.", "request_timeout",
                       1);
    // PgBouncer's word for it, and its state: no server connection came free in time.
    if (std::string_view(e.what()).find("query_wait_timeout") != std::string_view::npos)
        return Problem(503, "Every connection of the pooler was busy for too long.",
                       "connection_wait", 1);
    if (state.rfind("08", 0) == 0)
        return Problem(503, "The database cannot be reached.", "database_down", 1);
    if (state == "23505") return Problem(409, "There is one with this id already.");
    if (state.rfind("23", 0) == 0)
        return Problem(422, "The body refers to something that does not exist.");
    return Problem(500, state + ": " + e.what(), "database_error");
}

void send(httplib::Response& out, const Problem& p) {
    out.status = p.status();
    if (p.retryAfterS() > 0) out.set_header("Retry-After", std::to_string(p.retryAfterS()));
    if (p.status() == 401) out.set_header("WWW-Authenticate", "Bearer");
    out.set_content(p.toJson(), "application/problem+json");
}

bool hasBodyByItsMethod(const httplib::Request& in) {
    return in.method == "POST" || in.method == "PUT" || in.method == "PATCH";
}

/// "application/json", with parameters or without; who says nothing is believed to mean it.
bool isJson(const std::string& contentType) {
    std::string type;
    for (const char c : contentType.substr(0, contentType.find(';')))
        if (c != ' ' && c != '\t')
            type += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return type.empty() || type == "application/json";
}

/// HEAD is GET without the body (the library leaves it out).
std::optional<std::size_t> endpointOf(const httplib::Request& in) {
    return load::endpointOf(in.method == "HEAD" ? "GET" : in.method, in.target);
}

/// "GET, HEAD, PUT": what a path answers to; empty when there is nothing at it.
std::string methodsAt(const std::string& target) {
    std::string all;
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if (load::endpointOf(method, target))
            all += std::string(all.empty() ? "" : ", ") + method +
                   (std::string_view(method) == "GET" ? ", HEAD" : "");
    return all.empty() ? all : all + ", OPTIONS";
}

mechanisms::LocalCache::Settings localSettings(const scenario::Design& design) {
    return {static_cast<std::size_t>(design.parameter("in_process_cache", "capacity", 1000)),
            static_cast<Nanos>(design.parameter("in_process_cache", "ttl_s", 10) * 1e9)};
}

/// What it waited for at the gateway, which counts it there: here it is told, not counted.
void logGateway(measure::RequestLog& log, const httplib::Request& in) {
    const auto ms = [&in](const char* name) {
        return static_cast<double>(number(in.get_header_value(name))) / 1e3;
    };
    log.add(Stage::auth, ms("X-Tenfold-Auth-Us"));
    log.add(Stage::gatewayQueue, ms("X-Tenfold-Queued-Us"));
}

/// The client has this answer, and asked whether it is still the one (RFC 9110, 13.1.2).
bool isKnownToClient(const httplib::Request& in, const api::Reply& reply) {
    const auto tag = reply.headers.find("ETag");
    return reply.status == 200 && !hasBodyByItsMethod(in) && tag != reply.headers.end() &&
           protocol::matchesNoneOf(in.get_header_value("If-None-Match"), tag->second);
}

std::string serverTiming(const api::Trace& trace) {
    std::string out;
    for (int i = 0; i < measure::kStages; ++i) {
        const double ms = trace.where.totalMs[static_cast<std::size_t>(i)];
        if (ms <= 0) continue;
        out += fmt::format("{}{};dur={:.3f}", out.empty() ? "" : ", ",
                           measure::toString(static_cast<Stage>(i)), ms);
    }
    out +=
        fmt::format("{}statements;desc=\"{}\"", out.empty() ? "" : ", ", trace.counts.statements);
    return out;
}

}  // namespace

ApiServer::ApiServer(NodeIdentity identity, hardware::HardwareProfile hardware)
    : m_identity(std::move(identity)),
      m_hardware(std::move(hardware)),
      m_cpu(m_hardware.coresPerInstance, std::max(0.001, m_hardware.sliceMs)),
      m_ids(instanceNumber(m_identity.id)),
      m_recomputes(m_identity.seed + instanceNumber(m_identity.id)),
      m_server(std::make_unique<KeptServer>()) {
    listen();
}

ApiServer::~ApiServer() {
    m_server->end();
    m_thread.join();
}

void ApiServer::listen() {
    auto& server = *m_server;
    server.new_task_queue = [threads = m_hardware.threadsPerInstance] {
        return new WorkerQueue(threads + kExtraThreads, kConnectionsWaiting);
    };
    // Every default of cpp-httplib 0.11 that would show in the figures: Nagle's algorithm, five
    // requests a connection, a backlog of five, a port shared in silence, bodies without limit.
    int fd = -1;
    server.set_tcp_nodelay(true);
    server.set_keep_alive_max_count(1'000'000'000);
    server.set_keep_alive_timeout(30);
    server.set_read_timeout(10, 0);
    server.set_write_timeout(10, 0);
    server.set_payload_max_length(1 << 20);
    server.set_socket_options([&fd](socket_t s) {
        const int yes = 1;
        ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        fd = s;
    });
    // Routing by hand: the library would try a regular expression for each endpoint. Requests with
    // a body have to go through it, because the body is read after this handler; paths are short by
    // then, since a long one would recurse deeply in the expression.
    server.set_pre_routing_handler([this](const httplib::Request& in, httplib::Response& out) {
        if (handleEarly(in, out)) return httplib::Server::HandlerResponse::Handled;
        if (hasBodyByItsMethod(in)) return httplib::Server::HandlerResponse::Unhandled;
        handle(in, out);
        return httplib::Server::HandlerResponse::Handled;
    });
    // What the library refuses itself (a request line it cannot read, a body that is too long) it
    // answers with a bare status.
    server.set_error_handler([](const httplib::Request&, httplib::Response& out) {
        if (out.body.empty())
            send(out, Problem(out.status, "This request cannot be read or is too long."));
    });
    const auto withBody = [this](const httplib::Request& in, httplib::Response& out) {
        handle(in, out);
    };
    server.Post("/.*", withBody);
    server.Put("/.*", withBody);
    server.Patch("/.*", withBody);
    m_port = server.bind_to_any_port("127.0.0.1");
    if (m_port <= 0) throw std::runtime_error("no free port on 127.0.0.1");
    ::listen(fd, kBacklog);
    m_thread = std::thread([this] { m_server->listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
}

void ApiServer::setMetrics(std::function<std::string()> text) {
    std::lock_guard lock(m_metricsMutex);
    m_metrics = std::move(text);
}

void ApiServer::prepare(std::uint64_t version, scenario::Design design,
                        const nlohmann::json& peers) {
    auto backend = std::make_shared<Backend>();
    backend->version = version;
    const auto plan = api::DatabaseAccess::planFrom(peers, design, m_hardware);
    const int cachePort = peers.contains("cache") && !design.is("shared_cache", "off")
                              ? peers["cache"].value("port", 0)
                              : 0;
    if (!design.is("in_process_cache", "off"))
        backend->localCache = std::make_shared<mechanisms::LocalCache>(localSettings(design));
    backend->design = std::move(design);
    std::lock_guard lock(m_mutex);
    // Connections are kept over a change that does not concern them.
    if (m_current && m_current->databases->plan() == plan)
        backend->databases = m_current->databases;
    if (m_current && m_current->cache && m_current->cache->port() == cachePort)
        backend->cache = m_current->cache;
    if (m_current && m_current->localCache && backend->localCache &&
        m_current->localCache->settings() == backend->localCache->settings())
        backend->localCache = m_current->localCache;
    if (!backend->databases)
        backend->databases = std::make_shared<api::DatabaseAccess>(
            plan, m_current ? m_current->databases.get() : nullptr);
    const int sinkPort = peers.contains("sink") ? peers["sink"].value("port", 0) : 0;
    if (m_current && m_current->sink && m_current->sink->port() == sinkPort)
        backend->sink = m_current->sink;
    if (!backend->sink && sinkPort)
        backend->sink = std::make_shared<mechanisms::SinkClient>(sinkPort);
    if (!backend->cache && cachePort)
        backend->cache = std::make_shared<api::CacheClient>(cachePort);
    m_backends[version] = std::move(backend);
}

void ApiServer::publish(std::uint64_t version) {
    std::lock_guard lock(m_mutex);
    m_current = m_backends.at(version);
}

void ApiServer::retire(std::uint64_t version) {
    const Nanos limit =
        measure::monotonicNow() + static_cast<Nanos>(m_hardware.requestTimeoutMs * 1e6);
    while (m_book.openBefore(version) > 0 && measure::monotonicNow() < limit)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    // What goes is destroyed outside the lock: closing a pool takes time.
    std::map<std::uint64_t, std::shared_ptr<const Backend>> gone;
    std::lock_guard lock(m_mutex);
    while (!m_backends.empty() && m_backends.begin()->first < version)
        gone.insert(m_backends.extract(m_backends.begin()));
}

std::shared_ptr<const ApiServer::Backend> ApiServer::backendOf(std::uint64_t version) const {
    std::lock_guard lock(m_mutex);
    const auto it = m_backends.find(version);
    return it == m_backends.end() ? m_current : it->second;
}

bool ApiServer::handleEarly(const httplib::Request& in, httplib::Response& out) {
    const auto refuse = [&](const Problem& p) {
        // Its body stays unread on the connection, where it would be taken for the next request.
        out.set_header("Connection", "close");
        send(out, p);
        m_book.turnedAway(p.reason());
        return true;
    };
    if (WorkerQueue::isRejected())
        return refuse(Problem(503, "This server has no thread left.", "threads", 1));
    if (in.path.size() > kLongestPath)
        return refuse(Problem(414, fmt::format("A path may have {} bytes.", kLongestPath)));
    const std::string coding = in.get_header_value("Transfer-Encoding");
    const bool isChunked = !coding.empty();
    if (isChunked && ::strcasecmp(coding.c_str(), "chunked") != 0)
        return refuse(Problem(501, "The only transfer coding known here is chunked."));
    const std::string length = in.get_header_value("Content-Length");
    if (!hasBodyByItsMethod(in)) {
        // Nobody reads it: answered, and then closed.
        if (isChunked || (!length.empty() && length != "0")) out.set_header("Connection", "close");
        return false;
    }
    // Without a length the library would read until the client gives up.
    if (!isChunked && length.empty())
        return refuse(Problem(411, "Say how long the body is (Content-Length)."));
    // The library would unpack a megabyte into a gigabyte, and take forms apart by itself.
    if (in.has_header("Content-Encoding") && in.get_header_value("Content-Encoding") != "identity")
        return refuse(Problem(415, "A body must not be compressed."));
    if (!isJson(in.get_header_value("Content-Type")))
        return refuse(Problem(415, "A body must be application/json."));
    return false;
}

void ApiServer::handle(const httplib::Request& in, httplib::Response& out) {
    const bool isFromGateway =
        protocol::isHopSignature(m_identity.secret, in.get_header_value("X-Tenfold-Hop"));
    const std::uint64_t asked =
        isFromGateway ? number(in.get_header_value("X-Tenfold-Version")) : 0;
    const auto backend = backendOf(asked);
    if (!backend) {  // the port listens a moment before the first design is there
        send(out, Problem(503, "This server is starting.", "starting", 1));
        m_book.turnedAway("starting");
        return;
    }
    m_book.opened(backend->version);
    if (const auto endpoint = endpointOf(in)) {
        answerTo(in, out, *endpoint, *backend, isFromGateway);
    } else {
        m_book.closedOther(backend->version);
        handleOther(in, out);
    }
}

void ApiServer::handleOther(const httplib::Request& in, httplib::Response& out) {
    const bool isRead = in.method == "GET" || in.method == "HEAD";
    if (isRead && in.path == "/healthz") {
        out.set_content("{\"status\":\"ok\"}", "application/json");
    } else if (isRead && in.path == "/metrics") {
        std::lock_guard lock(m_metricsMutex);
        out.set_content(m_metrics ? m_metrics() : "", "text/plain; version=0.0.4");
    } else if (isRead && in.path == "/openapi.json") {
        out.set_content(std::string(api::openApiDocument()), "application/json");
    } else if (const auto methods = methodsAt(in.target); methods.empty()) {
        send(out, Problem::notFound("resource " + in.path.substr(0, 100)));
    } else {
        out.set_header("Allow", methods);
        if (in.method == "OPTIONS") {
            out.status = 200;
        } else {
            send(out, Problem(405, "This path answers to " + methods + "."));
        }
    }
}

void ApiServer::answerTo(const httplib::Request& in, httplib::Response& out, std::size_t endpoint,
                         const Backend& backend, bool isFromGateway) {
    const Nanos arrived = measure::monotonicNow();
    api::Trace trace;
    if (isFromGateway) logGateway(trace.log, in);
    trace.add(Stage::thread, WorkerQueue::takeWaitMs());
    api::Request request;
    request.method = in.method;
    request.path = in.path;
    // The last slash of the path as it was sent: "1%2F2" is one segment, and no id.
    const auto slash = in.target.substr(0, in.target.find('?')).rfind('/');
    if (slash < in.path.size()) request.lastSegment = in.path.substr(slash + 1);
    request.body = in.body;
    request.query.insert(in.params.begin(), in.params.end());
    if (isFromGateway && in.has_header("X-Tenfold-User"))
        request.user = number(in.get_header_value("X-Tenfold-User"));
    if (const auto value = cookie(in, "lsn"))
        request.writtenLsn = protocol::lsnOf(m_identity.secret, *value);
    if (in.has_header("Idempotency-Key"))
        request.idempotencyKey = in.get_header_value("Idempotency-Key");
    const auto nowMs = std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
    api::Context context{backend.design,
                         *backend.databases,
                         backend.localCache.get(),
                         backend.cache.get(),
                         m_recomputes,
                         backend.sink.get(),
                         m_ids,
                         trace,
                         arrived + static_cast<Nanos>(m_hardware.requestTimeoutMs * 1e6),
                         nowMs,
                         m_identity.secret};
    if (m_carriedOut)
        context.onCarriedOut = [&](const std::string& key) {
            m_carriedOut(load::endpoints()[endpoint].id, request.user.value_or(0), key);
        };
    std::string reason;
    std::uint64_t rows = 0;
    try {
        const api::Reply reply = api::answer(endpoint, context, request);
        rows = reply.rows;
        // The library cuts out the part that was asked for, and leaves saying so to us.
        out.status = reply.status == 200 && !in.ranges.empty() ? 206 : reply.status;
        // What is for its user alone is kept by nobody on the way.
        if (load::endpoints()[endpoint].needsUser)
            out.set_header("Cache-Control", "private, no-store");
        for (const auto& [name, value] : reply.headers) out.set_header(name.c_str(), value);
        if (reply.writtenLsn)
            out.set_header("Set-Cookie",
                           "lsn=" + protocol::signedLsn(m_identity.secret, *reply.writtenLsn) +
                               "; Path=/; HttpOnly; SameSite=Lax");
        if (isKnownToClient(in, reply)) {
            out.status = 304;
        } else {
            out.set_content(reply.body, reply.contentType.c_str());
        }
    } catch (const Problem& p) {
        reason = p.reason();
        send(out, p);
    } catch (const api::DatabaseError& e) {
        const Problem p = problemFrom(e);
        reason = p.reason();
        send(out, p);
    } catch (const std::exception& e) {
        send(out, Problem(500, e.what(), "internal_error"));
        reason = "internal_error";
    }
    if (!m_hardware.native) {
        const Nanos before = measure::monotonicNow();
        const double cpuMs = m_hardware.apiCpuMs +
                             m_hardware.apiPerRowUs * static_cast<double>(rows) / 1e3 +
                             m_hardware.apiPerByteNs * static_cast<double>(out.body.size()) / 1e6;
        m_cpu.spend(cpuMs, before);
        trace.add(Stage::serialisation,
                  static_cast<double>(measure::monotonicNow() - before) / 1e6);
    } else {
        // All that was not spent waiting for somebody else.
        const double totalMs = static_cast<double>(measure::monotonicNow() - arrived) / 1e6;
        trace.add(Stage::serialisation,
                  std::max(0.0, totalMs - trace.where.sumMs() + trace.where.of(Stage::thread)));
    }
    out.set_header("Server-Timing", serverTiming(trace));
    m_book.closed(backend.version, endpoint, trace, out.body.size(), reason);
    remember(in, out.status, endpoint, backend, isFromGateway, trace);
}

void ApiServer::remember(const httplib::Request& in, int status, std::size_t endpoint,
                         const Backend& backend, bool isFromGateway, const api::Trace& trace) {
    const auto& design = backend.design;
    const bool isAuthAsked =
        trace.log.of(Stage::auth) > 0 && design.is("token_validation", "central");
    SlowBook::Ended what{
        {m_identity.id, isFromGateway, isAuthAsked, !design.is("connection_pooler", "off")}};
    what.endpoint = load::endpoints()[endpoint].id;
    what.method = in.method;
    what.target = in.target;
    what.status = status;
    what.atMs = static_cast<double>(measure::monotonicNow() - m_identity.clock.t0Ns) / 1e6;
    m_slow.ended(what, trace);
}

measure::Sample ApiServer::collect() {
    measure::Sample s;
    std::shared_ptr<const Backend> current;
    {
        std::lock_guard lock(m_mutex);
        current = m_current;
    }
    auto& node = s.nodes[m_identity.id];
    m_book.takeInto(s, node);
    const auto cpu = m_cpu.takeCounters();
    node.cores = m_hardware.native ? 0 : m_hardware.coresPerInstance;
    node.busyCoreMs = cpu.busyCoreMs;
    node.overrun = cpu.overrun;
    node.capacity = m_hardware.threadsPerInstance;
    if (current) {
        s.version = current->version;
        const auto pools = current->databases->takeCounters();
        node.waiting = pools.waiting;
        if (!current->design.is("shared_cache", "off"))
            node.gauges["stampede_width"] = m_recomputes.takeWidest();
        node.gauges["connections_open"] = pools.open;
        node.gauges["connections_in_use"] = pools.inUse;
        node.gauges["connections_waiting"] = pools.waiting;
        if (pools.refused) node.rejected["connections_not_opened"] += pools.refused;
    }
    return s;
}

}  // namespace tenfold::nodes

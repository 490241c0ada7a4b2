// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <signal.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/supervisor/real/loopback_port.h"
#include "reference-server/supervisor/real/process_tree.h"
#include "reference-server/supervisor/real/programs.h"
#include "reference-server/supervisor/real/real.h"
#include "reference-server/supervisor/real/unexpected_end.h"

namespace tenfold::supervisor::real {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr auto kStartLimit = 10s;
constexpr timeval kAnswerLimit{0, 150'000};
constexpr int kPortsToTry = 5;
constexpr const char* kMaxMemory = "256mb";  // as our own cache node

/// INFO of a Redis, as text; nothing when there was no answer in time.
class RedisSession {
public:
    explicit RedisSession(int port) : m_port(port), m_context(nullptr, &redisFree) {}

    std::optional<std::string> info() {
        if (!m_context || m_context->err) {
            m_context.reset(::redisConnectWithTimeout("127.0.0.1", m_port, kAnswerLimit));
            if (!m_context || m_context->err) return std::nullopt;
            ::redisSetTimeout(m_context.get(), kAnswerLimit);
        }
        const std::unique_ptr<redisReply, void (*)(void*)> reply(
            static_cast<redisReply*>(::redisCommand(m_context.get(), "INFO")), &freeReplyObject);
        if (!reply || reply->type != REDIS_REPLY_STRING) return std::nullopt;
        return std::string(reply->str, reply->len);
    }

private:
    int m_port;
    std::unique_ptr<redisContext, decltype(&redisFree)> m_context;
};

/// The number behind "key:" or "key=" in INFO; 0 without it.
double numberIn(const std::string& info, const std::string& key) {
    const auto at = info.find("\n" + key);
    return at == std::string::npos ? 0 : std::strtod(info.c_str() + at + 1 + key.size(), nullptr);
}

class RedisMonitor {
public:
    explicit RedisMonitor(int port) : m_session(port) { look(); }

    std::optional<measure::NodeSample> look() {
        const auto info = m_session.info();
        if (!info) return std::nullopt;
        measure::NodeSample node;
        // Less the one question that was asked to know it.
        const double commands = since(numberIn(*info, "total_commands_processed:"), m_commands) - 1;
        node.arrived = node.completed = static_cast<std::uint64_t>(std::max(0.0, commands));
        node.inUse = std::max(0.0, numberIn(*info, "connected_clients:") - 1);
        node.gauges["keys"] = numberIn(*info, "db0:keys=");
        node.gauges["bytes"] = numberIn(*info, "used_memory:");
        node.gauges["hits"] = since(numberIn(*info, "keyspace_hits:"), m_hits);
        node.gauges["misses"] = since(numberIn(*info, "keyspace_misses:"), m_misses);
        node.gauges["evicted"] = since(numberIn(*info, "evicted_keys:"), m_evicted);
        return node;
    }

private:
    static double since(double now, double& before) {
        // CONFIG RESETSTAT sets the counters back.
        const double difference = now >= before ? now - before : now;
        before = now;
        return difference;
    }
    RedisSession m_session;
    double m_commands = 0;
    double m_hits = 0;
    double m_misses = 0;
    double m_evicted = 0;
};

class Redis {
public:
    Redis(fs::path folder, Owner owner)
        : m_program(redisProgram()), m_folder(std::move(folder)), m_owner(owner) {
        makeFolder(m_folder, m_owner);
    }
    void start(const ForeignProcess::OnEnd& onEnd) {
        for (int i = 0; i < kPortsToTry; ++i)
            if (tryToStart(onEnd)) return;
        throw std::runtime_error("Redis found no free port on 127.0.0.1");
    }
    void stop() {
        if (m_process) m_process->end(SIGKILL, 1s);  // it keeps nothing
        m_process.reset();
    }
    std::string version() const {
        return versionIn(
            runToEnd({m_program, {"--version"}, m_owner, m_folder, m_folder / "version.log"}, 10s));
    }
    int port() const { return m_port; }
    pid_t pid() const { return m_process->pid(); }

private:
    bool tryToStart(const ForeignProcess::OnEnd& onEnd) {
        m_port = freeLoopbackPort();
        m_isUp = false;
        m_process = std::make_unique<ForeignProcess>(
            ForeignProcess::Command{
                m_program,
                {"--port", std::to_string(m_port), "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--maxmemory", kMaxMemory, "--maxmemory-policy",
                 "allkeys-lru", "--dir", m_folder, "--daemonize", "no", "--loglevel", "warning"},
                m_owner,
                m_folder,
                m_folder / "redis.log"},
            [this, onEnd](const std::string& how) {
                if (m_isUp) onEnd(how);
            });
        const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
        RedisSession session(m_port);
        while (std::chrono::steady_clock::now() < deadline && !m_process->hasEnded()) {
            // Somebody else's Redis may have been given the port: ours says its own number.
            const auto info = session.info();
            if (info && numberIn(*info, "process_id:") == m_process->pid()) {
                m_isUp = true;
                return true;
            }
            std::this_thread::sleep_for(10ms);
        }
        const std::string words = m_process->lastWords();
        stop();
        if (words.find("in use") != std::string::npos) return false;
        throw std::runtime_error("Redis did not start: " + words);
    }

    fs::path m_program;
    fs::path m_folder;
    Owner m_owner;
    int m_port = 0;
    std::atomic<bool> m_isUp{false};  // from here on its end is news
    std::unique_ptr<ForeignProcess> m_process;
};

}  // namespace

int runRedis(nodes::ControlChannel& control, const json& start) {
    const auto identity = nodes::identityFrom(start);
    std::atomic<std::uint64_t> version{start.at("version").get<std::uint64_t>()};
    Redis redis(start.at("real").at("folder").get<std::string>(), ownerOf("cache"));
    redis.start(endsThisProcess(control, "Redis"));
    const std::string program = "Redis " + redis.version();
    {
        RedisMonitor monitor(redis.port());
        ProcessTree processes(redis.pid());
        nodes::SlotReporter reporter(
            control, identity,
            [&](std::int64_t) {
                measure::Sample s;
                if (auto node = monitor.look()) s.nodes[identity.id] = *node;
                s.version = version;
                return s;
            },
            [&] { return processes.cpuMs(); });
        nodes::MetricsServer metrics([&] { return reporter.metricsText(); });
        control.emit({{"ready", true},
                      {"port", redis.port()},
                      {"metrics_port", metrics.port()},
                      {"pid", redis.pid()},
                      {"program", program}});
        nodes::runWithoutDesign(control, version);
    }
    redis.stop();
    return 0;
}

}  // namespace tenfold::supervisor::real

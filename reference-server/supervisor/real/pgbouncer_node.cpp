// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "reference-server/nodes/common/slot_reporter.h"
#include "reference-server/supervisor/real/loopback_port.h"
#include "reference-server/supervisor/real/pg_session.h"
#include "reference-server/supervisor/real/pgbouncer_config.h"
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
constexpr auto kReloadLimit = 10s;
constexpr auto kAnswerLimit = 100ms;
constexpr int kPortsToTry = 5;

/// A PgBouncer in a folder of its own.
class PgBouncer {
public:
    PgBouncer(fs::path folder, Owner owner)
        : m_program(pgbouncerProgram()), m_folder(std::move(folder)), m_owner(owner) {
        makeFolder(m_folder, m_owner);
        writeFile(m_folder / "users.txt", "\"shop\" \"\"\n\"tenfold\" \"\"\n", m_owner);
        writeFile(m_folder / "hba.conf",
                  "local pgbouncer tenfold trust\nhost all shop 127.0.0.1/32 trust\n", m_owner);
    }

    void start(const PgBouncerConfig& config, const ForeignProcess::OnEnd& onEnd) {
        for (int i = 0; i < kPortsToTry; ++i)
            if (tryToStart(config, onEnd)) return;
        throw std::runtime_error("PgBouncer found no free port on 127.0.0.1");
    }
    void reload(const PgBouncerConfig& config) {
        writeFile(file(), config.text(m_folder, m_port), m_owner);
        PgSession(conninfo(), kReloadLimit).query("RELOAD", kReloadLimit);
    }
    void stop() {
        if (m_process) m_process->end(SIGTERM, 1s);
        m_process.reset();
    }
    std::string version() const {
        return versionIn(
            runToEnd({m_program, {"--version"}, m_owner, m_folder, m_folder / "version.log"}, 10s));
    }
    std::string conninfo() const {
        return socketConninfo(m_folder, m_port, "tenfold", "pgbouncer");
    }
    int port() const { return m_port; }
    pid_t pid() const { return m_process->pid(); }

private:
    fs::path file() const { return m_folder / "pgbouncer.ini"; }

    bool tryToStart(const PgBouncerConfig& config, const ForeignProcess::OnEnd& onEnd) {
        m_port = freeLoopbackPort();
        writeFile(file(), config.text(m_folder, m_port), m_owner);
        m_isUp = false;
        m_process = std::make_unique<ForeignProcess>(
            ForeignProcess::Command{
                m_program, {file()}, m_owner, m_folder, m_folder / "pgbouncer.log"},
            [this, onEnd](const std::string& how) {
                if (m_isUp) onEnd(how);
            });
        const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
        while (std::chrono::steady_clock::now() < deadline && !m_process->hasEnded()) {
            try {
                const PgSession session(conninfo(), 1s);
                m_isUp = true;
                return true;
            } catch (const std::exception&) {
                std::this_thread::sleep_for(10ms);
            }
        }
        const std::string words = m_process->lastWords();
        stop();
        if (words.find("Address already in use") != std::string::npos) return false;
        throw std::runtime_error("PgBouncer did not start: " + words);
    }

    fs::path m_program;
    fs::path m_folder;
    Owner m_owner;
    int m_port = 0;
    std::atomic<bool> m_isUp{false};  // from here on its end is news
    std::unique_ptr<ForeignProcess> m_process;
};

/// What PgBouncer's console says of one slot.
class PgBouncerMonitor {
public:
    explicit PgBouncerMonitor(std::string conninfo) : m_conninfo(std::move(conninfo)) { look(0); }

    std::optional<measure::NodeSample> look(int capacity) {
        try {
            if (!m_session || !m_session->isUsable())
                m_session = std::make_unique<PgSession>(m_conninfo, kAnswerLimit);
            return read(capacity);
        } catch (const std::exception&) {
            return std::nullopt;
        }
    }

private:
    /// The sum of a column over our databases: the console is a database of its own.
    double sum(const char* question, const std::vector<std::string>& columns) {
        m_rows = m_session->query(question, kAnswerLimit, &m_names);
        double total = 0;
        for (const auto& row : m_rows)
            if (row.at(0) != "pgbouncer") total += sumOfRow(row, columns);
        return total;
    }
    double again(const std::vector<std::string>& columns) const {
        double total = 0;
        for (const auto& row : m_rows)
            if (row.at(0) != "pgbouncer") total += sumOfRow(row, columns);
        return total;
    }
    double sumOfRow(const std::vector<std::string>& row,
                    const std::vector<std::string>& columns) const {
        double total = 0;
        for (const auto& column : columns) {
            const auto at = std::find(m_names.begin(), m_names.end(), column);
            if (at != m_names.end())
                total += std::strtod(row.at(static_cast<std::size_t>(at - m_names.begin())).c_str(),
                                     nullptr);
        }
        return total;
    }

    measure::NodeSample read(int capacity) {
        measure::NodeSample node;
        node.capacity = capacity;
        node.inUse = sum("SHOW POOLS", {"sv_active"});
        node.waiting = again({"cl_waiting"});
        node.gauges["clients"] = again({"cl_active", "cl_waiting"});
        node.gauges["servers"] =
            again({"sv_active", "sv_idle", "sv_used", "sv_tested", "sv_login"});
        const double done = sum("SHOW STATS", {"total_xact_count"});
        const double inside = node.inUse + node.waiting;
        if (m_doneBefore >= 0 && done >= m_doneBefore) {
            node.completed = static_cast<std::uint64_t>(done - m_doneBefore);
            node.arrived = static_cast<std::uint64_t>(
                std::max(0.0, done - m_doneBefore + inside - m_insideBefore));
        }
        m_doneBefore = done;
        m_insideBefore = inside;
        return node;
    }

    std::string m_conninfo;
    std::unique_ptr<PgSession> m_session;
    PgSession::Rows m_rows;
    std::vector<std::string> m_names;
    double m_doneBefore = -1;
    double m_insideBefore = 0;
};

}  // namespace

int runPgBouncer(nodes::ControlChannel& control, const json& start) {
    const auto identity = nodes::identityFrom(start);
    PgBouncerConfig current = PgBouncerConfig::from(
        start.at("peers"), scenario::designFromTrustedJson(start.at("design")));
    PgBouncer bouncer(start.at("real").at("folder").get<std::string>(), ownerOf("pooler"));
    bouncer.start(current, endsThisProcess(control, "PgBouncer"));
    const std::string program = "PgBouncer " + bouncer.version();
    {
        PgBouncerMonitor monitor(bouncer.conninfo());
        ProcessTree processes(bouncer.pid());
        std::atomic<int> capacity{current.capacity()};
        nodes::SlotReporter reporter(
            control, identity,
            [&](std::int64_t) {
                measure::Sample s;
                if (auto node = monitor.look(capacity)) s.nodes[identity.id] = *node;
                return s;
            },
            [&] { return processes.cpuMs(); });
        nodes::MetricsServer metrics([&] { return reporter.metricsText(); });
        control.emit({{"ready", true},
                      {"port", bouncer.port()},
                      {"metrics_port", metrics.port()},
                      {"pid", bouncer.pid()},
                      {"program", program}});

        std::map<std::uint64_t, PgBouncerConfig> prepared;
        control.run([&](const json& command) {
            const auto cmd = command.at("cmd").get<std::string>();
            const auto v = command.at("version").get<std::uint64_t>();
            if (cmd == "prepare") {
                const auto next = PgBouncerConfig::from(
                    command.at("peers"), scenario::designFromTrustedJson(command.at("design")));
                prepared[v] = next;
                // New databases work before anybody is told of them; sizes change at publish.
                PgBouncerConfig both = current;
                both.ports.insert(next.ports.begin(), next.ports.end());
                if (both.ports != current.ports) bouncer.reload(both);
                control.emit({{"prepared", v}});
            } else if (cmd == "publish") {
                if (const auto it = prepared.find(v); it != prepared.end()) {
                    PgBouncerConfig both = it->second;
                    // What is no longer listed stays until it is retired: somebody may use it yet.
                    both.ports.insert(current.ports.begin(), current.ports.end());
                    current = it->second;
                    bouncer.reload(both);
                    capacity = current.capacity();
                }
                control.emit({{"published", v}});
            } else if (cmd == "retire") {
                bouncer.reload(current);
                prepared.erase(prepared.begin(), prepared.upper_bound(v));
                control.emit({{"retired", v}});
            } else {
                throw std::runtime_error("a pooler does not know the command " + cmd);
            }
        });
    }
    bouncer.stop();
    return 0;
}

}  // namespace tenfold::supervisor::real

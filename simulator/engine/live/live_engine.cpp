// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "simulator/engine/engine.h"
#include "simulator/engine/live/server_process.h"
#include "simulator/hardware/profile.h"
#include "simulator/measure/clock.h"

namespace tenfold::engine {

using nlohmann::json;

namespace {

Phase phaseFrom(const std::string& name) {
    for (const Phase p : {Phase::idle, Phase::starting, Phase::running, Phase::paused,
                          Phase::stopping, Phase::failed})
        if (toString(p) == name) return p;
    return Phase::failed;
}

hardware::HardwareProfile hardwareFor(const scenario::Scenario& s, double users) {
    if (s.hardware == "tier") return hardware::profileForUsers(users);
    return hardware::profileForTier(s.hardware);
}

class LiveEngine final : public Engine {
public:
    LiveEngine(Handler handler, std::string serverBinary)
        : m_handler(std::move(handler)),
          m_binary(serverBinary.empty() ? besideThisProgram("tenfold-server")
                                        : std::move(serverBinary)) {}

    void start(const scenario::Scenario& scenario, bool isPaused) override {
        m_scenario = scenario;
        m_handler(PhaseChange{Phase::starting, ""});
        m_server = std::make_unique<ServerProcess>(
            m_binary, [this](const json& line) { onLine(line); },
            [this](const std::string& reason) { onEnd(reason); });
        send({{"cmd", "start"},
              {"scenario", scenario::toJson(scenario)},
              {"hardware",
               hardware::toJson(hardwareFor(scenario, scenario.workload.dailyActiveUsers))},
              {"t0_ns", measure::monotonicNow()},
              {"paused", isPaused}});
    }

    void apply(Change change) override {
        std::visit([this](const auto& c) { sendChange(c); }, change);
    }
    void pause() override { send({{"cmd", "pause"}}); }
    void resume() override { send({{"cmd", "resume"}}); }
    void stop() override {
        if (m_server) m_server->send({{"cmd", "stop"}});  // one that is gone has stopped
    }

private:
    void sendChange(const DesignChange& c) {
        send({{"cmd", "design"}, {"design", scenario::toJson(c.design)}, {"text", c.text}});
    }
    void sendChange(const MachinesChange& c) {
        send({{"cmd", "machines"},
              {"machines",
               {{"instance_factor", c.machines.instanceFactor},
                {"database_core_factor", c.machines.databaseCoreFactor}}}});
    }
    void sendChange(const UsersChange& c) {
        send({{"cmd", "users"},
              {"daily_active_users", c.dailyActiveUsers},
              {"hardware", hardware::toJson(hardwareFor(m_scenario, c.dailyActiveUsers))}});
    }
    void sendChange(const FaultStart& c) {
        send({{"cmd", "fault"}, {"name", c.name}, {"duration_s", c.durationS}});
    }

    void send(const json& line) {
        if (!m_server || m_server->send(line)) return;
        m_handler(measure::Event{measure::EventKind::note, 0, 0, 0, "a command was refused",
                                 "the server is gone, or 256 commands are waiting already"});
    }

    void onLine(const json& line) {
        try {
            if (line.contains("sample")) {
                m_handler(measure::sampleFromJson(line["sample"]));
            } else if (line.contains("event")) {
                m_handler(measure::eventFromJson(line["event"]));
            } else if (line.contains("slow_requests")) {
                measure::SlowRequests slow;
                for (const auto& r : line["slow_requests"])
                    slow.requests.push_back(measure::slowRequestFromJson(r));
                m_handler(std::move(slow));
            } else if (line.contains("statements")) {
                m_handler(measure::statementBookFromJson(line["statements"]));
            } else if (line.contains("topology")) {
                m_handler(topologyFrom(line["topology"]));
            } else if (line.contains("phase")) {
                const Phase phase = phaseFrom(line["phase"].get<std::string>());
                m_isOver = m_isOver || phase == Phase::failed || phase == Phase::idle;
                m_handler(PhaseChange{phase, line.value("reason", "")});
            }
        } catch (const std::exception& e) {
            m_handler(measure::Event{measure::EventKind::note, 0, 0, 0,
                                     "the server said something that could not be read", e.what()});
        }
    }

    void onEnd(const std::string& reason) {
        if (m_isOver) return;
        m_handler(PhaseChange{Phase::failed,
                              reason.empty() ? "the server ended before the run did" : reason});
    }

    static Topology topologyFrom(const json& j) {
        Topology t;
        for (const auto& n : j)
            t.nodes.push_back({n.at("id").get<std::string>(), n.at("role").get<std::string>(),
                               n.value("pid", 0), n.value("address", ""), n.value("port", 0),
                               n.value("metrics_port", 0), n.value("try", ""),
                               n.value("program", "")});
        return t;
    }

    Handler m_handler;
    std::string m_binary;
    scenario::Scenario m_scenario;  // as started: which hardware its tiers take
    bool m_isOver = false;          // touched by the server's thread only
    // Last: its thread calls back into the members above until it is joined.
    std::unique_ptr<ServerProcess> m_server;
};

}  // namespace

std::unique_ptr<Engine> makeLiveEngine(Engine::Handler handler, std::string serverBinary) {
    return std::make_unique<LiveEngine>(std::move(handler), std::move(serverBinary));
}

}  // namespace tenfold::engine

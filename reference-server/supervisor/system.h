// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference-server/supervisor/child_process.h"
#include "reference-server/supervisor/run_folder.h"
#include "reference-server/supervisor/target.h"
#include "simulator/measure/clock.h"

namespace tenfold::supervisor {

/// A run could not be made: port, disk, a child that did not start.
class RunError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The nodes that run, and the way from one set of them to the next: prepare, publish, retire.
/// Single-threaded: everything happens on the supervisor's io_context.
class System {
public:
    struct Hooks {
        std::function<void(const std::string& node, const nlohmann::json& line)> onLine;
        std::function<void(const std::string& node)> onStarted;  // reports are expected from now on
        std::function<void(const std::string& node)> onGone;
        std::function<void()> onTopology;
        std::function<void(std::uint64_t version)> onVersion;  // it is in force from now on
    };

    System(boost::asio::io_context& io, measure::SlotClock clock, scenario::Scenario scenario,
           Hooks hooks);

    /// Starts every node of the target, and the generator. Throws RunError.
    boost::asio::awaitable<void> start(Target target);

    /// Moves the running system to another target. Returns what it did in words (query plans before
    /// and after). The new version is in force when this returns. Throws RunError when it could not
    /// be done: the old target stands then, as if nothing had been asked.
    boost::asio::awaitable<std::string> change(Target target);

    /// Starts as many new instances as there are beside them; both sets serve until endDeploy().
    boost::asio::awaitable<void> beginDeploy();
    /// Drains and ends the instances that were there before beginDeploy().
    boost::asio::awaitable<void> endDeploy();
    /// SIGKILL, as a fault. Nothing takes the victim's place before release(). Returns its id,
    /// empty when there is none of that role.
    /// Whatever the shared cache holds is gone, ours or Redis's; its id, empty when there is none.
    boost::asio::awaitable<std::string> flushCache();
    std::string killOne(const std::string& role);
    /// The fault is over: starts again what the target asks for and is not there.
    boost::asio::awaitable<void> release(const std::string& id);

    /// How much slower the provider takes e-mails, and which part of them it refuses, from now on;
    /// a change of its own, with a version. Throws RunError when it does not take it.
    boost::asio::awaitable<void> setTrouble(double latencyFactor, double failureRatio);
    /// The part of the answers to writes that the gateway drops.
    boost::asio::awaitable<void> setLostReplies(double part);

    /// Another load, under the version in force. Throws RunError when the generator does not take
    /// it.
    boost::asio::awaitable<void> setLoad(double rateHz, double abuserRateHz);
    /// The same as a change of its own, with a version.
    boost::asio::awaitable<void> changeLoad(double rateHz, double abuserRateHz);
    /// Lets the generator finish what is open.
    boost::asio::awaitable<void> drain();
    /// Asks every node to end; kills what has not after the limit.
    boost::asio::awaitable<void> stop();

    /// waitpid said so. Returns the child, or nullptr when it is not ours.
    std::shared_ptr<ChildProcess> markDead(pid_t pid, int status);

    /// The version in force: published to every node, and acknowledged.
    std::uint64_t version() const { return m_version; }
    const Target& target() const { return m_target; }
    nlohmann::json topologyJson() const;
    /// Nodes that died and that nobody asked to end, by id, with their role.
    std::map<std::string, std::string> deadNodes() const;

private:
    using Child = std::shared_ptr<ChildProcess>;
    Child find(const std::string& id) const;
    std::vector<Child> alive(const std::string& role) const;
    nlohmann::json peersFor(const std::string& role) const;
    nlohmann::json startLine(const Child& child) const;
    Child spawnNode(const std::string& id, const std::string& role);
    /// The component itself stands in for nodes of this role.
    bool isReal(const std::string& role) const;
    /// What a real component's start line says beside the usual; nothing for a node of ours.
    nlohmann::json realExtras(const Child& child) const;
    /// Lays the dataset out for the primary; its part of the start line.
    nlohmann::json makeDatabase(const Child& child) const;
    boost::asio::awaitable<void> makeReady(Child child, nlohmann::json extras);
    boost::asio::awaitable<void> startReplica(const std::string& id);
    boost::asio::awaitable<void> startRealReplica(const std::string& id);
    boost::asio::awaitable<void> startMissing();
    /// Edges come after the gateway, which is behind them.
    boost::asio::awaitable<void> startMissingEdges();
    boost::asio::awaitable<std::string> moveTo(Target target);
    boost::asio::awaitable<void> goBack(Target before, std::vector<Child> known,
                                        std::vector<Child> surplus, bool isTold);
    boost::asio::awaitable<std::string> prepareAll();
    boost::asio::awaitable<void> publishAll();
    boost::asio::awaitable<std::string> retireDatabases(std::uint64_t version);
    boost::asio::awaitable<void> tellLoad(double rateHz, double abuserRateHz,
                                          std::uint64_t version);
    void publish(std::uint64_t version);
    int held(const std::string& role) const;
    int serving(const std::string& role) const;
    /// An instance is started for one machine; on another tier's it is another instance.
    bool hasItsMachine(const Child& child) const;
    std::vector<Child> markSurplus();
    boost::asio::awaitable<void> retireThenEnd(std::uint64_t version, std::vector<Child> surplus);
    boost::asio::awaitable<void> endNodes(std::vector<Child> children);
    std::string nextInstanceId();

    boost::asio::io_context& m_io;
    measure::SlotClock m_clock;
    scenario::Scenario m_scenario;
    Hooks m_hooks;
    RunFolder m_folder;
    std::string m_secret;
    Target m_target;
    std::uint64_t m_version = 0;    // in force
    std::uint64_t m_allocated = 1;  // the last number given to a change, also to one that failed
    bool m_isDeploying = false;
    bool m_isStopping = false;
    nlohmann::json m_trouble = nlohmann::json::object();  // of the provider, while a fault lasts
    int m_instancesMade = 0;
    int m_replicasMade = 0;
    int m_edgesMade = 0;
    std::vector<Child> m_nodes;
};

}  // namespace tenfold::supervisor

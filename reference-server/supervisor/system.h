// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
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
    };

    System(boost::asio::io_context& io, measure::SlotClock clock, scenario::Scenario scenario,
           Hooks hooks);

    /// Starts every node of the target, and the generator. Throws RunError.
    boost::asio::awaitable<void> start(Target target);

    /// Moves the running system to another target. Returns what it did in words (query plans before
    /// and after). The new version is in force when this returns.
    boost::asio::awaitable<std::string> change(Target target);

    /// Starts as many new instances as there are, lets both sets run for a time, then drains the
    /// old.
    boost::asio::awaitable<void> rollingDeploy(double overlapS);
    /// SIGKILL, as a fault. Returns the id of the victim, empty when there is none of that role.
    std::string killOne(const std::string& role);
    /// Starts again what the target asks for and is not there (after a fault).
    boost::asio::awaitable<void> restore();

    boost::asio::awaitable<void> setLoad(double rateHz, double abuserRateHz);
    /// Lets the generator finish what is open.
    boost::asio::awaitable<void> drain();
    /// Asks every node to end; kills what has not after the limit.
    boost::asio::awaitable<void> stop();

    /// waitpid said so. Returns the child, or nullptr when it is not ours.
    std::shared_ptr<ChildProcess> markDead(pid_t pid, int status);

    /// A change that needs no node to do anything (a fault, another load) is a version too.
    void countChange() { ++m_version; }
    std::uint64_t version() const { return m_version; }
    const Target& target() const { return m_target; }
    nlohmann::json topologyJson() const;
    const std::vector<std::shared_ptr<ChildProcess>>& nodes() const { return m_nodes; }

private:
    using Child = std::shared_ptr<ChildProcess>;
    Child find(const std::string& id) const;
    std::vector<Child> alive(const std::string& role) const;
    nlohmann::json peersFor(const std::string& role) const;
    nlohmann::json startLine(const Child& child) const;
    Child spawnNode(const std::string& id, const std::string& role);
    boost::asio::awaitable<void> makeReady(Child child, nlohmann::json extras);
    boost::asio::awaitable<void> startReplica(const std::string& id);
    boost::asio::awaitable<void> startMissing();
    boost::asio::awaitable<std::string> prepareAll();
    boost::asio::awaitable<std::string> publishAndRetire();
    std::vector<Child> markSurplus();
    boost::asio::awaitable<void> retireThenEnd(std::uint64_t version, std::vector<Child> surplus);
    boost::asio::awaitable<void> endNode(Child child);
    std::string nextInstanceId();

    boost::asio::io_context& m_io;
    measure::SlotClock m_clock;
    scenario::Scenario m_scenario;
    Hooks m_hooks;
    RunFolder m_folder;
    std::string m_secret;
    Target m_target;
    std::uint64_t m_version = 1;
    int m_instancesMade = 0;
    int m_replicasMade = 0;
    std::vector<Child> m_nodes;
};

}  // namespace tenfold::supervisor

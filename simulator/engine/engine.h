// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "simulator/measure/sample.h"
#include "simulator/measure/slow_request.h"
#include "simulator/measure/statement_book.h"
#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::engine {

enum class Phase {
    idle,      // not started, or stopped
    starting,  // nodes are being started
    running,   // nodes are up, load is applied
    paused,    // nodes are up, no load
    stopping,
    failed,  // could not start, or died as a whole; `reason` says why
};
std::string_view toString(Phase phase);

/// The engine's own state changed.
struct PhaseChange {
    Phase phase = Phase::idle;
    std::string reason;  // when failed
};

/// How to reach a node that runs: for the diagram's details, and for `up`.
struct NodeAddress {
    std::string id;    // primary, api-1, gateway, …
    std::string role;  // database, replica, instance, gateway, pooler, cache, generator
    int pid = 0;
    std::string address;  // 127.0.0.1
    int port = 0;
    int metricsPort = 0;  // Prometheus text; the port itself for nodes that speak HTTP
    std::string tryIt;    // a command line that talks to it
    std::string program;  // "PostgreSQL 15.18": a real component; empty: a node of ours
};

/// The set of nodes changed. The whole set is sent.
struct Topology {
    std::vector<NodeAddress> nodes;
};

/// What an engine emits. Samples come in slot order, one for each 250 ms; slow requests about once
/// a second, and the statements' plans whenever they have changed.
using Update = std::variant<PhaseChange, Topology, measure::Sample, measure::Event,
                            measure::SlowRequests, measure::StatementBook>;

/// A change to a running scenario.
struct DesignChange {
    scenario::Design design;  // the whole design as it shall be
    std::string text;         // "indexes off → on"; also "undo: …"
};
struct MachinesChange {
    scenario::Machines machines;
};
struct UsersChange {
    double dailyActiveUsers = 0;
};
/// A fault from now on, for a time. It ends by itself.
struct FaultStart {
    std::string name;
    double durationS = 20;
};
using Change = std::variant<DesignChange, MachinesChange, UsersChange, FaultStart>;

/// Runs one scenario and emits what it measures. Several engines may exist side by side.
///
/// Commands return at once and are carried out in order; what came of them arrives as updates.
/// Updates are delivered on a thread of the engine: the handler must be quick and must not call
/// back into the engine except through these methods, which are safe from any thread.
class Engine {
public:
    using Handler = std::function<void(Update)>;
    virtual ~Engine() = default;

    /// Starts the nodes; with `isPaused` without load until resume(). Call once.
    virtual void start(const scenario::Scenario& scenario, bool isPaused) = 0;
    virtual void apply(Change change) = 0;
    virtual void pause() = 0;
    virtual void resume() = 0;
    /// Ends the load, drains what is on its way (at most the client time-out), stops all nodes.
    /// The last updates, then PhaseChange{idle}, arrive afterwards.
    virtual void stop() = 0;
};

/// The live engine: real processes under a supervisor. `serverBinary` is looked for beside the
/// running program when empty; the generator stands beside it.
std::unique_ptr<Engine> makeLiveEngine(Engine::Handler handler, std::string serverBinary = "");

}  // namespace tenfold::engine

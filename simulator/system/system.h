// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/load/carried_out.h"
#include "simulator/measure/timeline.h"
#include "simulator/random/stream.h"
#include "simulator/scenario/scenario.h"
#include "simulator/system/api.h"
#include "simulator/system/auth.h"
#include "simulator/system/clients.h"
#include "simulator/system/databases.h"
#include "simulator/system/design_state.h"
#include "simulator/system/edge_tier.h"
#include "simulator/system/gateway.h"
#include "simulator/system/hooks.h"
#include "simulator/system/inputs.h"
#include "simulator/system/product_versions.h"
#include "simulator/system/provider.h"
#include "simulator/system/request.h"
#include "simulator/system/slot_book.h"
#include "simulator/system/slow_logs.h"
#include "simulator/system/worker.h"

namespace tenfold::system {

// Pools by number, in events: an instance has at most so many, and those of the pooler follow.
constexpr std::uint32_t kPoolsOfInstance = 16;
constexpr std::uint32_t kPoolerPools = 0x1000'0000;

struct Options {
    bool startsWarm = false;         // the shared cache holds what it would after a long time
    std::string traceName = "twin";  // of the streams that draw traces and hops
    bool tellsSlow = false;          // somebody looks at single requests
};

/// The simulated system: the nodes of the live one, and the clock and queue they share.
///
/// One thread at a time; no globals, so any number may exist side by side. The same scenario,
/// inputs and seed give the same samples on any machine. Times are ns since the load began.
class System {
public:
    /// Throws std::runtime_error when the scenario asks for what cannot be simulated: native
    /// hardware, an operation that was not recorded.
    System(const scenario::Scenario& scenario, Inputs inputs, Mechanisms mechanisms,
           const Options& options = {});
    ~System();
    System(const System&) = delete;
    System& operator=(const System&) = delete;

    /// Everything up to the end of the next slot; what happened in it.
    measure::Sample nextSlot();
    std::int64_t slot() const { return m_slot; }
    Nanos now() const { return m_now; }
    std::uint64_t events() const { return m_events; }
    /// Flags of the timeline since the last call: changes, faults that began and ended.
    std::vector<measure::Event> takeFlags();
    /// The slowest requests since the last call, when the options want them.
    measure::SlowRequests takeSlow() {
        return m_slowLogs ? m_slowLogs->take() : measure::SlowRequests{};
    }

    // Changes, from now on; requests keep the version they entered with.
    void change(const scenario::Design& design);
    void change(const scenario::Machines& machines);
    void changeUsers(double dailyActiveUsers);
    void beginFault(const std::string& name, double durationS);
    /// Marks a change on the timeline.
    void flagChange(measure::EventKind kind, std::string text);
    /// No more arrivals; nextSlot() until isDrained() gives the rest.
    void endLoad();
    bool isDrained() const { return m_clients.open() == 0; }
    void pause(bool isPaused);
    /// One more request of a user, now, beside those of the load.
    void ask(const load::RequestPlan& plan) { m_clients.ask(plan, false, m_now); }

    // For the nodes.
    using Queue = kernel::EventQueue<Event>;
    Queue& queue() { return m_queue; }
    void at(Nanos when, EventKind kind, std::uint32_t subject) {
        m_queue.push(when, {kind, 0, subject});
    }
    /// For a request: nothing happens if it has ended meanwhile.
    void atRequest(Nanos when, EventKind kind, std::uint32_t request) {
        m_queue.push(when, {kind, tagOf(request), request});
    }
    Slab<Request>& requests() { return m_requests; }
    std::uint32_t newRequest() { return m_requests.take(); }
    /// Both sides are done with it, or will be told apart by its generation.
    void forget(std::uint32_t request);
    /// The same request once more, for its client the same.
    std::uint32_t retry(std::uint32_t request);
    const DesignState& design() const { return *m_designs.back(); }
    Mechanisms& mechanisms() { return m_mechanisms; }
    Api& api() { return m_api; }
    Gateway& gateway() { return m_gateway; }
    EdgeTier& edges() { return m_edges; }
    Clients& clients() { return m_clients; }
    Auth& auth() { return m_auth; }
    Databases& databases() { return m_databases; }
    Provider& provider() { return m_provider; }
    Worker& worker() { return m_worker; }
    SlotBook& book() { return m_book; }
    /// Null: nobody looks at single requests.
    SlowLogs* slowLogs() { return m_slowLogs.get(); }
    ProductVersions& versions() { return m_versions; }
    random::Stream& traceStream() { return m_traceStream; }
    const StatementTrace& statement(std::uint32_t index) const {
        return m_inputs.operations->statements()[index];
    }
    /// What a hop of this host adds to its emulated time, drawn from what was measured.
    /// `isAwake`: a moment ago the same request went the same way, so nothing has to wake up,
    /// however idle the host is between requests.
    Nanos hopNs(Hop hop, bool isAwake = false);
    Nanos halfLinkNs() const { return m_halfLinkNs; }
    /// From the end of a statement to its answer at the API: link and hop.
    Nanos databaseReturnNs(bool isAwake) { return m_halfLinkNs + hopNs(Hop::database, isAwake); }
    /// A write with a key is committed. False: another attempt was quicker, and under its key this
    /// one comes to nothing.
    bool carriedOut(Request& r, Nanos now);
    void countCacheCommand() { ++m_cacheCommands; }
    bool isCacheAlive() const { return m_isCacheAlive; }

private:
    struct RunningFault {
        std::string name;
        std::uint32_t subject = kNone;
    };
    std::uint16_t tagOf(std::uint32_t request) const {
        return static_cast<std::uint16_t>(m_requests[request].generation);
    }
    void handle(const Event& event);
    void configure();
    void applyLoad();
    void applyTrouble();
    void applyLostReplies();
    void endFault(std::uint32_t index);
    void flag(measure::EventKind kind, std::string text, std::string detail);
    measure::Sample collect();

    scenario::Scenario m_scenario;
    Inputs m_inputs;
    Mechanisms m_mechanisms;
    hardware::HardwareProfile m_hardware;
    Queue m_queue;
    Nanos m_now = 0;
    std::int64_t m_slot = 0;
    std::uint64_t m_events = 0;
    std::uint64_t m_version = 0;
    Nanos m_halfLinkNs = 0;
    random::Stream m_traceStream;
    random::Stream m_hopStream;
    Slab<Request> m_requests;
    std::vector<std::unique_ptr<DesignState>> m_designs;
    SlotBook m_book;
    std::unique_ptr<SlowLogs> m_slowLogs;
    ProductVersions m_versions;
    Databases m_databases;
    Provider m_provider;
    Worker m_worker;
    Api m_api;
    Gateway m_gateway;
    EdgeTier m_edges;
    Auth m_auth;
    Clients m_clients;
    std::uint64_t m_cacheCommands = 0;
    bool m_isCacheAlive = true;
    std::vector<RunningFault> m_faults;
    int m_crowds = 0;
    int m_abusers = 0;
    int m_slowEmails = 0;
    int m_failingEmails = 0;
    int m_droppedReplies = 0;
    load::CarriedOut m_carriedOut;
    bool m_isDeploying = false;
    bool m_isPaused = false;
    std::vector<measure::Event> m_flags;
    int m_flagNumber = 0;
};

}  // namespace tenfold::system

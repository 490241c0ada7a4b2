// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/system.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tenfold::system {

namespace {
constexpr double kCrowdFactor = 3;  // as the live fault
}  // namespace

Inputs Inputs::shipped() {
    return {std::make_shared<hardware::StatementCosts>(hardware::StatementCosts::shipped()),
            std::make_shared<OperationProfile>(OperationProfile::shipped()),
            std::make_shared<HopOverheads>(HopOverheads::shipped()),
            {},
            {},
            std::make_shared<StatementPlans>(StatementPlans::shipped())};
}

System::System(const scenario::Scenario& scenario, Inputs inputs, Mechanisms mechanisms,
               const Options& options)
    : m_scenario(scenario),
      m_inputs(std::move(inputs)),
      m_mechanisms(std::move(mechanisms)),
      m_traceStream(scenario.seed, options.traceName + ".traces"),
      m_hopStream(scenario.seed, options.traceName + ".hops"),
      m_slowLogs(options.tellsSlow ? std::make_unique<SlowLogs>() : nullptr),
      m_databases(*this, m_inputs),
      m_provider(*this, scenario.seed),
      m_worker(*this),
      m_api(*this),
      m_gateway(*this, scenario.seed),
      m_edges(*this),
      m_auth(*this),
      m_clients(*this, m_scenario) {
    if (scenario.hardware == "native")
        throw std::runtime_error(
            "native hardware is not simulated: the twin knows emulated machines only");
    m_designs.push_back(std::make_unique<DesignState>(0, scenario.design, m_inputs));
    configure();
    for (std::size_t i = 0; i < scenario.faults.size(); ++i)
        at(static_cast<Nanos>(scenario.faults[i].atS * 1e9), EventKind::faultBegins,
           static_cast<std::uint32_t>(i));
    if (options.startsWarm) design().fillCaches(m_mechanisms, m_scenario, m_hardware.instances);
    applyLoad();
}

System::~System() = default;

void System::configure() {
    m_hardware = m_scenario.hardware == "tier"
                     ? hardware::profileForUsers(m_scenario.workload.dailyActiveUsers)
                     : hardware::profileForTier(m_scenario.hardware);
    m_hardware.instances *= m_scenario.machines.instanceFactor;
    m_hardware.primaryCores *= m_scenario.machines.databaseCoreFactor;
    const CostFactors& factors = m_inputs.factors;
    m_hardware.apiCpuMs *= factors.apiCpu;
    m_hardware.apiPerRowUs *= factors.apiCpu;
    m_hardware.apiPerByteNs *= factors.apiCpu;
    m_hardware.linkMs *= factors.link;
    m_hardware.commitFlushMs *= factors.commitFlush;
    const auto authLinkNs = static_cast<Nanos>(m_hardware.linkMs * 1e6);
    if (m_inputs.real) {
        // No emulated link or growth of the data: the component is what it is.
        m_hardware.linkMs = 0;
        m_hardware.commitFlushMs = m_inputs.real->commitMs;
        m_hardware.dataFactor = 1;
        if (const int cores = m_inputs.real->databaseCores; cores > 0)
            m_hardware.primaryCores = m_hardware.replicaCores = cores;
    }
    m_halfLinkNs = static_cast<Nanos>(m_hardware.linkMs * 1e6 / 2);
    m_edges.configure(m_hardware);
    m_mechanisms.edges->configure(design().design);
    m_gateway.configure(m_hardware);
    m_mechanisms.admission->configure(design().design);
    m_mechanisms.tokens->configure(design().design);
    m_auth.configure(m_now, m_hardware, authLinkNs);
    m_mechanisms.localCaches->configure(design().design);
    if (!design().hasCache) m_mechanisms.cache->clear();
    m_mechanisms.jobs->configure(design().design);
    m_mechanisms.keys->configure(design().design);
    m_provider.configure(m_hardware);
    m_databases.configure(m_now, m_hardware, design().replicas, design().lagNs);
    m_worker.configure(m_now, design().design);  // before the instances: they take what is left
    m_api.configure(m_now, m_hardware);
    m_gateway.instancesChanged(m_now);
}

void System::applyLoad() {
    const double users = m_isPaused ? 0 : m_scenario.workload.rate().peakHz;
    m_clients.setRate(users * (m_crowds > 0 ? kCrowdFactor : 1),
                      m_abusers > 0 ? users * m_scenario.workload.abuserFactor : 0, m_now);
}

void System::change(const scenario::Design& next) {
    m_scenario.design = next;
    m_designs.push_back(std::make_unique<DesignState>(++m_version, next, m_inputs));
    configure();
}

void System::change(const scenario::Machines& machines) {
    m_scenario.machines = machines;
    ++m_version;
    configure();
}

void System::changeUsers(double dailyActiveUsers) {
    m_scenario.workload.dailyActiveUsers = dailyActiveUsers;
    ++m_version;
    configure();
    applyLoad();
}

void System::pause(bool isPaused) {
    m_isPaused = isPaused;
    applyLoad();
}

void System::endLoad() {
    m_isPaused = true;
    m_clients.setRate(0, 0, m_now);
    m_clients.drain(m_now);
}

bool System::carriedOut(Request& r, Nanos now) {
    if (r.design->hasKeys) {
        auto& keys = *m_mechanisms.keys;
        const auto state = keys.of(r.intention, now);
        if (state != IdempotencyKeys::State::unknown) {
            r.isKept = true;
            if (state == IdempotencyKeys::State::done) {
                ++r.counts.replays;
            } else {
                r.failure = kInProgress;
                r.failureStatus = 409;
            }
            return false;
        }
        const bool isLeft = r.design->isInline && DesignState::hasSideEffect(r.endpoint);
        keys.store(r.intention, now, isLeft ? now + r.design->leaseNs : 0);
    }
    if (m_carriedOut.isAgain(r.intention)) m_book.duplicated(r);
    return true;
}

Nanos System::hopNs(Hop hop, bool isAwake) {
    if (m_inputs.real) {
        const auto& real = *m_inputs.real;
        if (hop == Hop::database) return static_cast<Nanos>(real.databaseHopUs * 1e3);
        if (hop == Hop::pooler) return 0;  // part of the round trip that was measured
        if (hop == Hop::cache) return static_cast<Nanos>(real.cacheHopUs * 1e3);
    }
    const double rateHz = m_clients.rateHz();
    const double awakeHz = m_inputs.hops->ratesHz().back();
    return m_inputs.hops->sampleNs(hop, isAwake ? std::max(rateHz, awakeHz) : rateHz, m_hopStream);
}

void System::forget(std::uint32_t request) {
    m_requests.giveBack(request);
}

std::uint32_t System::retry(std::uint32_t request) {
    // Events on their way still name the old place: its generation ends.
    const auto again = m_requests.take();
    const Request old = m_requests[request];
    Request& r = m_requests[again];
    const auto generation = r.generation;
    r = Request{};
    r.generation = generation;
    r.endpoint = old.endpoint;
    r.user = old.user;
    r.key = old.key;
    r.address = old.address;
    r.product = old.product;
    r.knownVersion = old.knownVersion;
    r.isAbuser = old.isAbuser;
    r.isRetried = true;
    r.attempts = old.attempts;
    r.intention = old.intention;
    r.isAdmitted = old.isAdmitted;
    r.isBackground = old.isBackground;
    r.isAskedForEdge = old.isAskedForEdge;
    r.isConditional = old.isConditional;
    r.edge = old.edge;
    r.addressKey = old.addressKey;
    r.edgeKey = old.edgeKey;
    r.flight = old.flight;
    r.oldVersion = old.oldVersion;
    r.oldBytes = old.oldBytes;
    r.edgeMs = old.edgeMs;
    r.design = old.design;
    r.writtenLsn = old.writtenLsn;
    r.dueAt = old.dueAt;
    r.queueMs = old.queueMs;
    r.authMs = old.authMs;
    r.tokenEndsAt = old.tokenEndsAt;
    m_clients.moved(request, old.generation, again, generation);
    m_requests.giveBack(request);
    return again;
}

void System::handle(const Event& e) {
    switch (e.kind) {
        case EventKind::userArrives:
            return m_clients.userArrives(m_now);
        case EventKind::abuserArrives:
            return m_clients.abuserArrives(m_now);
        case EventKind::clientGivesUp:
            return m_clients.givesUp(m_now);
        case EventKind::answerDelivered:
            return m_clients.answerDelivered(e.subject, m_now);
        case EventKind::clientRetries:
            return m_clients.triesAgain(e.subject, m_now);
        case EventKind::apiGivesUp:
            return m_api.givesUp(m_now);
        case EventKind::apiCores:
            return m_api.coresDue(e.subject, m_now);
        case EventKind::cacheAnswers:
            if (e.tag == tagOf(e.subject)) m_api.cacheAnswers(e.subject, m_now);
            return;
        case EventKind::looksAgain:
            if (e.tag == tagOf(e.subject)) m_api.looksAgain(e.subject, m_now);
            return;
        case EventKind::statementAnswers:
            if (m_databases.works()[e.subject].request == kNone)
                return m_worker.statementAnswers(e.subject, m_now);
            return m_api.statementAnswers(e.subject, m_now);
        case EventKind::edgeAnswered:
            return m_edges.answered(e.subject, m_now);
        case EventKind::healthCheck:
            return m_gateway.healthCheck(m_now);
        case EventKind::poolWaitEnds:
            return m_api.poolWaitEnds(e.subject, m_now);
        case EventKind::workArrives:
            return m_databases.workArrives(e.subject, m_now);
        case EventKind::databaseCores:
            return m_databases.coresDue(e.subject, m_now);
        case EventKind::recordDue:
            return m_databases.recordDue(e.subject, m_now);
        case EventKind::authCores:
            return m_auth.coresDue(m_now);
        case EventKind::authAnswers:
            return m_auth.answers(e.subject, m_now);
        case EventKind::authWaitEnds:
            return m_auth.waitEnds(m_now);
        case EventKind::callEnds:
            return m_provider.callEnds(e.subject, m_now);
        case EventKind::workerWakes:
            return m_worker.wakes(m_now);
        case EventKind::newsArrives:
            return m_worker.newsArrives(e.subject, m_now);
        case EventKind::faultBegins: {
            const auto& f = m_scenario.faults[e.subject];
            return beginFault(f.name, f.durationS);
        }
        case EventKind::faultEnds:
            return endFault(e.subject);
    }
}

measure::Sample System::nextSlot() {
    const Nanos end = (m_slot + 1) * measure::SlotClock::kSlotNs;
    while (!m_queue.empty() && m_queue.nextAt() < end) {
        const Event event = m_queue.pop(m_now);
        ++m_events;
        handle(event);
    }
    m_now = end;
    measure::Sample sample = collect();
    ++m_slot;
    return sample;
}

measure::Sample System::collect() {
    measure::Sample s;
    s.slot = m_slot;
    s.version = m_version;
    m_book.take(s);
    m_edges.collect(s);
    m_gateway.collect(s);
    m_auth.collect(s, m_now);
    m_api.collect(s, m_now);
    m_databases.collect(s, m_now, m_api.sessions());
    if (design().hasCache) {
        auto& n = s.nodes["cache"];
        n.role = "cache";
        n.alive = m_isCacheAlive;
        n.spanMs = measure::SlotClock::kSlotMs;
        n.arrived = n.completed = std::exchange(m_cacheCommands, 0);
        n.gauges["keys"] = static_cast<double>(m_mechanisms.cache->keys(m_now));
    }
    m_provider.collect(s);
    m_worker.collect(s, m_now);
    auto& generator = s.nodes["generator"];
    generator.role = "generator";
    generator.spanMs = measure::SlotClock::kSlotMs;
    return s;
}

}  // namespace tenfold::system

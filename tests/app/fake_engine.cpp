// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/fake_engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "simulator/load/endpoints.h"
#include "tests/app/fake_slow.h"

namespace tenfold::fake {

using engine::Phase;
using engine::PhaseChange;
using measure::EventKind;
using measure::Outcome;
using measure::Stage;

namespace {
constexpr double kSlotMs = 250;
constexpr double kPatienceMs = 5'000;
}  // namespace

FakeEngine::FakeEngine(Handler handler, Options options)
    : m_handler(std::move(handler)), m_options(std::move(options)) {}

FakeEngine::~FakeEngine() {
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    if (m_thread.joinable()) m_thread.join();
}

void FakeEngine::start(const scenario::Scenario& scenario, bool isPaused) {
    const std::lock_guard lock(m_mutex);
    m_scenario = scenario;
    m_isPaused = isPaused;
    m_handler(PhaseChange{Phase::starting, ""});
    if (m_options.staysStarting) return;
    if (!m_options.failure.empty()) {
        m_handler(PhaseChange{Phase::failed, m_options.failure});
        return;
    }
    m_isStarted = true;
    setTopology();
    m_handler(statements(m_scenario.design));
    m_handler(PhaseChange{isPaused ? Phase::paused : Phase::running, ""});
    for (int i = 0; i < m_options.preludeSlots; ++i) makeSlot();
    if (m_options.pace != Pace::realTime) return;
    m_thread = std::thread([this] {
        auto next = std::chrono::steady_clock::now();
        while (true) {
            next += std::chrono::milliseconds(250);
            std::this_thread::sleep_until(next);
            const std::lock_guard inner(m_mutex);
            if (m_isEnding) return;
            makeSlot();
        }
    });
}

void FakeEngine::apply(engine::Change change) {
    const std::lock_guard lock(m_mutex);
    m_changes.push_back(change);
    if (const auto* d = std::get_if<engine::DesignChange>(&change)) {
        m_scenario.design = d->design;
        ++m_version;
        flag(EventKind::switched, d->text);
        m_handler(statements(m_scenario.design));
    } else if (const auto* m = std::get_if<engine::MachinesChange>(&change)) {
        m_scenario.machines = m->machines;
        ++m_version;
        flag(EventKind::machines, "machines: " + std::to_string(instances()) + " instances, " +
                                      std::to_string(static_cast<int>(cores())) +
                                      " database cores");
    } else if (const auto* u = std::get_if<engine::UsersChange>(&change)) {
        m_scenario.workload.dailyActiveUsers = u->dailyActiveUsers;
        ++m_version;
        flag(EventKind::tier, scenario::usersToText(u->dailyActiveUsers) + " daily users");
    } else if (const auto* f = std::get_if<engine::FaultStart>(&change)) {
        m_faultEnds[f->name] = m_slot + static_cast<std::int64_t>(f->durationS * 4);
        ++m_version;
        if (f->name == "kill_instance") m_isDead["api-2"] = true;
        flag(EventKind::fault, scenario::titleOfFault(f->name));
    }
    setTopology();
}

void FakeEngine::pause() {
    const std::lock_guard lock(m_mutex);
    m_isPaused = true;
    m_handler(PhaseChange{Phase::paused, ""});
}

void FakeEngine::resume() {
    const std::lock_guard lock(m_mutex);
    m_isPaused = false;
    m_handler(PhaseChange{Phase::running, ""});
}

void FakeEngine::stop() {
    const std::lock_guard lock(m_mutex);
    m_wasStopped = true;
    m_isEnding = true;
    m_handler(PhaseChange{Phase::stopping, ""});
    m_handler(PhaseChange{Phase::idle, ""});
}

void FakeEngine::step(int slots) {
    const std::lock_guard lock(m_mutex);
    for (int i = 0; i < slots; ++i) makeSlot();
}

void FakeEngine::skip(int slots) {
    const std::lock_guard lock(m_mutex);
    m_slot += slots;
}

void FakeEngine::killNode(const std::string& id) {
    const std::lock_guard lock(m_mutex);
    m_isDead[id] = true;
    m_handler(measure::Event{EventKind::node, static_cast<double>(m_slot) * kSlotMs, 0, 0,
                             "API instance " + id + " died", "signal 9"});
    setTopology();
}

int FakeEngine::instances() const {
    const double users = m_scenario.workload.dailyActiveUsers;
    return (users < 31'623 ? 2 : users < 316'228 ? 4 : 8) * m_scenario.machines.instanceFactor;
}

double FakeEngine::cores() const {
    return (m_scenario.workload.dailyActiveUsers < 316'228 ? 2.0 : 4.0) *
           m_scenario.machines.databaseCoreFactor;
}

void FakeEngine::setTopology() {
    if (!m_isStarted) return;
    engine::Topology t;
    int port = 40'100;
    int pid = 4'000;
    const auto add = [&](const std::string& id, const std::string& role, const std::string& tool) {
        ++port;
        t.nodes.push_back({id, role, ++pid, "127.0.0.1", port, port + 500,
                           tool.empty() ? "" : tool + std::to_string(port), ""});
    };
    const auto& d = m_scenario.design;
    add("generator", "generator", "");
    add("gateway", "gateway", "curl -i http://127.0.0.1:");
    for (int i = 1; i <= instances(); ++i)
        add("api-" + std::to_string(i), "instance", "curl -i http://127.0.0.1:");
    if (d.is("connection_pooler", "transaction")) add("pooler", "pooler", "psql -p ");
    if (d.is("shared_cache", "ttl")) add("cache", "cache", "redis-cli -p ");
    add("primary", "database", "psql 'host=127.0.0.1 user=shop dbname=shop' -p ");
    for (int i = 1; i <= std::atoi(d.of("read_replicas").value.c_str()); ++i)
        add("replica-" + std::to_string(i), "replica", "psql -p ");
    m_handler(t);
}

void FakeEngine::flag(EventKind kind, const std::string& text, const std::string& detail) {
    m_handler(measure::Event{kind, static_cast<double>(m_slot) * kSlotMs, m_version, ++m_flags,
                             text, detail});
}

FakeEngine::Work FakeEngine::workOf() const {
    const auto& d = m_scenario.design;
    const bool hasIndex = d.is("indexes", "on");
    Work w;
    w.hits = d.is("shared_cache", "ttl") ? 0.86 : 0;
    w.listStatements = d.is("query_shape", "n_plus_one") ? 41 : d.is("query_shape", "join") ? 1 : 3;
    const double counts = d.is("query_shape", "n_plus_one") ? 20 : 1;
    w.statements = 0.08 * w.listStatements + 0.72 * (1 - w.hits) + 0.4;
    w.scanned = hasIndex ? 0 : 0.08 * counts * 500'000 + 0.06 * 80'000;
    w.cpuMs = 0.1 * w.statements + w.scanned / 500'000 * 33;
    if (d.is("pagination", "none")) w.cpuMs += 2.5;
    const int replicas = std::atoi(d.of("read_replicas").value.c_str());
    w.cpuMs *= 1.0 / (1 + 0.9 * replicas);
    return w;
}

void FakeEngine::makeSlot() {
    measure::Sample s;
    s.slot = m_slot++;
    s.version = m_version;
    for (auto it = m_faultEnds.begin(); it != m_faultEnds.end();) {
        if (it->second > m_slot) {
            ++it;
            continue;
        }
        if (it->first == "kill_instance") m_isDead.clear();
        const std::string title = scenario::titleOfFault(it->first);
        it = m_faultEnds.erase(it);
        ++m_version;
        flag(EventKind::faultEnded, title + " ended");
    }
    const Work work = workOf();
    double hz = m_isPaused ? 0 : m_scenario.workload.rate().peakHz;
    if (m_faultEnds.count("flash_crowd")) hz *= 3;
    const double mean = hz * kSlotMs / 1000;
    // Poisson: as many exponential gaps as fit into the mean.
    double arrived = 0;
    for (double at = m_random.exponential(1); at < mean; at += m_random.exponential(1)) ++arrived;

    // The primary: a fluid queue of core time.
    const double capacity = cores() * kSlotMs;
    const double asked = arrived * work.cpuMs;
    const double before = m_backlogMs;
    m_backlogMs = std::max(0.0, m_backlogMs + asked - capacity);
    const double queueLimit = cores() * kPatienceMs;
    double shedPart = 0;
    if (m_backlogMs > queueLimit) {
        shedPart = std::min(1.0, (m_backlogMs - queueLimit) / std::max(asked, 1.0));
        m_backlogMs = queueLimit;
    }
    const double load = std::min(0.97, asked / std::max(capacity, 1.0));
    const double waitMs = (before + m_backlogMs) / 2 / cores();
    const double serviceMs = 6 + work.cpuMs / std::max(0.05, 1 - load);

    double answered = 0;
    for (int i = 0; i < static_cast<int>(arrived); ++i) {
        // Endpoints by their weight in the mix.
        double pick = m_random.uniform() * 100;
        const load::Endpoint* endpoint = &load::endpoints().front();
        for (const auto& e : load::endpoints()) {
            endpoint = &e;
            pick -= e.weight;
            if (pick < 0) break;
        }
        auto& e = s.endpoints[std::string(endpoint->id)];
        ++e.users.offered;
        ++e.users.sent;
        const bool isList = endpoint->id == "orders.list";
        const double ms = (serviceMs * (isList ? 1.6 : 1) + waitMs) * m_random.lognormal(1, 0.45);
        if (m_random.uniform() < shedPart) {
            ++e.users.of(Outcome::serverError);
            continue;
        }
        if (ms >= kPatienceMs) {
            ++e.users.of(Outcome::timeout);
            e.users.response.recordMs(kPatienceMs);
            continue;
        }
        ++answered;
        ++e.users.of(Outcome::ok);
        e.users.bytes += 2'000;
        e.users.response.recordMs(ms);
        e.users.service.recordMs(ms);
        ++e.server.requests;
        const bool isHit = !isList && m_random.uniform() < work.hits;
        const double statements = isList ? work.listStatements : isHit ? 0 : 1;
        e.server.statements += static_cast<std::uint64_t>(statements);
        e.server.fullScanSteps += static_cast<std::uint64_t>(isList ? work.scanned / 0.08 : 0);
        (isHit ? e.server.cacheHits : e.server.cacheMisses) += 1;
        e.server.rows += 20;
        ++e.where.requests;
        const double queue = ms - std::min(ms, serviceMs);
        e.where.of(Stage::link) += 0.5;
        e.where.of(Stage::serialisation) += 5;
        e.where.of(Stage::database) += std::max(0.0, std::min(ms, serviceMs) - 5.5);
        e.where.of(Stage::connection) += queue * 0.45;
        e.where.of(Stage::thread) += queue * 0.15;
        e.where.of(Stage::gatewayQueue) += queue * 0.4;
    }
    if (m_faultEnds.count("abusive_client")) {
        auto& abuser = s.endpoints["products.list"].abuser;
        const auto n = static_cast<std::uint64_t>(arrived * m_scenario.workload.abuserFactor);
        abuser.offered += n;
        abuser.of(m_scenario.design.is("rate_limiting", "off") ? Outcome::ok
                                                               : Outcome::rateLimited) += n;
    }
    fillNodes(s, arrived, answered, work);
    s.generatorLag.recordMs(0.3, 10);
    s.hostCpu = std::min(0.9, 0.15 + hz * 0.0002);
    m_handler(s);
    if (m_slot % 4 == 0 && !m_isPaused)
        m_handler(measure::SlowRequests{
            {slowOrdersList(m_scenario.design, static_cast<double>(m_slot) * kSlotMs)}});
}

void FakeEngine::fillNodes(measure::Sample& s, double arrived, double answered, const Work& work) {
    const auto add = [&](const std::string& id, const std::string& role, double nodeCores,
                         double busyMs, double in, double capacity, double inUse, double waiting) {
        auto& n = s.nodes[id];
        n.role = role;
        n.alive = !m_isDead[id];
        n.spanMs = kSlotMs;
        n.cores = nodeCores;
        n.busyCoreMs = std::min(busyMs, nodeCores * kSlotMs);
        n.arrived = static_cast<std::uint64_t>(in);
        n.completed = static_cast<std::uint64_t>(std::max(
            0.0, in - std::max(0.0, busyMs / std::max(nodeCores * kSlotMs, 1.0) - 1) * in / 2));
        n.capacity = capacity;
        n.inUse = std::min(capacity, inUse);
        n.waiting = waiting;
        n.overrun.recordMs(0.2, 5);
        n.hostCpuMs = busyMs * 0.1;
    };
    const double owed = m_backlogMs / std::max(0.1, work.cpuMs);
    add("gateway", "gateway", 1, arrived * 0.1, arrived, 256, arrived * 0.02,
        std::min(256.0, std::floor(owed * 0.4)));
    if (arrived > answered + 2)
        s.nodes["gateway"].rejected["queue_full"] = static_cast<std::uint64_t>(arrived - answered);
    const int n = instances();
    const double threads = n <= 4 ? 10 : 40;
    for (int i = 1; i <= n; ++i)
        add("api-" + std::to_string(i), "instance", n > 4 ? 8 : 1, arrived / n * 5, arrived / n,
            threads, std::min(threads, owed * 0.6 / n + 1), 0);
    const auto& d = m_scenario.design;
    const double statements = arrived * work.statements;
    if (d.is("connection_pooler", "transaction"))
        add("pooler", "pooler", 0, 0, statements, 25, std::min(25.0, owed * 0.3 + 2),
            std::floor(std::max(0.0, owed * 0.3 - 23)));
    if (d.is("shared_cache", "ttl")) add("cache", "cache", 1, arrived * 0.05, arrived, 0, 1, 0);
    add("primary", "database", cores(), arrived * work.cpuMs + m_backlogMs / 4, statements, 97, 20,
        std::floor(std::min(owed, 97.0)));
    for (int i = 1; i <= std::atoi(d.of("read_replicas").value.c_str()); ++i)
        add("replica-" + std::to_string(i), "replica", 2, arrived * work.cpuMs, statements / 2, 97,
            4, 0);
}

}  // namespace tenfold::fake

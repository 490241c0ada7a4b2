// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/system.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "reference-server/data/dataset.h"
#include "reference-server/protocol/access_token.h"
#include "reference-server/supervisor/core_share.h"
#include "reference-server/supervisor/sleep.h"

namespace tenfold::supervisor {

namespace asio = boost::asio;
using asio::awaitable;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

// A node that has not said "ready" by then will not: an index over 500,000 rows takes 0.3 s.
constexpr auto kStartLimit = 60s;
constexpr auto kBackupLimit = 60s;
constexpr auto kLoadLimit = 15s;

std::string randomHex(int bytes) {
    std::vector<unsigned char> raw(static_cast<std::size_t>(bytes));
    if (::RAND_bytes(raw.data(), bytes) != 1) throw RunError("no random bytes for the hop secret");
    std::string out;
    for (const auto b : raw) out += fmt::format("{:02x}", b);
    return out;
}

std::filesystem::path programFolder() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

std::string tryIt(const std::string& role, int port, std::uint64_t seed) {
    if (role == "database" || role == "replica" || role == "pooler")
        return fmt::format("psql 'host=127.0.0.1 port={} user=shop dbname=shop'", port);
    if (role == "cache") return fmt::format("redis-cli -h 127.0.0.1 -p {}", port);
    if (role == "gateway")
        return fmt::format("curl -i -H 'Authorization: Bearer {}' http://127.0.0.1:{}/v1/orders",
                           protocol::accessToken(seed, 1), port);
    if (role == "edge")
        return fmt::format("curl -is http://127.0.0.1:{}/images/1 | head -n 15", port);
    if (role == "instance") return fmt::format("curl -i http://127.0.0.1:{}/openapi.json", port);
    if (role == "auth")
        return fmt::format("curl -i http://127.0.0.1:{}/.well-known/jwks.json", port);
    if (role == "sink") return fmt::format("curl http://127.0.0.1:{}/deliveries", port);
    if (role == "worker") return fmt::format("curl http://127.0.0.1:{}/metrics", port);
    return "";
}

bool speaksHttp(const std::string& role) {
    return role == "gateway" || role == "edge" || role == "instance" || role == "auth";
}

}  // namespace

System::System(asio::io_context& io, measure::SlotClock clock, scenario::Scenario scenario,
               Hooks hooks)
    : m_io(io),
      m_clock(clock),
      m_scenario(std::move(scenario)),
      m_hooks(std::move(hooks)),
      m_secret(randomHex(16)) {}

System::Child System::find(const std::string& id) const {
    const auto it = std::find_if(m_nodes.begin(), m_nodes.end(), [&](const Child& c) {
        return c->id() == id && c->isAlive() && !c->isKilled() && !c->isExpectedToEnd;
    });
    return it == m_nodes.end() ? nullptr : *it;
}

std::vector<System::Child> System::alive(const std::string& role) const {
    std::vector<Child> out;
    for (const auto& c : m_nodes)
        if (c->role() == role && c->isAlive() && !c->isKilled() && !c->isExpectedToEnd)
            out.push_back(c);
    return out;
}

int System::held(const std::string& role) const {
    return static_cast<int>(std::count_if(m_nodes.begin(), m_nodes.end(), [&](const Child& c) {
        return c->role() == role && c->isHeldDown && !c->isBeingReplaced;
    }));
}

int System::serving(const std::string& role) const {
    const auto nodes = alive(role);
    return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [this](const Child& c) {
        return !c->isBeingReplaced && hasItsMachine(c);
    }));
}

bool System::hasItsMachine(const Child& child) const {
    const auto hardware = m_target.effectiveHardware();
    return child->role() != "instance" || (child->cores == hardware.coresPerInstance &&
                                           child->threads == hardware.threadsPerInstance);
}

json System::peersFor(const std::string& role) const {
    const auto entry = [](const Child& c) {
        json e = {{"id", c->id()}, {"port", c->port}};
        if (!c->component.empty()) e["real"] = true;
        return e;
    };
    // A primary or gateway that died keeps its place: its peers find nobody there, which is what
    // they would find in life, and a change that has nothing to do with it can still be made.
    const auto known = [this](const char* id) -> Child {
        const auto it = std::find_if(m_nodes.begin(), m_nodes.end(),
                                     [&](const Child& c) { return c->id() == id; });
        return it == m_nodes.end() ? nullptr : *it;
    };
    json peers = json::object();
    // One that came back has another port; a dead one keeps its old one, where nobody listens.
    const Child auth = find("auth") ? find("auth") : known("auth");
    if (auth && (role == "gateway" || role == "generator")) peers["auth"] = entry(auth);
    if (role == "gateway") {
        peers["instances"] = json::array();
        for (const auto& c : alive("instance")) {
            if (!c->port) continue;
            peers["instances"].push_back(entry(c));
            peers["instances"].back()["threads"] = c->threads;
        }
        return peers;
    }
    if (role == "edge") {
        if (const auto gateway = known("gateway")) peers["gateway"] = entry(gateway);
        return peers;
    }
    if (role == "generator") {
        peers["edges"] = json::array();
        for (const auto& c : alive("edge"))
            if (c->port) peers["edges"].push_back(entry(c));
        if (const auto gateway = known("gateway")) peers["gateway"] = entry(gateway);
        return peers;
    }
    std::vector<Child> replicas;
    for (const auto& c : alive("replica"))
        if (c->port) replicas.push_back(c);
    if (role == "pooler") {
        peers["databases"] = json::array();
        const auto add = [&](const std::string& name, const Child& c) {
            peers["databases"].push_back(entry(c));
            peers["databases"].back()["name"] = name;
        };
        if (const auto c = known("primary")) add("shop", c);
        for (std::size_t i = 0; i < replicas.size(); ++i)
            add(fmt::format("shop_replica_{}", i + 1), replicas[i]);
        return peers;
    }
    if (role == "instance") {
        if (const auto c = known("primary")) peers["primary"] = entry(c);
        peers["replicas"] = json::array();
        for (const auto& c : replicas) peers["replicas"].push_back(entry(c));
        if (const auto c = find("pooler")) peers["pooler"] = entry(c);
    }
    // Of a cache that is dead the worker must know: it keeps the news until another is there.
    const Child cache = find("cache") ? find("cache") : known("cache");
    if (cache && (role == "instance" || role == "worker")) peers["cache"] = entry(cache);
    if (role == "worker") {
        if (const auto c = known("primary")) peers["primary"] = entry(c);
        if (const auto c = find("pooler")) peers["pooler"] = entry(c);
    }
    if (role == "instance" || role == "worker")
        if (const auto c = known("sink")) peers["sink"] = entry(c);
    return peers;
}

json System::startLine(const Child& child) const {
    const auto hardware = m_target.effectiveHardware();
    json line = {{"cmd", "start"},
                 {"id", child->id()},
                 {"role", child->role()},
                 {"t0_ns", m_clock.t0Ns},
                 {"version", m_allocated},
                 {"design", scenario::toJson(m_target.design)},
                 {"hardware", hardware::toJson(hardware)},
                 {"seed", m_scenario.seed},
                 {"secret", m_secret},
                 {"peers", peersFor(child->role())}};
    if (child->role() == "generator") line["workload"] = scenario::toJson(m_scenario)["workload"];
    if (child->role() == "database") line["cores"] = hardware.primaryCores;
    if (child->role() == "replica") line["cores"] = hardware.replicaCores;
    // What was revoked stays so when the service comes back.
    if (child->role() == "auth") line["state"] = m_folder.path() / "revoked";
    if (child->role() == "sink") line["trouble"] = m_trouble;
    return line;
}

System::Child System::spawnNode(const std::string& id, const std::string& role) {
    if (m_isStopping) throw RunError("the run is ending");
    const auto child = std::make_shared<ChildProcess>(m_io, id, role);
    child->onLine([this, id](const json& line) { m_hooks.onLine(id, line); });
    const std::string parent = std::to_string(::getpid());
    std::optional<CoreShare> share;
    if (isReal("database")) share.emplace(role == "database" || role == "replica");
    if (role == "instance") {
        const auto hardware = m_target.effectiveHardware();
        child->cores = hardware.coresPerInstance;
        child->threads = hardware.threadsPerInstance;
    }
    if (role == "generator") {
        child->spawn(programFolder() / "tenfold-load", {"--control", parent});
    } else {
        child->spawn(programFolder() / "tenfold-server", {"--role", role, "--parent", parent});
    }
    m_nodes.push_back(child);
    return child;
}

awaitable<void> System::makeReady(Child child, json extras) {
    json line = startLine(child);
    line.update(realExtras(child));
    line.update(extras);
    const auto ready = co_await child->ask(std::move(line), "ready", kStartLimit);
    if (!ready) {
        const std::string why =
            child->isAlive() ? "it did not get ready in time" : child->deathReason();
        child->isExpectedToEnd = true;
        child->kill(SIGKILL);
        throw RunError(fmt::format("{} could not be started: {}", child->id(),
                                   child->lastError().empty() ? why : child->lastError()));
    }
    child->port = ready->value("port", 0);
    child->componentPid = ready->value("pid", 0);
    child->component = ready->value("program", "");
    child->metricsPort = ready->value("metrics_port", speaksHttp(child->role()) ? child->port : 0);
    m_hooks.onStarted(child->id());
    m_hooks.onTopology();
}

bool System::isReal(const std::string& role) const {
    const std::string component = role == "replica" ? "database" : role;
    const auto& real = m_scenario.real;
    return std::find(real.begin(), real.end(), component) != real.end();
}

json System::realExtras(const Child& child) const {
    if (!isReal(child->role())) return json::object();
    child->file = m_folder.path() / child->id();
    return {{"real", {{"folder", child->file}}}};
}

awaitable<void> System::startRealReplica(const std::string& id) {
    const auto primary = find("primary");
    if (!primary) throw RunError(id + " cannot be made: the primary is not running");
    json extras = json::object();
    extras["primary"] = {{"folder", primary->file}, {"port", primary->port}};
    co_await makeReady(spawnNode(id, "replica"), extras);
}

awaitable<void> System::startReplica(const std::string& id) {
    if (isReal("replica")) {
        co_await startRealReplica(id);
        co_return;
    }
    const auto primary = find("primary");
    if (!primary) throw RunError(id + " cannot be made: the primary is not running");
    const std::string file = m_folder.path() / (id + ".db");
    const json request = {{"cmd", "backup"}, {"path", file}};
    const auto backup = co_await primary->ask(request, "backup", kBackupLimit);
    if (!backup) throw RunError(id + " cannot be made: the primary gave no backup");
    const auto child = spawnNode(id, "replica");
    child->file = file;
    json extras = {{"dataset", file}, {"primary", {{"port", primary->port}}}};
    extras["from_lsn"] = (*backup)["backup"]["lsn"];
    co_await makeReady(child, extras);
}

std::string System::nextInstanceId() {
    return fmt::format("api-{}", ++m_instancesMade);
}

awaitable<void> System::startMissing() {
    for (int n = serving("replica"); n < m_target.replicas() - held("replica"); ++n)
        co_await startReplica(fmt::format("replica-{}", ++m_replicasMade));
    if (!find("auth") && held("auth") == 0)
        co_await makeReady(spawnNode("auth", "auth"), json::object());
    if (m_target.hasCache() && !find("cache") && held("cache") == 0)
        co_await makeReady(spawnNode("cache", "cache"), json::object());
    if (m_target.hasPooler() && !find("pooler"))
        co_await makeReady(spawnNode("pooler", "pooler"), json::object());
    if (!find("sink")) co_await makeReady(spawnNode("sink", "sink"), json::object());
    // Before the instances: they take every connection there is.
    if (m_target.hasWorker() && !find("worker"))
        co_await makeReady(spawnNode("worker", "worker"), json::object());
    std::vector<Child> fresh;
    for (int n = serving("instance"); n < m_target.instances() - held("instance"); ++n)
        fresh.push_back(spawnNode(nextInstanceId(), "instance"));
    for (const auto& child : fresh) co_await makeReady(child, json::object());
    if (find("gateway")) co_await startMissingEdges();
}

awaitable<void> System::startMissingEdges() {
    for (int n = serving("edge"); n < m_target.edges(); ++n)
        co_await makeReady(spawnNode(fmt::format("edge-{}", ++m_edgesMade), "edge"),
                           json::object());
}

json System::makeDatabase(const Child& child) const {
    if (isReal(child->role())) return json::object();  // it makes its own
    child->file = m_folder.path() / (child->id() + ".db");
    data::copyForRun(data::ensureShop(data::cacheFolder()), child->file);
    return {{"dataset", child->file}};
}

awaitable<void> System::start(Target target) {
    m_target = std::move(target);
    if (!m_scenario.real.empty()) m_folder.letOthersThrough();
    const auto primary = spawnNode("primary", "database");
    co_await makeReady(primary, makeDatabase(primary));
    co_await startMissing();
    co_await makeReady(spawnNode("gateway", "gateway"), json::object());
    co_await startMissingEdges();
    co_await makeReady(spawnNode("generator", "generator"), json::object());
    publish(m_allocated);
}

void System::publish(std::uint64_t version) {
    m_version = version;
    m_hooks.onVersion(version);
}

awaitable<void> System::tellLoad(double rateHz, double abuserRateHz, std::uint64_t version) {
    const auto generator = find("generator");
    if (!generator) {
        if (rateHz + abuserRateHz > 0) throw RunError("the load generator is not running");
        co_return;
    }
    const json line = {{"cmd", "load"},
                       {"rate_hz", rateHz},
                       {"abuser_rate_hz", abuserRateHz},
                       {"version", version}};
    if (!co_await generator->ask(line, "ack", kLoadLimit))
        throw RunError("the load generator did not take the new load over");
}

awaitable<void> System::setTrouble(double latencyFactor, double failureRatio) {
    json line = {
        {"cmd", "trouble"}, {"latency_factor", latencyFactor}, {"failure_ratio", failureRatio}};
    const auto sink = find("sink");
    if (!sink || !co_await sink->ask(line, "troubled", kLoadLimit))
        throw RunError("the provider of e-mails is not running");
    m_trouble = std::move(line);
    publish(++m_allocated);
}

awaitable<void> System::setLostReplies(double part) {
    const json line = {{"cmd", "lose_replies"}, {"part", part}};
    const auto gateway = find("gateway");
    if (!gateway || !co_await gateway->ask(line, "losing_replies", kLoadLimit))
        throw RunError("the gateway is not running");
    publish(++m_allocated);
}

awaitable<void> System::setLoad(double rateHz, double abuserRateHz) {
    co_await tellLoad(rateHz, abuserRateHz, m_version);
}

awaitable<void> System::changeLoad(double rateHz, double abuserRateHz) {
    const auto version = ++m_allocated;
    co_await tellLoad(rateHz, abuserRateHz, version);
    publish(version);
}

awaitable<void> System::drain() {
    const auto limit =
        std::chrono::milliseconds(static_cast<int>(m_scenario.workload.clientTimeoutMs) + 3000);
    const auto generator = find("generator");
    if (!generator) co_return;
    const json line = {{"cmd", "drain"}};
    co_await generator->ask(line, "drained", limit);
}

awaitable<void> System::stop() {
    m_isStopping = true;
    for (const auto& c : m_nodes) {
        c->isExpectedToEnd = true;
        c->closeInput();
    }
    const auto anyAlive = [this] {
        return std::any_of(m_nodes.begin(), m_nodes.end(),
                           [](const Child& c) { return c->isAlive(); });
    };
    for (int i = 0; i < 20 && anyAlive(); ++i) co_await sleepFor(m_io, kEndLimit / 20);
    for (const auto& c : m_nodes) c->kill(SIGKILL);
    for (int i = 0; i < 40 && anyAlive(); ++i) co_await sleepFor(m_io, 25ms);
}

std::shared_ptr<ChildProcess> System::markDead(pid_t pid, int status) {
    for (const auto& c : m_nodes) {
        if (c->pid() != pid || !c->isAlive()) continue;
        c->markDead(status);
        if (!c->isExpectedToEnd) m_hooks.onGone(c->id());
        return c;
    }
    return nullptr;
}

std::map<std::string, std::string> System::deadNodes() const {
    std::map<std::string, std::string> dead;
    for (const auto& c : m_nodes) {
        const bool wasReady = c->port != 0 || c->role() == "generator";
        if (!c->isAlive() && !c->isExpectedToEnd && wasReady && !find(c->id()))
            dead[c->id()] = c->role();
    }
    return dead;
}

json System::topologyJson() const {
    json nodes = json::array();
    for (const auto& c : m_nodes) {
        if (c->port == 0 && c->role() != "generator") continue;
        nodes.push_back({{"id", c->id()},
                         {"role", c->role()},
                         {"pid", c->componentPid ? c->componentPid : c->pid()},
                         {"alive", c->isAlive()},
                         {"address", "127.0.0.1"},
                         {"port", c->port},
                         {"metrics_port", c->metricsPort},
                         {"try", tryIt(c->role(), c->port, m_scenario.seed)}});
        if (!c->component.empty()) nodes.back()["program"] = c->component;
    }
    return nodes;
}

}  // namespace tenfold::supervisor

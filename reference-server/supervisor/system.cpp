// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/system.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>

#include "reference-server/data/dataset.h"
#include "reference-server/protocol/identity.h"

namespace tenfold::supervisor {

namespace asio = boost::asio;
using asio::awaitable;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

// A node that has not said "ready" by then will not: an index over 500,000 rows takes 0.3 s.
constexpr auto kStartLimit = 60s;
constexpr auto kCommandLimit = 60s;
// Longest that requests of an older version may hold a node that has to go (the API's own limit
// for a request is 10 s).
constexpr auto kRetireLimit = 12s;
constexpr auto kEndLimit = 1500ms;

std::string randomHex(int bytes) {
    std::vector<unsigned char> raw(static_cast<std::size_t>(bytes));
    if (::RAND_bytes(raw.data(), bytes) != 1) throw RunError("no random bytes for the hop secret");
    std::string out;
    for (const auto b : raw) out += fmt::format("{:02x}", b);
    return out;
}

awaitable<void> sleepFor(asio::io_context& io, std::chrono::milliseconds time) {
    asio::steady_timer timer(io, time);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
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
                           protocol::bearerToken(protocol::tokenKey(seed), 1), port);
    if (role == "instance") return fmt::format("curl -i http://127.0.0.1:{}/openapi.json", port);
    return "";
}

bool speaksHttp(const std::string& role) {
    return role == "gateway" || role == "instance";
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
        return c->id() == id && c->isAlive() && !c->isExpectedToEnd;
    });
    return it == m_nodes.end() ? nullptr : *it;
}

std::vector<System::Child> System::alive(const std::string& role) const {
    std::vector<Child> out;
    for (const auto& c : m_nodes)
        if (c->isAlive() && c->role() == role && !c->isExpectedToEnd) out.push_back(c);
    return out;
}

json System::peersFor(const std::string& role) const {
    const auto entry = [](const Child& c) { return json{{"id", c->id()}, {"port", c->port}}; };
    json peers = json::object();
    if (role == "gateway") {
        peers["instances"] = json::array();
        for (const auto& c : alive("instance"))
            if (c->port) peers["instances"].push_back(entry(c));
        return peers;
    }
    if (role == "generator") {
        if (const auto gateway = find("gateway")) peers["gateway"] = entry(gateway);
        return peers;
    }
    std::vector<Child> replicas;
    for (const auto& c : alive("replica"))
        if (c->port) replicas.push_back(c);
    if (role == "pooler") {
        peers["databases"] = json::array();
        if (const auto c = find("primary"))
            peers["databases"].push_back({{"name", "shop"}, {"port", c->port}});
        for (std::size_t i = 0; i < replicas.size(); ++i)
            peers["databases"].push_back(
                {{"name", fmt::format("shop_replica_{}", i + 1)}, {"port", replicas[i]->port}});
        return peers;
    }
    if (role == "instance") {
        if (const auto c = find("primary")) peers["primary"] = entry(c);
        peers["replicas"] = json::array();
        for (const auto& c : replicas) peers["replicas"].push_back(entry(c));
        if (const auto c = find("pooler")) peers["pooler"] = entry(c);
        if (const auto c = find("cache")) peers["cache"] = entry(c);
    }
    return peers;
}

json System::startLine(const Child& child) const {
    const auto hardware = m_target.effectiveHardware();
    json line = {{"cmd", "start"},
                 {"id", child->id()},
                 {"role", child->role()},
                 {"t0_ns", m_clock.t0Ns},
                 {"version", m_version},
                 {"design", scenario::toJson(m_target.design)},
                 {"hardware", hardware::toJson(hardware)},
                 {"seed", m_scenario.seed},
                 {"secret", m_secret},
                 {"peers", peersFor(child->role())}};
    if (child->role() == "generator") line["workload"] = scenario::toJson(m_scenario)["workload"];
    if (child->role() == "database") line["cores"] = hardware.primaryCores;
    if (child->role() == "replica") line["cores"] = hardware.replicaCores;
    return line;
}

System::Child System::spawnNode(const std::string& id, const std::string& role) {
    const auto child = std::make_shared<ChildProcess>(m_io, id, role);
    child->onLine([this, id](const json& line) { m_hooks.onLine(id, line); });
    const std::string parent = std::to_string(::getpid());
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
    child->metricsPort = ready->value("metrics_port", speaksHttp(child->role()) ? child->port : 0);
    m_hooks.onStarted(child->id());
    m_hooks.onTopology();
}

awaitable<void> System::startReplica(const std::string& id) {
    const auto primary = find("primary");
    if (!primary) throw RunError(id + " cannot be made: the primary is not running");
    const std::string file = m_folder.path() / (id + ".db");
    const json request = {{"cmd", "backup"}, {"path", file}};
    const auto backup = co_await primary->ask(request, "backup", kCommandLimit);
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
    for (auto n = static_cast<int>(alive("replica").size()); n < m_target.replicas(); ++n)
        co_await startReplica(fmt::format("replica-{}", ++m_replicasMade));
    if (m_target.hasCache() && !find("cache"))
        co_await makeReady(spawnNode("cache", "cache"), json::object());
    if (m_target.hasPooler() && !find("pooler"))
        co_await makeReady(spawnNode("pooler", "pooler"), json::object());
    std::vector<Child> fresh;
    for (auto n = static_cast<int>(alive("instance").size()); n < m_target.instances(); ++n)
        fresh.push_back(spawnNode(nextInstanceId(), "instance"));
    for (const auto& child : fresh) co_await makeReady(child, json::object());
    if (!find("gateway") && m_version == 1)
        co_await makeReady(spawnNode("gateway", "gateway"), json::object());
}

awaitable<void> System::start(Target target) {
    m_target = std::move(target);
    const std::string file = m_folder.path() / "primary.db";
    data::copyForRun(data::ensureShop(data::cacheFolder()), file);
    const auto primary = spawnNode("primary", "database");
    primary->file = file;
    const json extras = {{"dataset", file}};
    co_await makeReady(primary, extras);
    co_await startMissing();
    co_await makeReady(spawnNode("generator", "generator"), json::object());
}

awaitable<std::string> System::prepareAll() {
    std::string detail;
    const auto hardware = m_target.effectiveHardware();
    json line = {{"cmd", "prepare"},
                 {"version", m_version},
                 {"design", scenario::toJson(m_target.design)},
                 {"hardware", hardware::toJson(hardware)}};
    // Towards the client: nobody may use what is behind it before that is prepared.
    for (const char* role :
         {"database", "replica", "cache", "pooler", "instance", "gateway", "generator"}) {
        for (const auto& child : alive(role)) {
            line["peers"] = peersFor(role);
            line.erase("cores");
            if (child->role() == "database") line["cores"] = hardware.primaryCores;
            if (child->role() == "replica") line["cores"] = hardware.replicaCores;
            const auto done = co_await child->ask(line, "prepared", kCommandLimit);
            if (done && done->contains("detail")) detail += (*done)["detail"].get<std::string>();
        }
    }
    co_return detail;
}

awaitable<std::string> System::publishAndRetire() {
    const json publish = {{"cmd", "publish"}, {"version", m_version}};
    for (const char* role :
         {"database", "replica", "cache", "pooler", "instance", "generator", "gateway"})
        for (const auto& child : alive(role)) co_await child->ask(publish, "published", 5s);
    // A database can drop an index at once: requests of the old version stay correct without it.
    std::string detail;
    const json retire = {{"cmd", "retire"}, {"version", m_version}};
    for (const char* role : {"database", "replica"})
        for (const auto& child : alive(role)) {
            const auto done = co_await child->ask(retire, "retired", kCommandLimit);
            if (done && done->contains("detail")) detail += (*done)["detail"].get<std::string>();
        }
    co_return detail;
}

awaitable<void> System::endNode(Child child) {
    child->isExpectedToEnd = true;
    m_hooks.onGone(child->id());
    child->closeInput();
    for (int i = 0; i < 30 && child->isAlive(); ++i) co_await sleepFor(m_io, kEndLimit / 30);
    child->kill(SIGKILL);
    for (int i = 0; i < 30 && child->isAlive(); ++i) co_await sleepFor(m_io, 50ms);
    if (!child->file.empty()) {
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm"})
            std::filesystem::remove(child->file + suffix, ignored);
    }
    std::erase(m_nodes, child);
    m_hooks.onTopology();
}

std::vector<System::Child> System::markSurplus() {
    std::vector<Child> surplus;
    const auto mark = [&](const char* role, int wanted) {
        const auto nodes = alive(role);
        for (auto i = static_cast<std::size_t>(wanted); i < nodes.size(); ++i)
            surplus.push_back(nodes[i]);
    };
    mark("instance", m_target.instances());
    mark("replica", m_target.replicas());
    mark("pooler", m_target.hasPooler() ? 1 : 0);
    mark("cache", m_target.hasCache() ? 1 : 0);
    // From here on nobody new is told about them.
    for (const auto& c : surplus) c->isExpectedToEnd = true;
    return surplus;
}

awaitable<void> System::retireThenEnd(std::uint64_t version, std::vector<Child> surplus) {
    const json retire = {{"cmd", "retire"}, {"version", version}};
    // The gateway answers when the instances it no longer uses are idle; instances when no request
    // of an older version is open.
    for (const char* role : {"gateway", "instance", "pooler", "cache", "generator"})
        for (const auto& child : alive(role)) co_await child->ask(retire, "retired", kRetireLimit);
    for (const auto& c : surplus) co_await endNode(c);
}

awaitable<std::string> System::change(Target target) {
    m_target = std::move(target);
    ++m_version;
    // What died stays visible until the next change clears it away.
    std::erase_if(m_nodes, [](const Child& c) {
        return !c->isAlive() && c->role() != "database" && c->role() != "gateway" &&
               c->role() != "generator";
    });
    co_await startMissing();
    auto surplus = markSurplus();
    std::string detail = co_await prepareAll();
    detail += co_await publishAndRetire();
    m_hooks.onTopology();
    // In the background: a slow request of the old version must not hold up the next change.
    asio::co_spawn(m_io, retireThenEnd(m_version, std::move(surplus)), asio::detached);
    co_return detail;
}

awaitable<void> System::rollingDeploy(double overlapS) {
    const auto old = alive("instance");
    std::vector<Child> fresh;
    for (std::size_t i = 0; i < old.size(); ++i)
        fresh.push_back(spawnNode(nextInstanceId(), "instance"));
    for (const auto& child : fresh) co_await makeReady(child, json::object());
    ++m_version;
    co_await prepareAll();
    co_await publishAndRetire();
    co_await sleepFor(m_io, std::chrono::milliseconds(static_cast<int>(overlapS * 1000)));
    for (const auto& c : old) c->isExpectedToEnd = true;
    ++m_version;
    co_await prepareAll();
    co_await publishAndRetire();
    m_hooks.onTopology();
    co_await retireThenEnd(m_version, old);
}

std::string System::killOne(const std::string& role) {
    const auto candidates = alive(role);
    if (candidates.empty()) return "";
    candidates.back()->kill(SIGKILL);
    return candidates.back()->id();
}

awaitable<void> System::restore() {
    co_await change(m_target);
}

awaitable<void> System::setLoad(double rateHz, double abuserRateHz) {
    const auto generator = find("generator");
    if (!generator) co_return;
    const json line = {{"cmd", "load"},
                       {"rate_hz", rateHz},
                       {"abuser_rate_hz", abuserRateHz},
                       {"version", m_version}};
    co_await generator->ask(line, "ack", 5s);
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
    for (const auto& c : m_nodes) {
        c->isExpectedToEnd = true;
        c->closeInput();
    }
    const auto anyAlive = [this] {
        return std::any_of(m_nodes.begin(), m_nodes.end(),
                           [](const Child& c) { return c->isAlive(); });
    };
    for (int i = 0; i < 30 && anyAlive(); ++i) co_await sleepFor(m_io, kEndLimit / 30);
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

json System::topologyJson() const {
    json nodes = json::array();
    for (const auto& c : m_nodes) {
        if (c->port == 0 && c->role() != "generator") continue;
        nodes.push_back({{"id", c->id()},
                         {"role", c->role()},
                         {"pid", c->pid()},
                         {"alive", c->isAlive()},
                         {"address", "127.0.0.1"},
                         {"port", c->port},
                         {"metrics_port", c->metricsPort},
                         {"try", tryIt(c->role(), c->port, m_scenario.seed)}});
    }
    return nodes;
}

}  // namespace tenfold::supervisor

// SPDX-License-Identifier: GPL-3.0-or-later
// The way from one target to the next: start what is missing, prepare, publish, retire; and back
// again when one of these steps fails.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "reference-server/supervisor/sleep.h"
#include "reference-server/supervisor/system.h"

namespace tenfold::supervisor {

namespace asio = boost::asio;
using asio::awaitable;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

// An index over 500,000 rows takes 0.3 s.
constexpr auto kPrepareLimit = 60s;
constexpr auto kPublishLimit = 15s;
constexpr auto kFlushLimit = 2s;
constexpr std::string_view kFlushAll = "FLUSHALL\r\n";
// Longest that requests of an older version may hold a node that has to go (the API's own limit
// for a request is 10 s).
constexpr auto kRetireLimit = 12s;

/// A node that died meanwhile does not stop a change: the run goes on without it. One that lives
/// and does not do what it was asked does.
void refuseUnlessDead(const ChildProcess& child, const char* what) {
    if (!child.isAlive() || child.isKilled()) return;
    throw RunError(
        fmt::format("{} did not {}: {}", child.id(), what,
                    child.lastError().empty() ? "no answer in time" : child.lastError()));
}

}  // namespace

awaitable<std::string> System::prepareAll() {
    std::string detail;
    const auto hardware = m_target.effectiveHardware();
    json line = {{"cmd", "prepare"},
                 {"version", m_allocated},
                 {"design", scenario::toJson(m_target.design)},
                 {"hardware", hardware::toJson(hardware)}};
    // Towards the client: nobody may use what is behind it before that is prepared.
    for (const char* role : {"database", "replica", "auth", "cache", "pooler", "sink", "worker",
                             "instance", "gateway", "edge", "generator"}) {
        for (const auto& child : alive(role)) {
            line["peers"] = peersFor(role);
            line.erase("cores");
            if (child->role() == "database") line["cores"] = hardware.primaryCores;
            if (child->role() == "replica") line["cores"] = hardware.replicaCores;
            const auto done = co_await child->ask(line, "prepared", kPrepareLimit);
            if (!done) refuseUnlessDead(*child, "prepare the change");
            if (done && done->contains("detail")) detail += (*done)["detail"].get<std::string>();
        }
    }
    co_return detail;
}

awaitable<void> System::publishAll() {
    const json line = {{"cmd", "publish"}, {"version", m_allocated}};
    for (const char* role : {"database", "replica", "auth", "cache", "pooler", "sink", "worker",
                             "instance", "generator", "gateway", "edge"})
        for (const auto& child : alive(role)) {
            const auto done = co_await child->ask(line, "published", kPublishLimit);
            if (!done) refuseUnlessDead(*child, "take the change over");
        }
}

awaitable<std::string> System::retireDatabases(std::uint64_t version) {
    // A database can drop an index at once: requests of the old version stay correct without it.
    std::string detail;
    const json line = {{"cmd", "retire"}, {"version", version}};
    for (const char* role : {"database", "replica"})
        for (const auto& child : alive(role)) {
            const auto done = co_await child->ask(line, "retired", kPrepareLimit);
            if (done && done->contains("detail")) detail += (*done)["detail"].get<std::string>();
        }
    co_return detail;
}

awaitable<void> System::endNodes(std::vector<Child> children) {
    for (const auto& c : children) {
        c->isExpectedToEnd = true;
        m_hooks.onGone(c->id());
        c->closeInput();
    }
    const auto anyAlive = [&children] {
        return std::any_of(children.begin(), children.end(),
                           [](const Child& c) { return c->isAlive(); });
    };
    for (int i = 0; i < 20 && anyAlive(); ++i) co_await sleepFor(m_io, kEndLimit / 20);
    for (const auto& c : children) c->kill(SIGKILL);
    for (int i = 0; i < 40 && anyAlive(); ++i) co_await sleepFor(m_io, 25ms);
    for (const auto& c : children) {
        std::erase(m_nodes, c);
        if (c->file.empty()) continue;
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm"})
            std::filesystem::remove_all(c->file + suffix, ignored);
    }
    m_hooks.onTopology();
}

std::vector<System::Child> System::markSurplus() {
    std::vector<Child> surplus;
    const auto mark = [&](const char* role, int wanted) {
        int kept = 0;
        for (const auto& c : alive(role)) {
            const bool counts = !c->isBeingReplaced && hasItsMachine(c);
            const bool isNeeded = counts ? kept < wanted : c->isBeingReplaced && m_isDeploying;
            if (!isNeeded) surplus.push_back(c);
            if (counts) ++kept;
        }
    };
    mark("instance", m_target.instances());
    mark("replica", m_target.replicas());
    mark("pooler", m_target.hasPooler() ? 1 : 0);
    mark("cache", m_target.hasCache() ? 1 : 0);
    mark("edge", m_target.edges());
    mark("sink", 1);
    mark("worker", m_target.hasWorker() ? 1 : 0);
    // From here on nobody new is told about them.
    for (const auto& c : surplus) c->isExpectedToEnd = true;
    return surplus;
}

awaitable<void> System::retireThenEnd(std::uint64_t version, std::vector<Child> surplus) {
    const json retire = {{"cmd", "retire"}, {"version", version}};
    // The generator answers when it has nothing open at edges it has left; the gateway when the
    // instances it no longer uses are idle; instances when no request of an older version is open.
    for (const char* role :
         {"generator", "edge", "gateway", "instance", "pooler", "cache", "auth", "sink", "worker"})
        for (const auto& child : alive(role)) co_await child->ask(retire, "retired", kRetireLimit);
    // Nobody makes jobs any more: the worker that goes does those that are left. What it cannot
    // deliver stays in the database for the next one.
    const json drain = {{"cmd", "drain"}};
    for (const auto& child : surplus)
        if (child->role() == "worker") co_await child->ask(drain, "drained", kRetireLimit);
    if (!surplus.empty()) co_await endNodes(std::move(surplus));
}

awaitable<std::string> System::change(Target target) {
    co_return co_await moveTo(std::move(target));
}

awaitable<std::string> System::moveTo(Target target) {
    const Target before = std::exchange(m_target, std::move(target));
    const auto known = m_nodes;
    std::vector<Child> surplus;
    bool isTold = false;
    std::string detail;
    std::string failure;
    ++m_allocated;
    try {
        co_await startMissing();
        surplus = markSurplus();
        isTold = true;
        detail = co_await prepareAll();
        co_await publishAll();
    } catch (const std::exception& e) {
        failure = e.what();
    }
    if (!failure.empty()) {
        co_await goBack(before, known, std::move(surplus), isTold);
        throw RunError(failure);
    }
    publish(m_allocated);
    const auto version = m_allocated;
    detail += co_await retireDatabases(version);
    // What died stays visible until a change has put something in its place.
    std::erase_if(m_nodes, [](const Child& c) {
        return !c->isAlive() && !c->isHeldDown && !c->isExpectedToEnd && c->role() != "database" &&
               c->role() != "gateway" && c->role() != "generator";
    });
    m_hooks.onTopology();
    // In the background: a slow request of the old version must not hold up the next change.
    asio::co_spawn(m_io, retireThenEnd(version, std::move(surplus)), asio::detached);
    co_return detail;
}

awaitable<void> System::goBack(Target before, std::vector<Child> known, std::vector<Child> surplus,
                               bool isTold) {
    m_target = std::move(before);
    for (const auto& c : surplus) c->isExpectedToEnd = false;
    std::vector<Child> fresh;
    for (const auto& c : m_nodes)
        if (std::find(known.begin(), known.end(), c) == known.end()) fresh.push_back(c);
    for (const auto& c : fresh) c->isExpectedToEnd = true;
    if (isTold && !m_isStopping) {
        // Some nodes may have prepared or even published: the old target under a new number puts
        // all of them where they were.
        const auto version = ++m_allocated;
        std::string failure;
        try {
            co_await prepareAll();
            co_await publishAll();
            publish(version);
        } catch (const std::exception& e) {
            failure = e.what();
        }
        co_await retireDatabases(version);
        if (!failure.empty()) {
            co_await endNodes(std::move(fresh));
            throw RunError("the old state could not be restored: " + failure);
        }
    }
    if (!fresh.empty()) co_await endNodes(std::move(fresh));
}

awaitable<void> System::beginDeploy() {
    const auto old = alive("instance");
    for (const auto& c : old) c->isBeingReplaced = true;
    m_isDeploying = true;
    std::string failure;
    try {
        co_await moveTo(m_target);
    } catch (const std::exception& e) {
        failure = e.what();
    }
    if (failure.empty()) co_return;
    m_isDeploying = false;
    for (const auto& c : old) c->isBeingReplaced = false;
    throw RunError(failure);
}

awaitable<void> System::endDeploy() {
    m_isDeploying = false;  // also when this fails: the next change ends the old ones then
    co_await moveTo(m_target);
}

awaitable<std::string> System::flushCache() {
    const auto cache = find("cache");
    if (!cache || !m_target.hasCache()) co_return "";
    // Shared: the limit may have been reached just as the answer came.
    const auto socket = std::make_shared<asio::ip::tcp::socket>(m_io);
    asio::steady_timer limit(m_io, kFlushLimit);
    limit.async_wait([socket](boost::system::error_code e) {
        boost::system::error_code ignored;
        if (!e) socket->close(ignored);
    });
    std::string answer;
    boost::system::error_code failed;
    const auto done = [&failed] { return asio::redirect_error(asio::use_awaitable, failed); };
    const asio::ip::tcp::endpoint where(asio::ip::address_v4::loopback(),
                                        static_cast<unsigned short>(cache->port));
    co_await socket->async_connect(where, done());
    // The same words for our node and for Redis.
    if (!failed) co_await asio::async_write(*socket, asio::buffer(kFlushAll), done());
    if (!failed)
        co_await asio::async_read_until(*socket, asio::dynamic_buffer(answer), "\r\n", done());
    limit.cancel();
    if (failed || answer.rfind("+OK", 0) != 0) throw RunError("the cache did not flush itself");
    publish(++m_allocated);
    co_return cache->id();
}

std::string System::killOne(const std::string& role) {
    const auto candidates = alive(role);
    if (candidates.empty()) return "";
    // Of two generations of instances the one that stays.
    const auto victim = std::find_if(candidates.rbegin(), candidates.rend(),
                                     [](const Child& c) { return !c->isBeingReplaced; });
    const Child child = victim == candidates.rend() ? candidates.back() : *victim;
    child->isHeldDown = true;
    child->kill(SIGKILL);
    publish(++m_allocated);
    return child->id();
}

awaitable<void> System::release(const std::string& id) {
    for (const auto& c : m_nodes)
        if (c->id() == id) c->isHeldDown = false;
    co_await moveTo(m_target);
}

}  // namespace tenfold::supervisor

// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>

#include "reference-server/supervisor/real/programs.h"
#include "reference-server/supervisor/sleep.h"
#include "simulator/hardware/assets.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::supervisor {

namespace asio = boost::asio;
using asio::awaitable;
using measure::EventKind;
using nlohmann::json;

namespace {
constexpr std::size_t kMaxCommands = 256;
constexpr auto kTick = std::chrono::milliseconds(25);
constexpr double kCrowdFactor = 3;
constexpr double kSlowEmailFactor = 20;
constexpr double kShortestFaultS = 0.25;
constexpr double kLongestFaultS = 86'400;

/// Faults that are a state of a node or of the load: on from their begin to their end.
bool isSwitched(const std::string& fault) {
    return fault == "flash_crowd" || fault == "abusive_client" || fault == "slow_email" ||
           fault == "failing_email" || fault == "drop_replies";
}

/// Whose process a fault kills; empty: nobody's.
std::string victimOf(const std::string& fault) {
    return fault == "kill_instance"  ? "instance"
           : fault == "kill_replica" ? "replica"
           : fault == "kill_cache"   ? "cache"
           : fault == "auth_down"    ? "auth"
                                     : "";
}

std::string roleTitle(const std::string& role) {
    return role == "instance" ? "API instance" : role == "auth" ? "auth service" : role;
}
}  // namespace

Session::Session(asio::io_context& io, Emit emit)
    : m_io(io), m_emit(std::move(emit)), m_wake(io), m_ticker(io) {
    asio::co_spawn(m_io, work(), asio::detached);
}

double Session::nowMs() const {
    return static_cast<double>(measure::monotonicNow() - m_clock.t0Ns) / 1e6;
}

void Session::phase(const std::string& name, const std::string& reason) {
    json line = {{"phase", name}};
    if (!reason.empty()) line["reason"] = reason;
    m_emit(line);
}

void Session::event(EventKind kind, std::string text, std::string detail, bool isFlag) {
    measure::Event e;
    e.kind = kind;
    e.atMs = std::max(0.0, nowMs());
    e.version = isFlag && m_system ? m_system->version() : 0;
    e.number = isFlag ? ++m_flags : 0;
    e.text = std::move(text);
    e.detail = std::move(detail);
    m_emit({{"event", measure::toJson(e)}});
}

void Session::command(json line) {
    if (m_commands.size() >= kMaxCommands) {
        event(EventKind::note, "a command was refused", "256 commands are waiting already", false);
        return;
    }
    enqueue(std::move(line));
}

void Session::enqueue(json line) {
    if (m_isEnding) return;
    m_commands.push_back(std::move(line));
    m_wake.cancel();
}

/// For what the run itself wants later, such as the end of a fault: it must not be refused.
void Session::enqueueLater(double afterS, json line) {
    auto timer = std::make_shared<asio::steady_timer>(m_io);
    timer->expires_after(std::chrono::milliseconds(static_cast<std::int64_t>(afterS * 1000)));
    timer->async_wait([this, line = std::move(line), timer](boost::system::error_code e) {
        if (!e) enqueue(line);
    });
}

void Session::inputEnded() {
    if (m_isEnding) return;
    // Not in line with the others: the owner is gone, or waits two seconds.
    m_isEnding = true;
    m_commands.clear();
    asio::co_spawn(m_io, endNow(), asio::detached);
}

awaitable<void> Session::endNow() {
    if (m_system) co_await m_system->stop();
    m_hasEnded = true;
    m_io.stop();
}

awaitable<void> Session::work() {
    while (!m_hasEnded) {
        if (m_commands.empty()) {
            m_wake.expires_at(asio::steady_timer::time_point::max());
            boost::system::error_code ignored;
            co_await m_wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            continue;
        }
        const json line = std::move(m_commands.front());
        m_commands.pop_front();
        std::string failure;
        try {
            co_await carryOut(line);
        } catch (const std::exception& e) {
            failure = e.what();
        }
        if (failure.empty() || m_isEnding) continue;
        if (line.value("cmd", "") == "start") {
            phase("failed", failure);
            m_isEnding = true;
            co_await endNow();
        } else {
            event(EventKind::note, "a change could not be made", failure, false);
        }
    }
}

awaitable<void> Session::carryOut(const json& line) {
    const auto cmd = line.at("cmd").get<std::string>();
    if (cmd == "start") {
        if (m_system) {
            event(EventKind::note, "a command was refused", "the run has been started", false);
            co_return;
        }
        co_await start(line);
        co_return;
    }
    if (cmd == "stop") {
        co_await finish();
        co_return;
    }
    if (!m_system) throw std::runtime_error("nothing runs yet: " + cmd);
    Target target = m_system->target();
    if (cmd == "design") {
        target.design = scenario::designFromTrustedJson(line.at("design"));
        co_await changeTo(std::move(target), EventKind::switched, line.value("text", "design"));
    } else if (cmd == "machines") {
        const auto& m = line.at("machines");
        target.machines.instanceFactor = std::clamp(m.at("instance_factor").get<int>(), 1, 4);
        target.machines.databaseCoreFactor =
            std::clamp(m.at("database_core_factor").get<int>(), 1, 8);
        const auto h = target.effectiveHardware();
        co_await changeTo(
            std::move(target), EventKind::machines,
            fmt::format("machines: {} instances, {} database cores", h.instances, h.primaryCores));
    } else if (cmd == "users") {
        co_await changeUsers(line.at("daily_active_users").get<double>(),
                             hardware::profileFromJson(line.at("hardware")));
    } else if (cmd == "fault") {
        co_await fault(line.at("name").get<std::string>(), line.at("duration_s").get<double>());
    } else if (cmd == "end_fault") {
        co_await endFault(line.at("name").get<std::string>(), line.value("detail", ""));
    } else if (cmd == "pause" || cmd == "resume") {
        const bool before = std::exchange(m_isPaused, cmd == "pause");
        std::string failure;
        try {
            co_await applyLoad(false);
        } catch (const std::exception& e) {
            failure = e.what();
            m_isPaused = before;
        }
        phase(m_isPaused ? "paused" : "running");
        if (!failure.empty()) throw RunError(failure);
    } else {
        throw std::runtime_error("unknown command: " + cmd);
    }
}

awaitable<void> Session::start(const json& line) {
    m_scenario =
        scenario::scenarioFromJson(line.at("scenario"), mechanisms::catalogue(), "scenario");
    m_clock.t0Ns = line.value("t0_ns", measure::monotonicNow());
    Target target{m_scenario.design, m_scenario.machines,
                  hardware::profileFromJson(line.at("hardware"))};
    m_isPaused = line.value("paused", false);
    if (const auto missing = real::whatIsMissing(m_scenario.real); !missing.empty())
        throw RunError(missing);
    checkHost(target, m_scenario.workload.rate().peakHz);
    phase("starting");
    System::Hooks hooks;
    hooks.onLine = [this](const std::string& node, const json& l) {
        if (l.contains("sample") && m_merger)
            m_merger->add(node, measure::sampleFromJson(l["sample"]));
        if (l.contains("carried_out")) carriedOut(l["carried_out"]);
        for (const char* told : {"slow_requests", "statements"})
            if (l.contains(told)) m_emit({{told, l[told]}});
        if (l.contains("event"))
            event(EventKind::note, l["event"].get<std::string>(), l.value("detail", ""), false);
    };
    hooks.onStarted = [this](const std::string& node) {
        m_merger->expect(node, measure::monotonicNow());
    };
    hooks.onGone = [this](const std::string& node) {
        m_merger->forget(node, measure::monotonicNow());
    };
    hooks.onTopology = [this] { m_emit({{"topology", m_system->topologyJson()}}); };
    hooks.onVersion = [this](std::uint64_t version) {
        m_merger->publish(version, measure::monotonicNow());
    };
    m_merger = std::make_unique<SlotMerger>(
        m_clock, [this](measure::Sample s) { emitSample(std::move(s)); });
    m_system = std::make_unique<System>(m_io, m_clock, m_scenario, hooks);
    co_await m_system->start(std::move(target));
    tick();
    co_await applyLoad(false);
    phase(m_isPaused ? "paused" : "running");
    for (const auto& f : m_scenario.faults)
        enqueueLater(f.atS, {{"cmd", "fault"}, {"name", f.name}, {"duration_s", f.durationS}});
}

void Session::checkHost(const Target& target, double rateHz) const {
    // Nothing holds a real database back: what it takes of the host is what it takes.
    const auto& real = m_scenario.real;
    const bool isDatabaseReal = std::find(real.begin(), real.end(), "database") != real.end();
    if (target.hardware.native || isDatabaseReal) return;
    const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const auto estimate = estimateHost(target, rateHz, cores);
    if (estimate.isRefused())
        throw RunError("this host is too small for a live run of this design: " + estimate.text());
}

void Session::emitSample(measure::Sample s) {
    if (m_system)
        for (const auto& [id, role] : m_system->deadNodes()) {
            s.nodes[id].role = role;
            s.nodes[id].alive = false;
        }
    m_emit({{"sample", measure::toJson(s)}});
}

/// Told by the instances when it is committed. A key that was carried out before is a duplicate,
/// whichever instance did it, and whether or not anybody heard of it.
void Session::carriedOut(const json& what) {
    const auto text = fmt::format("{} {}", what.at("user").get<std::uint64_t>(),
                                  what.at("key").get<std::string>());
    if (m_carriedOut.isAgain(std::hash<std::string>{}(text)))
        ++m_duplicates[what.at("endpoint").get<std::string>()];
}

void Session::tick() {
    const auto now = measure::monotonicNow();
    if (const auto slot = m_clock.slotAt(now); slot != m_hostSlot) {
        // What was measured belongs to the slots that have ended since.
        const auto share = m_host.sinceLast();
        for (std::int64_t ended = std::max<std::int64_t>(0, m_hostSlot); ended < slot; ++ended) {
            measure::Sample host;
            host.slot = ended;
            host.hostCpu = share.value_or(0);
            for (const auto& [endpoint, n] : std::exchange(m_duplicates, {}))
                host.endpoints[endpoint].server.duplicates = n;
            if (share || !host.endpoints.empty()) m_merger->add("host", host);
        }
        m_hostSlot = slot;
    }
    m_merger->advance(now);
    m_ticker.expires_after(kTick);
    m_ticker.async_wait([this](boost::system::error_code e) {
        if (!e) tick();
    });
}

awaitable<void> Session::applyLoad(bool isChange) {
    const double peakHz = m_isPaused ? 0 : m_scenario.workload.rate().peakHz;
    const double rateHz = peakHz * (m_underWay["flash_crowd"] > 0 ? kCrowdFactor : 1);
    const double abuserHz =
        m_underWay["abusive_client"] > 0 ? peakHz * m_scenario.workload.abuserFactor : 0;
    if (isChange) {
        co_await m_system->changeLoad(rateHz, abuserHz);
    } else {
        co_await m_system->setLoad(rateHz, abuserHz);
    }
}

awaitable<void> Session::applyTrouble() {
    co_await m_system->setTrouble(m_underWay["slow_email"] > 0 ? kSlowEmailFactor : 1,
                                  m_underWay["failing_email"] > 0 ? 1 : 0);
}

awaitable<void> Session::applySwitchedFault(const std::string& name) {
    if (name == "drop_replies") {
        co_await m_system->setLostReplies(
            m_underWay[name] > 0 ? m_scenario.workload.droppedReplyPart : 0);
    } else if (name == "slow_email" || name == "failing_email") {
        co_await applyTrouble();
    } else {
        co_await applyLoad(true);
    }
}

awaitable<void> Session::changeTo(Target target, EventKind kind, std::string text) {
    checkHost(target, m_scenario.workload.rate().peakHz);
    const std::string detail = co_await m_system->change(std::move(target));
    event(kind, std::move(text), detail, true);
}

awaitable<void> Session::changeUsers(double users, hardware::HardwareProfile hardware) {
    const double before = m_scenario.workload.dailyActiveUsers;
    const Target old = m_system->target();
    Target target = old;
    target.hardware = std::move(hardware);
    checkHost(target, scenario::rateOf(users, m_scenario.workload.requestsPerUserPerDay,
                                       m_scenario.workload.peakFactor)
                          .peakHz);
    const std::string detail = co_await m_system->change(std::move(target));
    m_scenario.workload.dailyActiveUsers = users;
    std::string failure;
    try {
        co_await applyLoad(false);
    } catch (const std::exception& e) {
        failure = e.what();
    }
    if (!failure.empty()) {
        // Another tier is machines and load: one without the other is neither.
        m_scenario.workload.dailyActiveUsers = before;
        co_await m_system->change(old);
        throw RunError(failure);
    }
    event(EventKind::tier, fmt::format("{} daily users", scenario::usersToText(users)), detail,
          true);
}

awaitable<void> Session::fault(std::string name, double durationS) {
    if (!(durationS >= kShortestFaultS && durationS <= kLongestFaultS))
        throw RunError(fmt::format("a fault lasts {:g} s to {:g} s, not {:g} s", kShortestFaultS,
                                   kLongestFaultS, durationS));
    const std::string title = scenario::titleOfFault(name);
    std::string detail;
    if (isSwitched(name)) {
        // Two of a kind are one that lasts until the later end.
        ++m_underWay[name];
        std::string failure;
        try {
            co_await applySwitchedFault(name);
        } catch (const std::exception& e) {
            failure = e.what();
        }
        if (!failure.empty()) {
            --m_underWay[name];
            throw RunError(failure);
        }
    } else if (const std::string victim = victimOf(name); !victim.empty()) {
        detail = m_system->killOne(victim);
        if (detail.empty()) {
            event(EventKind::note, title + ": there is none", "", false);
            co_return;
        }
        ++m_underWay[name];
    } else if (name == "flush_cache") {
        detail = co_await m_system->flushCache();
        if (detail.empty()) {
            event(EventKind::note, title + ": there is none", "", false);
            co_return;
        }
        ++m_underWay[name];
    } else if (name == "rolling_deploy") {
        if (m_underWay[name] > 0) {
            event(EventKind::note, title + ": one is under way", "", false);
            co_return;
        }
        co_await m_system->beginDeploy();
        ++m_underWay[name];
        detail = "new instances stand beside the old";
    } else {
        throw RunError("unknown fault: " + name);
    }
    event(EventKind::fault, title, detail, true);
    enqueueLater(
        durationS,
        {{"cmd", "end_fault"}, {"name", name}, {"detail", name == "rolling_deploy" ? "" : detail}});
}

awaitable<void> Session::endFault(std::string name, std::string detail) {
    const bool goesOn = --m_underWay[name] > 0;
    std::string failure;
    try {
        if (name == "rolling_deploy") {
            co_await m_system->endDeploy();
        } else if (!victimOf(name).empty()) {
            co_await m_system->release(detail);
        } else if (name != "flush_cache") {  // which fills again by itself
            co_await applySwitchedFault(name);
            if (goesOn) detail = "another one goes on";
        }
    } catch (const std::exception& e) {
        failure = e.what();
    }
    // A fault ends by itself, also when what it broke cannot be mended: that is told beside it.
    event(EventKind::faultEnded, scenario::titleOfFault(name) + " ended", detail, true);
    if (!failure.empty()) event(EventKind::note, "a change could not be made", failure, false);
}

void Session::childEnded(pid_t pid, int status) {
    if (!m_system) return;
    const auto child = m_system->markDead(pid, status);
    if (!child || child->isExpectedToEnd || m_isEnding) return;
    // A child that never got ready is told as the reason of the failed start or change.
    if (child->port == 0 && child->role() != "generator") return;
    event(EventKind::node, roleTitle(child->role()) + " " + child->id() + " died",
          child->deathReason(), false);
    m_emit({{"topology", m_system->topologyJson()}});
}

awaitable<void> Session::finish() {
    phase("stopping");
    if (m_system) {
        co_await m_system->drain();
        // One more slot, so that what was drained is reported.
        co_await sleepFor(m_io, std::chrono::milliseconds(800));
        m_isEnding = true;
        m_ticker.cancel();
        co_await m_system->stop();
    }
    phase("idle");
    m_hasEnded = true;
    m_io.stop();
}

}  // namespace tenfold::supervisor
